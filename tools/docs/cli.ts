// `npm run docs` writes the generated sections of the documents; with --check it only says which of them are stale.
import { Command } from 'commander';
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { createMakers, DOCUMENTS } from './documents';
import { section, sectionNames, withSection } from './markdown';

const PROJECT = resolve(__dirname, '..', '..');

interface Updated {
	readonly before: string;
	readonly after: string;
	/** Sections whose text has changed. */
	readonly stale: readonly string[];
}

async function updated(file: string, makers: ReturnType<typeof createMakers>): Promise<Updated> {
	const before = await readFile(file, 'utf8');
	let after = before;
	for (const name of sectionNames(before)) {
		const make = makers[name];
		if (!make) throw new Error(`Nobody makes the section "${name}" of ${file}`);
		after = withSection(after, name, await make(section(before, name)));
	}
	after = await format(after, { ...(await resolveConfig(file)), filepath: file });
	const stale = sectionNames(after).filter(
		(name) => section(before, name) !== section(after, name),
	);
	return { before, after, stale };
}

async function main(): Promise<void> {
	const { check } = new Command('npm run docs --')
		.description('Writes the generated sections of README.md and CONTRIBUTING.md.')
		.option('--check', 'write nothing; fail where a section is stale')
		.parse()
		.opts<{ check?: true }>();
	const makers = createMakers();
	for (const name of DOCUMENTS) {
		const file = resolve(PROJECT, name);
		const { before, after, stale } = await updated(file, makers);
		if (!check && before !== after) await writeFile(file, after);
		if (check && stale.length > 0) process.exitCode = 1;
		const list = stale.join(', ') || 'nothing';
		console.log(check ? `${name}: stale: ${list}` : `${name}: written anew: ${list}`);
	}
	if (process.exitCode === 1) console.error('Run: npm run docs');
}

void main();
