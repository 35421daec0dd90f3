// The picture of the architecture: dependency-cruiser reads the imports, folds the files into their rooms and draws.
import { join } from 'node:path';

import execa from 'execa';

import { PROJECT } from '../project';
import { fenced } from './markdown';

/** Tests may import everything, so they would only be in the way. */
const FOLDERS = ['nodes', 'credentials', 'sandbox', 'tools'];

/** What is shown as one box: each room of the node, and the other folders whole. */
const ROOMS = '^(nodes/[^/]+/[a-z]+(?=/)|credentials|sandbox|tools)';

export async function roomsGraph(): Promise<string> {
	const program = join(PROJECT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
	const inside = ['--include-only', `^(${FOLDERS.join('|')})/`, '--exclude', '\\.(json|mjs)$'];
	const output = ['--output-type', 'mermaid', '--collapse', ROOMS];
	// Where rules are broken it ends with another code; `npm run arch` is where they are shown.
	const options = { cwd: PROJECT, reject: false, nodeOptions: [] };
	const { stdout, stderr } = await execa.node(program, [...output, ...inside, ...FOLDERS], options);
	if (!stdout.startsWith('flowchart')) throw new Error(stderr || stdout);
	return fenced('mermaid', stdout.trim());
}
