// The command line of `npm run bench`: measures, prints the tables and puts them into docs/benchmarks.md.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Option } from 'commander';
import { format, resolveConfig } from 'prettier';

import { commandLine, run } from '../command';
import { sectionsOf, withSections } from '../docs/markdown';
import { type Say, withProgress } from '../progress';
import { PROJECT } from '../project';
import { measureMemory } from './memory';
import { FULL, type Plan, QUICK } from './plan';
import { measureBatches, measureCrowds } from './races';
import { batchesTable, circumstances, crowdsTable, memoryTable, placesTable } from './tables';

const PAGE = join(PROJECT, 'docs', 'benchmarks.md');

interface Piece {
	/** How long it takes, in full and quick. */
	readonly seconds: readonly [number, number];
	/** @returns tables by the names of their sections of the page */
	measure(plan: Plan, say: Say): Promise<Record<string, string>>;
}

/** What can be measured alone. */
const PIECES: Readonly<Record<string, Piece>> = {
	memory: {
		seconds: [60, 15],
		measure: async (plan, say) => ({ memory: memoryTable(await measureMemory(plan, say)) }),
	},
	batches: {
		seconds: [450, 25],
		async measure(plan, say) {
			const batches = await measureBatches(plan, say);
			const isLimited = ({ race }: (typeof batches)[number]) => race.places !== undefined;
			return {
				batches: batchesTable(batches.filter((batch) => !isLimited(batch))),
				places: placesTable(batches.filter(isLimited)),
			};
		},
	},
	thousand: {
		seconds: [400, 25],
		measure: async (plan, say) => ({ thousand: crowdsTable(await measureCrowds(plan, say)) }),
	},
};

const names = Object.keys(PIECES);

const { quick, only = names } = commandLine(
	'bench',
	'Measures the node beside the limit and beside what else one could use; writes docs/benchmarks.md',
)
	.option('--quick', 'small sizes, about a minute; prints the tables and writes nothing')
	.addOption(new Option('--only <pieces...>', 'keeps the other tables').choices(names))
	.parse()
	.opts<{ quick?: boolean; only?: string[] }>();

void run(async () => {
	const before = await readFile(PAGE, 'utf8');
	const tables = new Map(sectionsOf(before));
	for (const name of only) {
		const { seconds, measure } = PIECES[name] as Piece;
		const startedAt = performance.now();
		const made = await withProgress(name, seconds[quick ? 1 : 0], async (say) => {
			return await measure(quick ? QUICK : FULL, say);
		});
		for (const [section, table] of Object.entries(made)) {
			tables.set(section, `${table}\n\n${circumstances(startedAt)}`);
			console.log(`\n${tables.get(section)}\n`);
		}
	}
	const text = withSections(before, tables);
	const options = { ...(await resolveConfig(PAGE)), filepath: PAGE };
	if (!quick) await writeFile(PAGE, await format(text, options));
});
