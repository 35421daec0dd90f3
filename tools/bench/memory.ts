// Measure 4: the resident peak above the idle engine, each case in a fresh process, bytes in filesystem binary data.
import type { Plan } from './plan';
import { runNode, type Stage, withEngine } from './stage';
import { spread } from './statistics';
import type { Table } from './table';

const MEBIBYTE = 1024 * 1024;

export interface MemoryCase {
	readonly name: string;
	readonly aimMiB: number;
	readonly aboveIdleMiB: readonly number[];
}

export async function measureMemory(
	stage: Stage,
	{ memory }: Plan,
	onStep: (what: string) => void,
): Promise<{ readonly table: Table; readonly cases: readonly MemoryCase[] }> {
	const { bigVideoMiB, videos, videoMiB, pictures, pictureMiB } = memory;
	const plans = [
		{ name: `one video of ${bigVideoMiB} MiB`, items: 1, videoMiB: bigVideoMiB, aimMiB: 64 },
		{ name: `${videos} videos of ${videoMiB} MiB`, items: videos, videoMiB, aimMiB: 64 },
		{
			name: `${pictures} pictures of ${pictureMiB} MiB submitted`,
			items: pictures,
			pictureMiB,
			aimMiB: 250,
		},
	];
	const cases: MemoryCase[] = [];
	const rows: string[][] = [];
	for (const one of plans) {
		const above: number[] = [];
		const idle: number[] = [];
		for (let round = 0; round < memory.rounds; round++) {
			onStep(`memory, ${one.name}`);
			const { ran } = await withEngine(async (engine) => {
				const job = { pollingIntervalMs: 200, download: true };
				// Once before, so that what n8n loads on its first request counts as idle.
				await runNode(stage, engine, { renderMs: [10] }, job);
				return await runNode(
					stage,
					engine,
					{
						renderMs: Array<number>(one.items).fill(100),
						...(one.videoMiB && { videoBytes: one.videoMiB * MEBIBYTE }),
					},
					{
						...job,
						download: one.pictureMiB === undefined,
						...(one.pictureMiB && { pictureBytes: one.pictureMiB * MEBIBYTE }),
					},
				);
			});
			above.push(ran.peakMiB - ran.idleMiB);
			idle.push(ran.idleMiB);
		}
		cases.push({ name: one.name, aimMiB: one.aimMiB, aboveIdleMiB: above });
		rows.push([one.name, spread(idle, 0), spread(above, 0), `< ${one.aimMiB}`]);
	}
	return { table: { head: ['Case', 'Idle, MiB', 'Peak above it, MiB', 'Aim'], rows }, cases };
}
