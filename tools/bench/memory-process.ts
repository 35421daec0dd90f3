// The node as built, run in n8n's real engine, in a process that does nothing else: its memory is the node's and the
// engine's alone. It gets its job as a JSON argument and prints its memory.
import { readFile, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';

import type { IBinaryKeyData } from 'n8n-workflow';

import { builtProduct } from '../engine/built-product';
import { type Runtime, startRuntime } from '../engine/runtime';
import { itemsOf, runSeedance, SUCCESS } from '../engine/seedance';
import type { Target } from './judge';
import type { MemoryCase } from './plan';

interface Job extends MemoryCase {
	/** For a run before, so that what n8n loads for its first request counts as idle. */
	readonly warmUp: Target;
	readonly target: Target;
}

/** Resident memory: before the run, and the most during it. */
export interface Memory {
	readonly idleMiB: number;
	readonly peakMiB: number;
}

/** Resident memory; on Linux the kernel keeps the peak, elsewhere only what is asked for at the moment. */
async function residentMiB(which: 'VmRSS' | 'VmHWM'): Promise<number> {
	const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
	const kibibytes = new RegExp(`${which}:\\s+(\\d+)`).exec(status)?.[1];
	return (kibibytes ? Number(kibibytes) : process.memoryUsage.rss() / 1024) / 1024;
}

/** A PNG in name only, made while it is stored, so that it takes no memory itself. */
function* pngBytes(mebibytes: number): Generator<Buffer> {
	yield Buffer.from('89504e470d0a1a0a', 'hex');
	const filler = Buffer.alloc(2 ** 20, 0x5a);
	for (let made = 0; made < mebibytes; made++) yield filler;
}

async function picture({ binaryData }: Runtime, mebibytes: number): Promise<IBinaryKeyData> {
	const place = { type: 'execution', workflowId: 'workflow', executionId: '1' } as const;
	const file = { data: '', mimeType: 'image/png', fileName: 'picture.png' };
	return { data: await binaryData.store(place, Readable.from(pngBytes(mebibytes)), file) };
}

async function run(target: Target, count: number, binary: IBinaryKeyData, downloadVideo: boolean) {
	const done = await runSeedance({
		product: builtProduct(),
		credential: target,
		parameters: {
			prompt: 'A video',
			imageInputType: binary.data ? 'binary' : 'url',
			imageUrl: 'https://example.com/picture.png',
			downloadVideo,
			options: { pollingInterval: 0.2 },
		},
		items: Array.from({ length: count }, () => ({ json: {}, binary })),
	}).finished;
	if (itemsOf(done, SUCCESS).length !== count) {
		throw new Error(`Items are missing. ${done.data.resultData.error?.message}`);
	}
}

async function measure({ warmUp, target, items, videoMiB, pictureMiB }: Job): Promise<Memory> {
	const runtime = await startRuntime();
	try {
		await run(warmUp, 1, {}, true);
		const binary = pictureMiB ? await picture(runtime, pictureMiB) : {};
		const idleMiB = await residentMiB('VmRSS');
		// From now on the kernel keeps the peak of the run alone.
		await writeFile('/proc/self/clear_refs', '5').catch(() => undefined);
		await run(target, items, binary, videoMiB !== undefined);
		return { idleMiB, peakMiB: await residentMiB('VmHWM') };
	} finally {
		await runtime.close();
	}
}

void measure(JSON.parse(process.argv[2] ?? '') as Job).then((memory) => {
	console.log(JSON.stringify(memory));
	process.exit();
});
