// Knows this project's folder: whether its build is up to date, and how to build it.
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import execa from 'execa';

import packageJson from '../package.json';

export const PROJECT = resolve(__dirname, '..');

/** Folders of what is shipped. */
export const SOURCES = ['nodes', 'credentials'];

const INPUTS = [...SOURCES, 'package.json', 'tsconfig.json', 'gulpfile.js'];

/** @throws Error with what the compiler said */
export async function build(): Promise<void> {
	const gulp = join(PROJECT, 'node_modules', 'gulp', 'bin', 'gulp.js');
	const options = { cwd: PROJECT, all: true, reject: false, nodeOptions: [] };
	const { failed, all } = await execa.node(gulp, ['build', '--silent'], options);
	if (failed) throw new Error(`The build did not succeed:\n${all}`);
}

/** Whether nothing that the build is made of has changed since. */
export async function isBuilt(): Promise<boolean> {
	const { nodes, credentials } = packageJson.n8n;
	const built = await Promise.all([...nodes, ...credentials].map(changedAt));
	const sources = await Promise.all(INPUTS.map(newestIn));
	return Math.min(...built) > Math.max(...sources);
}

/** When a file or folder was last changed, in milliseconds since 1970; 0 when there is none. */
async function changedAt(path: string): Promise<number> {
	return await stat(join(PROJECT, path)).then(
		({ mtimeMs }) => mtimeMs,
		() => 0,
	);
}

/** The same with all that a folder holds; a file that was removed has changed its folder. */
async function newestIn(path: string): Promise<number> {
	const inside = await readdir(join(PROJECT, path), { recursive: true }).catch(() => []);
	const paths = [path, ...inside.map((name) => join(path, name))];
	return Math.max(...(await Promise.all(paths.map(changedAt))));
}
