// Measures the resident peak above the idle engine, each case in a fresh process, files in filesystem binary data.
import { join } from 'node:path';

import execa from 'execa';

import { startSandbox } from '../../sandbox';
import type { Say } from '../progress';
import type { Memory } from './memory-process';
import type { MemoryCase, Plan } from './plan';

/** A case, and its figures of each round. */
export interface MeasuredMemory extends MemoryCase {
	readonly idleMiB: readonly number[];
	readonly aboveIdleMiB: readonly number[];
}

async function measure(one: MemoryCase): Promise<Memory> {
	const start = async (videoMiB: number) =>
		await startSandbox({
			queueMs: 0,
			renderMs: 100,
			video: { kind: 'bytes', size: videoMiB * 2 ** 20 },
		});
	const sandboxes = [await start(1), await start(one.videoMiB ?? 0)] as const;
	try {
		const [warmUp, target] = sandboxes.map(({ baseUrl, apiKey }) => ({ baseUrl, apiKey }));
		const job = JSON.stringify({ warmUp, target, ...one });
		const options = { nodeOptions: ['--import', 'tsx'] };
		const { stdout } = await execa.node(join(__dirname, 'memory-process.ts'), [job], options);
		return JSON.parse(stdout) as Memory;
	} finally {
		for (const sandbox of sandboxes) await sandbox.close();
	}
}

export async function measureMemory(plan: Plan, say: Say): Promise<MeasuredMemory[]> {
	const measured: MeasuredMemory[] = [];
	for (const one of plan.memory) {
		const runs: Memory[] = [];
		for (let round = 0; round < plan.memoryRounds; round++) {
			say(one.name);
			runs.push(await measure(one));
		}
		const idleMiB = runs.map((run) => run.idleMiB);
		const aboveIdleMiB = runs.map((run) => run.peakMiB - run.idleMiB);
		measured.push({ ...one, idleMiB, aboveIdleMiB });
	}
	return measured;
}
