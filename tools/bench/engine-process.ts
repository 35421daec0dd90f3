// The node as built, run in n8n's real engine, in a process that does nothing else: its memory is the node's and the
// engine's alone. It gets jobs as messages and answers each.
import { readFile, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';

import type { IBinaryData } from 'n8n-workflow';

import { builtProduct } from '../engine/built-product';
import { type Runtime, startRuntime } from '../engine/runtime';
import { itemsOf, runSeedance, SUCCESS } from '../engine/seedance';

export interface Target {
	readonly baseUrl: string;
	readonly apiKey: string;
}

export interface Job {
	readonly target: Target;
	readonly items: number;
	readonly pollingIntervalMs: number;
	readonly download?: boolean;
	/** Size of the picture that every item carries; a URL without. */
	readonly pictureBytes?: number;
}

/** Resident memory: before the run, and the most during it. */
export interface Memory {
	readonly idleMiB: number;
	readonly peakMiB: number;
}

export type Answer = Memory | { readonly error: string };

const MEBIBYTE = 1024 * 1024;

/** Resident memory; on Linux the kernel keeps the peak, elsewhere only what is asked for at the moment. */
async function residentMiB(which: 'VmRSS' | 'VmHWM'): Promise<number> {
	const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
	const kibibytes = new RegExp(`${which}:\\s+(\\d+)`).exec(status)?.[1];
	return kibibytes === undefined ? process.memoryUsage.rss() / MEBIBYTE : Number(kibibytes) / 1024;
}

/** A PNG in name only, made while it is stored, so that it takes no memory itself. */
function* pngBytes(size: number): Generator<Buffer> {
	const signature = Buffer.from('89504e470d0a1a0a', 'hex');
	const filler = Buffer.alloc(65_536, 0x5a);
	yield signature;
	for (let left = size - signature.length; left > 0; left -= filler.length) {
		yield filler.subarray(0, left);
	}
}

async function picture({ binaryData }: Runtime, size: number): Promise<IBinaryData> {
	const place = { type: 'execution', workflowId: 'workflow', executionId: '1' } as const;
	const file = { data: '', mimeType: 'image/png', fileName: 'picture.png' };
	return await binaryData.store(place, Readable.from(pngBytes(size)), file);
}

async function run(runtime: Runtime, job: Job): Promise<Memory> {
	const { target, pollingIntervalMs, download = false, pictureBytes = 0 } = job;
	const binary = pictureBytes > 0 ? { data: await picture(runtime, pictureBytes) } : {};
	const items = Array.from({ length: job.items }, (_, index) => ({ json: { index }, binary }));
	const idleMiB = await residentMiB('VmRSS');
	// From now on the kernel keeps the peak anew.
	await writeFile('/proc/self/clear_refs', '5').catch(() => undefined);
	const done = await runSeedance({
		product: builtProduct(),
		credential: target,
		parameters: {
			prompt: '=video {{ $json.index }}',
			imageInputType: pictureBytes > 0 ? 'binary' : 'url',
			imageUrl: 'https://example.com/picture.png',
			downloadVideo: download,
			options: { pollingInterval: pollingIntervalMs / 1000 },
		},
		items,
	}).finished;
	const { error } = done.data.resultData;
	if (error) throw new Error(`The run did not succeed: ${error.message}`);
	if (itemsOf(done, SUCCESS).length !== job.items) throw new Error('Items are missing');
	return { idleMiB, peakMiB: await residentMiB('VmHWM') };
}

const started = startRuntime();

process.on('message', (job: Job) => {
	started
		.then((runtime) => run(runtime, job))
		.catch((error: Error): Answer => ({ error: error.message }))
		.then((answer) => process.send?.(answer));
});

// It ends with the process that started it.
process.once('disconnect', () => {
	void started.then(({ close }) => close()).finally(() => process.exit());
});
