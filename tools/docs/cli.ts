// `npm run docs` writes the generated sections of the documents, and the links to them from n8n's editor; with --check it
// only says which of them are stale.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { format, resolveConfig } from 'prettier';

import { commandLine, run } from '../command';
import { PROJECT } from '../project';
import { compatibilityTable } from './compatibility';
import { errorsTable } from './errors';
import { endedItem, fieldsTable, finishedItem } from './items';
import { editorLinks, linkDefinitions, pictures } from './links';
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
		'retry-picture': pictures,
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

/** Files whose links n8n's editor shows. */
const LINKING = [
	'credentials/GptProtoApi.credentials.ts',
	'nodes/SeedanceImageToVideo/SeedanceImageToVideo.node.json',
];

const { check } = commandLine(
	'docs',
	`Writes the generated sections of ${Object.keys(DOCUMENTS).join(', ')}, and the links in ${LINKING.join(', ')}.`,
)
	.option('--check', 'write nothing; does not succeed where a section is stale')
	.parse()
	.opts<{ check?: true }>();

void run(async () => {
	let isStale = false;
	/** Writes a file, or says that it would be another; `parts` of it have changed. */
	const put = async (name: string, before: string, after: string, parts: readonly string[]) => {
		if (!check && before !== after) await writeFile(join(PROJECT, name), after);
		isStale ||= parts.length > 0;
		console.log(`${name}: ${check ? 'stale' : 'written anew'}: ${parts.join(', ') || 'nothing'}`);
	};
	for (const [name, makers] of Object.entries(DOCUMENTS)) {
		const before = await readFile(join(PROJECT, name), 'utf8');
		const written = sectionsOf(before);
		if ([...written.keys()].join() !== Object.keys(makers).join()) {
			throw new Error(`${name} has to have the sections ${Object.keys(makers).join(', ')}`);
		}
		const made = new Map<string, string>();
		for (const [section, make] of Object.entries(makers))
			made.set(section, await make(written.get(section) ?? ''));
		const after = await formatted(name, withSections(before, made));
		const stale = [...sectionsOf(after)].filter(([key, text]) => written.get(key) !== text);
		await put(
			name,
			before,
			after,
			stale.map(([key]) => key),
		);
	}
	for (const name of LINKING) {
		const before = await readFile(join(PROJECT, name), 'utf8');
		const after = await formatted(name, editorLinks(before));
		await put(name, before, after, before === after ? [] : ['links']);
	}
	if (check && isStale) throw new Error('Run: npm run docs');
});

async function formatted(name: string, text: string): Promise<string> {
	const filepath = join(PROJECT, name);
	return await format(text, { ...(await resolveConfig(filepath)), filepath });
}
