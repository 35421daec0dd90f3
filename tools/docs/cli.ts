// `npm run docs` writes the generated sections of the documents; with --check it only says which of them are stale.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { format, resolveConfig } from 'prettier';

import { commandLine, run } from '../command';
import { PROJECT } from '../project';
import { boundsTable } from './bounds';
import { errorsTable } from './errors';
import { endedItem, fieldsTable, finishedItem } from './items';
import { linkDefinitions, previewPicture } from './links';
import { section, sectionNames, withSection } from './markdown';
import { operationsTable, optionsTable, parametersTable } from './parameters';
import { frameSizesTable, modelsTable, statusesTable } from './reference';
import { roomsGraph } from './rooms';

const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/reference.md'];

/** What makes a section's text; it gets what is written there now. */
const MAKERS: Readonly<Record<string, (written: string) => Promise<string> | string>> = {
	operations: operationsTable,
	parameters: parametersTable,
	options: optionsTable,
	models: modelsTable,
	'frame-sizes': frameSizesTable,
	statuses: statusesTable,
	errors: errorsTable,
	'output-fields': fieldsTable,
	'output-item': finishedItem,
	'error-item': endedItem,
	bounds: boundsTable,
	rooms: roomsGraph,
	picture: previewPicture,
	links: linkDefinitions,
};

interface Updated {
	readonly before: string;
	readonly after: string;
	/** Sections whose text has changed. */
	readonly stale: readonly string[];
}

async function updated(file: string): Promise<Updated> {
	const before = await readFile(file, 'utf8');
	let after = before;
	for (const name of sectionNames(before)) {
		const make = MAKERS[name];
		if (!make) throw new Error(`Nobody makes the section "${name}" of ${file}`);
		after = withSection(after, name, await make(section(before, name)));
	}
	after = await format(after, { ...(await resolveConfig(file)), filepath: file });
	const stale = sectionNames(after).filter(
		(name) => section(before, name) !== section(after, name),
	);
	return { before, after, stale };
}

const { check } = commandLine('docs', `Writes the generated sections of ${DOCUMENTS.join(', ')}.`)
	.option('--check', 'write nothing; does not succeed where a section is stale')
	.parse()
	.opts<{ check?: true }>();

void run(async () => {
	let isStale = false;
	for (const name of DOCUMENTS) {
		const file = join(PROJECT, name);
		const { before, after, stale } = await updated(file);
		if (!check && before !== after) await writeFile(file, after);
		isStale ||= stale.length > 0;
		const list = stale.join(', ') || 'nothing';
		console.log(check ? `${name}: stale: ${list}` : `${name}: written anew: ${list}`);
	}
	if (check && isStale) throw new Error('Run: npm run docs');
});
