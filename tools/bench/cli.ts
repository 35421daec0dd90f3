// The command line of `npm run bench`: measures everything, prints it and writes docs/benchmarks.md.
import { writeFile } from 'node:fs/promises';

import { commandLine, run } from '../command';
import { runSteps } from '../progress';
import { measureBatches, measureLimited } from './batch';
import { measureMemory } from './memory';
import { measureInN8n } from './n8n';
import { type Measured, PAGE, page } from './page';
import { FULL, type Plan, QUICK } from './plan';

async function measure(plan: Plan): Promise<Measured> {
	const measured: Partial<{ -readonly [Part in keyof Measured]: Measured[Part] }> = {};
	await runSteps([
		{
			title: 'Batches in the engine',
			run: async (say) => void (measured.batches = await measureBatches(plan.engine, say)),
		},
		{
			title: 'Memory',
			run: async (say) => void (measured.memory = await measureMemory(plan, say)),
		},
	]);
	// Waiting, and not the processor, takes the time of these: they do not get in each other's way.
	await runSteps(
		[
			{
				title: 'Batches in a real n8n',
				run: async (say) => void (measured.n8n = await measureInN8n(plan, say)),
			},
			{
				title: 'Under a rate limit',
				run: async () => void (measured.limited = await measureLimited(plan.limited)),
			},
		],
		{ atOnce: true },
	);
	return measured as Measured;
}

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
	const measured = await measure(plan);
	const text = await page(measured, plan, (performance.now() - startedAt) / 60_000);
	console.log(text);
	if (!quick) await writeFile(PAGE, text);
});
