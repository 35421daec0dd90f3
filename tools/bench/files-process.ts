// The node as built, in n8n's real engine, in a process that does nothing else: its memory is theirs alone. It gets its
// job as JSON and prints its resident memory in MiB: before the run, and the most by its end.
import { memoryUsage, resourceUsage } from 'node:process';
import { Readable } from 'node:stream';

import type { IBinaryKeyData } from 'n8n-workflow';

import { builtProduct } from '../engine/built-product';
import { type Runtime, startRuntime } from '../engine/runtime';
import { itemsOf, runSeedance, SUCCESS } from '../engine/seedance';
import type { Health } from './health';
import type { Target } from './judge';
import type { Race } from './plan';

/** A picture in n8n's binary store: a PNG in name only. */
async function picture({ binaryData }: Runtime, mebibytes: number): Promise<IBinaryKeyData> {
	const mebibyte = Buffer.alloc(2 ** 20);
	mebibyte.write('89504e470d0a1a0a', 'hex');
	const bytes = Readable.from(Array<Buffer>(mebibytes).fill(mebibyte));
	const place = { type: 'execution', workflowId: 'workflow', executionId: '1' } as const;
	const file = { data: '', mimeType: 'image/png', fileName: 'picture.png' };
	return { data: await binaryData.store(place, bytes, file) };
}

/** @returns how many items succeeded */
async function run(
	credential: Target,
	count: number,
	binary: IBinaryKeyData,
	downloadVideo: boolean,
): Promise<number> {
	const done = await runSeedance({
		product: builtProduct(),
		credential,
		parameters: {
			prompt: 'A video',
			imageInputType: binary.data ? 'binary' : 'url',
			imageUrl: 'https://example.com/picture.png',
			downloadVideo,
			options: { pollingInterval: 0.2 },
		},
		items: Array.from({ length: count }, () => ({ json: {}, binary })),
	}).finished;
	return itemsOf(done, SUCCESS).length;
}

async function measure(race: Race, target: Target): Promise<Pick<Health, 'idleMiB' | 'peakMiB'>> {
	const { items, videoMiB, pictureMiB } = race;
	const runtime = await startRuntime();
	try {
		const binary = pictureMiB ? await picture(runtime, pictureMiB) : {};
		// What n8n loads for its first request is not to count. This one is refused.
		await run({ ...target, apiKey: 'none' }, 1, {}, false);
		const idleMiB = memoryUsage.rss() / 2 ** 20;
		const count = await run(target, items, binary, videoMiB !== undefined);
		if (count !== items) throw new Error(`${count} of ${items} items`);
		return { idleMiB, peakMiB: resourceUsage().maxRSS / 2 ** 10 };
	} finally {
		await runtime.close();
	}
}

const { race, target } = JSON.parse(process.argv[2] ?? '') as { race: Race; target: Target };
void measure(race, target).then((memory) => {
	console.log(JSON.stringify(memory));
	process.exit();
});
