// The command line of `npm run bench`: measures everything, prints it and writes docs/benchmarks.md.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { measurePackage, measurePolls } from './cost';
import { measureLimited, measureLimitedAtRealSpeed } from './limited';
import { measureMakespans } from './makespan';
import { measureMemory } from './memory';
import { FULL, type Plan, QUICK } from './plan';
import { killAll } from './process';
import { measureProfile } from './profile';
import { showProgress } from './progress';
import { measureInRealN8n } from './real';
import { type Figures, report } from './report';
import { trySchedules } from './schedules';
import { withStage } from './stage';

const PAGE = resolve(__dirname, '..', '..', 'docs', 'benchmarks.md');

function steps({ rounds, sizes, limited, memory, real }: Plan): number {
	return (
		sizes.length * rounds +
		(limited.rounds + 1 + (limited.atRealSpeed > 0 ? 1 : 0)) +
		3 * memory.rounds +
		rounds +
		3 +
		(1 + real.sizes.length * real.rounds + real.unscaled.length)
	);
}

async function measure(plan: Plan, onStep: (what: string) => void): Promise<Figures> {
	const startedAt = performance.now();
	onStep('trying schedules');
	const schedules = trySchedules();
	const alone = await withStage(async (stage) => ({
		makespans: await measureMakespans(stage, plan, onStep),
		polls: await measurePolls(stage, plan, onStep),
		package: await measurePackage(plan, onStep),
		profile: await measureProfile(stage, plan, onStep),
		memory: await measureMemory(stage, plan, onStep),
		scaled: await measureLimited(stage, plan, onStep),
	}));
	// Both run at real speed at their end, minutes of which nearly all is sleep: they do not get in each other's way.
	const [real, atRealSpeed] = await Promise.all([
		withStage((stage) => measureInRealN8n(stage, plan, onStep)),
		withStage((stage) => measureLimitedAtRealSpeed(stage, plan, onStep)),
	]);
	const { scaled, ...rest } = alone;
	const minutes = (performance.now() - startedAt) / 60_000;
	return { ...rest, schedules, real, limited: [...atRealSpeed, ...scaled], minutes };
}

async function main(): Promise<void> {
	const { quick } = new Command('bench')
		.description(
			'Measures the node beside the limit and beside what else one could use; writes docs/benchmarks.md',
		)
		.option('--quick', 'few rounds and small sizes, a few minutes; prints and writes nothing')
		.parse()
		.opts<{ quick?: boolean }>();
	const plan = quick ? QUICK : FULL;
	const progress = showProgress(steps(plan));
	try {
		const page = report(await measure(plan, progress.step), plan);
		progress.end();
		console.log(page);
		if (plan.quick) return;
		await mkdir(dirname(PAGE), { recursive: true });
		await writeFile(PAGE, page);
	} finally {
		progress.end();
		killAll();
	}
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.stack : error);
	process.exitCode = 1;
});
