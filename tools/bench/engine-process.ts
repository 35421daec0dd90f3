// The node as built, run in n8n's real engine, in a process that does nothing else: its memory is the node's and the
// engine's alone.
import { readFile, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';

import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';

import { builtProduct } from '../engine/built-product';
import { type Runtime, startRuntime } from '../engine/runtime';
import { itemsOf, runSeedance, SUCCESS } from '../engine/seedance';
import { answerCalls } from './process';
import type { Target } from './sandbox-process';

export interface Job {
	readonly target: Target;
	readonly items: number;
	readonly pollingIntervalMs: number;
	readonly download?: boolean;
	/** Bytes of the picture that every item carries; a URL without. */
	readonly pictureBytes?: number;
}

/** Resident memory: before the run, and the most during it. */
export interface Memory {
	readonly idleMiB: number;
	readonly peakMiB: number;
}

const MEBIBYTE = 1024 * 1024;

let runtime: Runtime | undefined;

/** Resident memory; on Linux the kernel keeps the peak, elsewhere only what is asked for at the moment. */
async function residentMiB(which: 'VmRSS' | 'VmHWM'): Promise<number> {
	const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
	const kibibytes = new RegExp(`${which}:\\s+(\\d+)`).exec(status)?.[1];
	return kibibytes === undefined ? process.memoryUsage.rss() / MEBIBYTE : Number(kibibytes) / 1024;
}

/** A PNG in name only, made while it is stored, so that it takes no memory itself. */
function* pictureBytes(size: number): Generator<Buffer> {
	const signature = Buffer.from('89504e470d0a1a0a', 'hex');
	const filler = Buffer.alloc(65_536, 0x5a);
	yield signature;
	for (let left = size - signature.length; left > 0; left -= filler.length) {
		yield filler.subarray(0, left);
	}
}

async function picture(size: number): Promise<IBinaryData> {
	if (!runtime) throw new Error('The engine has not been started');
	const file: IBinaryData = { data: '', mimeType: 'image/png', fileName: 'picture.png' };
	return await runtime.binaryData.store(
		{ type: 'execution', workflowId: 'workflow', executionId: '1' },
		Readable.from(pictureBytes(size)),
		file,
	);
}

const handlers = {
	async start(): Promise<void> {
		runtime = await startRuntime();
	},

	async run(job: Job): Promise<Memory> {
		const binary = job.pictureBytes === undefined ? {} : { data: await picture(job.pictureBytes) };
		const items = Array.from({ length: job.items }, (_, index): INodeExecutionData => ({
			json: { index },
			binary,
		}));
		const idleMiB = await residentMiB('VmRSS');
		// From now on the kernel keeps the peak anew.
		await writeFile('/proc/self/clear_refs', '5').catch(() => undefined);
		const run = await runSeedance({
			product: builtProduct(),
			credential: { ...job.target },
			parameters: {
				operation: 'submitAndWait',
				prompt: '=video {{ $json.index }}',
				imageInputType: job.pictureBytes === undefined ? 'url' : 'binary',
				imageUrl: 'https://example.com/picture.png',
				binaryPropertyName: 'data',
				downloadVideo: job.download ?? false,
				options: { pollingInterval: job.pollingIntervalMs / 1000 },
			},
			items,
		}).finished;
		const { error } = run.data.resultData;
		if (error) throw new Error(`The run did not succeed: ${error.message}`);
		if (itemsOf(run, SUCCESS).length !== job.items) throw new Error('Items are missing');
		return { idleMiB, peakMiB: await residentMiB('VmHWM') };
	},

	async stop(): Promise<void> {
		await runtime?.close();
	},
};

export type EngineProcess = typeof handlers;

answerCalls(handlers);
