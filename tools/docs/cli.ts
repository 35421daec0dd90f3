// `npm run docs` writes the generated sections of the documents; with --check it only says which of them are stale.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { format, resolveConfig } from 'prettier';

import { commandLine, run } from '../command';
import { PROJECT } from '../project';
import { compatibilityTable } from './compatibility';
import { errorsTable } from './errors';
import { endedItem, fieldsTable, finishedItem } from './items';
import { linkDefinitions, pictures } from './links';
import { sectionsOf, withSections } from './markdown';
import { operationsTable, optionsTable, parametersTable } from './parameters';
import { boundsTable, frameSizesTable, modelsTable, statusesTable } from './reference';
import { roomsGraph } from './rooms';

/** Makes a section's text; it gets what is written there now. */
type Maker = (written: string) => Promise<string> | string;

/** Who makes which section of which document. */
const DOCUMENTS: Readonly<Record<string, Readonly<Record<string, Maker>>>> = {
	'README.md': {
		picture: pictures,
		operations: operationsTable,
		compatibility: compatibilityTable,
		links: linkDefinitions,
	},
	'CONTRIBUTING.md': { rooms: roomsGraph },
	'SECURITY.md': { bounds: boundsTable },
	'docs/reference.md': {
		parameters: parametersTable,
		options: optionsTable,
		models: modelsTable,
		'frame-sizes': frameSizesTable,
		'output-fields': fieldsTable,
		'output-item': finishedItem,
		statuses: statusesTable,
		errors: errorsTable,
		'error-item': endedItem,
	},
};

const { check } = commandLine(
	'docs',
	`Writes the generated sections of ${Object.keys(DOCUMENTS).join(', ')}.`,
)
	.option('--check', 'write nothing; does not succeed where a section is stale')
	.parse()
	.opts<{ check?: true }>();

void run(async () => {
	let isStale = false;
	for (const [name, makers] of Object.entries(DOCUMENTS)) {
		const file = join(PROJECT, name);
		const before = await readFile(file, 'utf8');
		const written = sectionsOf(before);
		if ([...written.keys()].join() !== Object.keys(makers).join()) {
			throw new Error(`${name} has to have the sections ${Object.keys(makers).join(', ')}`);
		}
		const made = new Map<string, string>();
		for (const [section, make] of Object.entries(makers))
			made.set(section, await make(written.get(section) ?? ''));
		const options = { ...(await resolveConfig(file)), filepath: file };
		const after = await format(withSections(before, made), options);
		if (!check && before !== after) await writeFile(file, after);
		const stale = [...sectionsOf(after)].filter(([key, text]) => written.get(key) !== text);
		isStale ||= stale.length > 0;
		const list = stale.map(([key]) => key).join(', ') || 'nothing';
		console.log(check ? `${name}: stale: ${list}` : `${name}: written anew: ${list}`);
	}
	if (check && isStale) throw new Error('Run: npm run docs');
});
