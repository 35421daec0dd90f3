// The command line of `npm run bench`: measures, prints the tables and puts them into docs/benchmarks.md.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Option } from 'commander';
import { format, resolveConfig } from 'prettier';

import { commandLine, run } from '../command';
import { sectionsOf, withSections } from '../docs/markdown';
import { type Say, withProgress } from '../progress';
import { PROJECT } from '../project';
import { FULL, type Plan, QUICK } from './plan';
import { measure } from './races';
import { circumstances, tableOf } from './tables';

const PAGE = join(PROJECT, 'docs', 'benchmarks.md');

const { quick, only = Object.keys(FULL) } = commandLine(
	'bench',
	'Measures the node beside the limit and beside what else one could use; writes docs/benchmarks.md',
)
	.option('--quick', 'some of everything in half a minute; prints it and writes nothing')
	.addOption(new Option('--only <tables...>', 'keeps the others').choices(Object.keys(FULL)))
	.parse()
	.opts<{ quick?: true; only?: string[] }>();

void run(async () => {
	const before = await readFile(PAGE, 'utf8');
	const tables = new Map(sectionsOf(before));
	const plans = Object.entries<Plan>(quick ? QUICK : FULL);
	for (const [name, plan] of plans.filter(([name]) => only.includes(name))) {
		const startedAt = performance.now();
		const work = async (say: Say) => await measure(plan, say);
		const measured = await withProgress(name, plan.seconds, work);
		const minutes = (performance.now() - startedAt) / 60_000;
		tables.set(name, `${tableOf(name, measured)}\n\n${circumstances(minutes)}`);
		console.log(`\n${tables.get(name)}\n`);
	}
	if (quick) return;
	const options = { ...(await resolveConfig(PAGE)), filepath: PAGE };
	await writeFile(PAGE, await format(withSections(before, tables), options));
});
