// Measures the resident peak above the idle engine, each case in a fresh process, files in filesystem binary data.
import { join } from 'node:path';

import execa from 'execa';

import { startSandbox } from '../../sandbox';
import type { Say } from '../progress';
import type { Job, Memory } from './memory-process';
import type { MemoryCase, Plan } from './plan';

const MEBIBYTE = 1024 * 1024;

export interface MeasuredMemory {
	readonly name: string;
	readonly aimMiB: number;
	readonly idleMiB: readonly number[];
	readonly aboveIdleMiB: readonly number[];
}

function nameOf({ items, videoMiB, pictureMiB }: MemoryCase): string {
	if (pictureMiB) return `${items} pictures of ${pictureMiB} MiB submitted`;
	return items === 1 ? `one video of ${videoMiB} MiB` : `${items} videos of ${videoMiB} MiB`;
}

async function measure({ items, videoMiB = 0, pictureMiB = 0 }: MemoryCase): Promise<Memory> {
	const start = async (size: number) =>
		await startSandbox({ queueMs: 0, renderMs: 100, video: { kind: 'bytes', size } });
	const warmUp = await start(MEBIBYTE);
	const sandbox = await start(videoMiB * MEBIBYTE);
	try {
		const job: Job = {
			warmUp: { baseUrl: warmUp.baseUrl, apiKey: warmUp.apiKey },
			target: { baseUrl: sandbox.baseUrl, apiKey: sandbox.apiKey },
			items,
			download: videoMiB > 0,
			pictureBytes: pictureMiB * MEBIBYTE,
		};
		const process = join(__dirname, 'memory-process.ts');
		const nodeOptions = ['--import', 'tsx'];
		const { stdout } = await execa.node(process, [JSON.stringify(job)], { nodeOptions });
		return JSON.parse(stdout) as Memory;
	} finally {
		await Promise.all([warmUp.close(), sandbox.close()]);
	}
}

export async function measureMemory(
	{ memory, memoryRounds }: Plan,
	say: Say,
): Promise<MeasuredMemory[]> {
	const measured: MeasuredMemory[] = [];
	for (const one of memory) {
		const name = nameOf(one);
		const runs: Memory[] = [];
		for (let round = 0; round < memoryRounds; round++) {
			say(name);
			runs.push(await measure(one));
		}
		const idleMiB = runs.map((run) => run.idleMiB);
		const aboveIdleMiB = runs.map((run) => run.peakMiB - run.idleMiB);
		measured.push({ name, aimMiB: one.aimMiB, idleMiB, aboveIdleMiB });
	}
	return measured;
}
