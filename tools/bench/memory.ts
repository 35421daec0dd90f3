// Measures the resident peak above the idle engine, each case in a fresh process, files in filesystem binary data.
import { spread, type Table, type Values } from './figures';
import type { Plan } from './plan';
import { runNode, type Stage, withEngine, withSandbox } from './stage';

const MEBIBYTE = 1024 * 1024;

interface Case {
	readonly name: string;
	readonly items: number;
	readonly videoMiB?: number;
	readonly pictureMiB?: number;
	readonly aimMiB: number;
}

export interface MemoryFigures extends Case {
	readonly idleMiB: Values;
	readonly aboveIdleMiB: Values;
}

function casesOf({ bigVideoMiB, videos, videoMiB, pictures, pictureMiB }: Plan['memory']): Case[] {
	const manyPictures = `${pictures} pictures of ${pictureMiB} MiB submitted`;
	return [
		{ name: `one video of ${bigVideoMiB} MiB`, items: 1, videoMiB: bigVideoMiB, aimMiB: 64 },
		{ name: `${videos} videos of ${videoMiB} MiB`, items: videos, videoMiB, aimMiB: 64 },
		{ name: manyPictures, items: pictures, pictureMiB, aimMiB: 250 },
	];
}

async function measure(stage: Stage, { items, videoMiB, pictureMiB }: Case) {
	return await withEngine(async (engine) => {
		const job = { pollingIntervalMs: 200, download: true };
		// Once before, so that what n8n loads on its first request counts as idle.
		await runNode(stage, engine, { renderMs: [10] }, job);
		const renderMs = Array<number>(items).fill(100);
		return await runNode(
			stage,
			engine,
			{ renderMs, ...(videoMiB && { videoBytes: videoMiB * MEBIBYTE }) },
			{
				...job,
				download: videoMiB !== undefined,
				...(pictureMiB && { pictureBytes: pictureMiB * MEBIBYTE }),
			},
		);
	});
}

export async function measureMemory(
	{ memory }: Plan,
	say: (howFar: string) => void,
): Promise<MemoryFigures[]> {
	const measured: MemoryFigures[] = [];
	await withSandbox(async (stage) => {
		for (const one of casesOf(memory)) {
			const idleMiB: number[] = [];
			const aboveIdleMiB: number[] = [];
			for (let round = 0; round < memory.rounds; round++) {
				say(one.name);
				const ran = await measure(stage, one);
				idleMiB.push(ran.idleMiB);
				aboveIdleMiB.push(ran.peakMiB - ran.idleMiB);
			}
			measured.push({ ...one, idleMiB, aboveIdleMiB });
		}
	});
	return measured;
}

export function memoryTable(measured: readonly MemoryFigures[]): Table {
	return {
		head: ['Case', 'Idle, MiB', 'Peak above it, MiB', 'Aim'],
		rows: measured.map(({ name, idleMiB, aboveIdleMiB, aimMiB }) => [
			name,
			spread(idleMiB, 0),
			spread(aboveIdleMiB, 0),
			`< ${aimMiB}`,
		]),
	};
}
