// The command line of `npm run bench`: measures everything, prints it and writes docs/benchmarks.md.
import { writeFile } from 'node:fs/promises';

import { commandLine, run } from '../command';
import { runSteps } from '../progress';
import { measureBatches } from './batch';
import { type LimitedFigures, measureLimited } from './limited';
import { measureMemory } from './memory';
import { measureInN8n } from './n8n';
import { type Measured, PAGE, page } from './page';
import { FULL, type Plan, QUICK } from './plan';

type Say = (howFar: string) => void;

async function measure(plan: Plan): Promise<Measured> {
	const startedAt = performance.now();
	const measured = { limited: [] as LimitedFigures[] } as {
		-readonly [Part in keyof Measured]: Measured[Part];
	} & {
		limited: LimitedFigures[];
	};
	// Waiting, and not the processor, takes the time of these: they do not get in each other's way.
	const isSleepy = (scale: number) => scale === 1 || plan.quick;
	const underLimit = plan.limited.map((row, index) => ({
		scale: row.scale,
		title: `A rate limit, ${row.scale === 1 ? 'at real speed' : `${row.scale} times as fast`}`,
		run: async (say: Say) => void (measured.limited[index] = await measureLimited(row, say)),
	}));
	await runSteps([
		{
			title: 'Batches in the engine',
			run: async (say) => void (measured.batches = await measureBatches(plan, say)),
		},
		{
			title: 'Memory',
			run: async (say) => void (measured.memory = await measureMemory(plan, say)),
		},
		...underLimit.filter(({ scale }) => !isSleepy(scale)),
	]);
	await runSteps(
		[
			{
				title: 'Batches in a real n8n',
				run: async (say) => void (measured.n8n = await measureInN8n(plan, say)),
			},
			...underLimit.filter(({ scale }) => isSleepy(scale)),
		],
		{ atOnce: true },
	);
	return { ...measured, minutes: (performance.now() - startedAt) / 60_000 };
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
	const text = page(await measure(plan), plan);
	console.log(text);
	if (!quick) await writeFile(PAGE, text);
});
