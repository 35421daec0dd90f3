// Measures the resident peak above the idle engine, each case in a fresh process, files in filesystem binary data.
import { table } from '../docs/markdown';
import type { Memory } from './engine-process';
import { spread } from './figures';
import type { MemoryCase, Plan } from './plan';
import { observed, withEngine } from './stage';

const MEBIBYTE = 1024 * 1024;
const RENDER_SECONDS = 0.1;

export interface MemoryFigures {
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
	return await withEngine(async (engine) => {
		let memory: Memory = { idleMiB: NaN, peakMiB: NaN };
		const run = async (count: number, videoBytes: number, job: object) => {
			const renders = Array<number>(count).fill(RENDER_SECONDS);
			await observed({ renders, scale: 1, ...(videoBytes && { videoBytes }) }, async (target) => {
				memory = await engine({ target, items: count, pollingIntervalMs: 200, ...job });
			});
		};
		// Once before, so that what n8n loads on its first request counts as idle.
		await run(1, 0, { download: true });
		const pictureBytes = pictureMiB * MEBIBYTE;
		await run(items, videoMiB * MEBIBYTE, { download: videoMiB > 0, pictureBytes });
		return memory;
	});
}

export async function measureMemory(
	{ memory: { rounds, cases } }: Plan,
	say: (howFar: string) => void,
): Promise<MemoryFigures[]> {
	const measured: MemoryFigures[] = [];
	for (const one of cases) {
		const name = nameOf(one);
		const runs: Memory[] = [];
		for (let round = 0; round < rounds; round++) {
			say(name);
			runs.push(await measure(one));
		}
		const idleMiB = runs.map((run) => run.idleMiB);
		const aboveIdleMiB = runs.map((run) => run.peakMiB - run.idleMiB);
		measured.push({ name, aimMiB: one.aimMiB, idleMiB, aboveIdleMiB });
	}
	return measured;
}

export function memoryTable(measured: readonly MemoryFigures[]): string {
	return table(
		['Case', 'Idle, MiB', 'Peak above it, MiB', 'Aim'],
		measured.map(({ name, idleMiB, aboveIdleMiB, aimMiB }) => [
			name,
			spread(idleMiB, 0),
			spread(aboveIdleMiB, 0),
			`< ${aimMiB}`,
		]),
	);
}
