// The command line of `npm run bench`: measures everything, prints it and writes docs/benchmarks.md.
import { writeFile } from 'node:fs/promises';

import { commandLine, run } from '../command';
import { withProgress } from '../progress';
import { measureMemory } from './memory';
import { PAGE, page } from './page';
import { FULL, QUICK } from './plan';
import { measureRaces } from './races';

const { quick } = commandLine(
	'bench',
	'Measures the node beside the limit and beside what else one could use; writes docs/benchmarks.md',
)
	.option('--quick', 'small sizes, about a minute; prints and writes nothing')
	.parse()
	.opts<{ quick?: boolean }>();

void run(async () => {
	const plan = quick ? QUICK : FULL;
	const startedAt = performance.now();
	const memory = await withProgress('Memory', quick ? 15 : 60, async (say) => {
		return await measureMemory(plan, say);
	});
	const races = await withProgress('Batches in a real n8n', quick ? 30 : 270, async (say) => {
		return await measureRaces(plan, say);
	});
	const minutes = (performance.now() - startedAt) / 60_000;
	const text = await page(plan, races, memory, minutes);
	console.log(text);
	if (!quick) await writeFile(PAGE, text);
});
