// The node as built, run in n8n's real engine, in a process that does nothing else: its time, memory and processor
// use are the node's and the engine's alone.
import { readFile, writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { Readable } from 'node:stream';
import type { IBinaryData, INodeExecutionData, INodeType } from 'n8n-workflow';
import { type Runtime, startRuntime } from '../engine/runtime';
import { itemsOf, type Product, runSeedance, SUCCESS } from '../engine/seedance';
import type { Target } from './limit-process';
import { answerCalls } from './process';

export interface Job {
	readonly target: Target;
	readonly items: number;
	readonly pollingIntervalMs: number;
	/** One item a round of a loop, as n8n's Loop Over Items feeds a node. */
	readonly oneByOne?: boolean;
	readonly download?: boolean;
	/** Bytes of the picture that every item carries; a URL without. */
	readonly pictureBytes?: number;
}

export interface Ran {
	/** Milliseconds since 1970. */
	readonly startedAt: number;
	readonly endedAt: number;
	/** Microseconds of processor time. */
	readonly cpu: number;
	/** MiB: before the run, and the most during it. */
	readonly idleMiB: number;
	readonly peakMiB: number;
}

let runtime: Runtime | undefined;
let product: Product | undefined;
const profiler = new Session();
const MEBIBYTE = 1024 * 1024;

/** From `dist`, as a user has it. */
async function load(): Promise<Product> {
	const node = (await import(
		'../../dist/nodes/SeedanceImageToVideo/SeedanceImageToVideo.node.js' as string
	)) as { SeedanceImageToVideo: new () => INodeType };
	const credential = (await import(
		'../../dist/credentials/GptProtoApi.credentials.js' as string
	)) as { GptProtoApi: new () => Product['credentialType'] };
	return {
		nodeType: new node.SeedanceImageToVideo(),
		credentialType: new credential.GptProtoApi(),
	};
}

/** Resident memory; on Linux the kernel keeps the peak, elsewhere only what is asked for at the moment. */
async function residentMiB(which: 'VmRSS' | 'VmHWM'): Promise<number> {
	const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
	const kibibytes = new RegExp(`${which}:\\s+(\\d+)`).exec(status)?.[1];
	return kibibytes === undefined ? process.memoryUsage.rss() / MEBIBYTE : Number(kibibytes) / 1024;
}

/** Watches the peak from now on. */
async function watchPeak(): Promise<() => Promise<number>> {
	await writeFile('/proc/self/clear_refs', '5').catch(() => undefined);
	let polled = 0;
	const timer = setInterval(() => {
		polled = Math.max(polled, process.memoryUsage.rss() / MEBIBYTE);
	}, 50);
	return async () => {
		clearInterval(timer);
		return Math.max(polled, await residentMiB('VmHWM'));
	};
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

async function itemsFor({ items, pictureBytes, oneByOne }: Job): Promise<INodeExecutionData[]> {
	const binary = pictureBytes === undefined ? undefined : { data: await picture(pictureBytes) };
	return Array.from({ length: oneByOne ? 1 : items }, (_, index) => ({
		json: { index },
		...(binary && { binary }),
	}));
}

const handlers = {
	async start(): Promise<void> {
		runtime = await startRuntime();
		product = await load();
	},

	async run(job: Job): Promise<Ran> {
		if (!product) throw new Error('The engine has not been started');
		const items = await itemsFor(job);
		const idleMiB = await residentMiB('VmRSS');
		const peak = await watchPeak();
		const cpuBefore = process.cpuUsage();
		const startedAt = performance.timeOrigin + performance.now();
		const run = await runSeedance({
			product,
			credential: { ...job.target },
			parameters: {
				operation: 'submitAndWait',
				prompt: job.oneByOne ? '=video {{ $runIndex }}' : '=video {{ $json.index }}',
				imageInputType: job.pictureBytes === undefined ? 'url' : 'binary',
				imageUrl: 'https://example.com/picture.png',
				binaryPropertyName: 'data',
				downloadVideo: job.download ?? false,
				options: { pollingInterval: job.pollingIntervalMs / 1000 },
			},
			items,
			...(job.oneByOne && { rounds: job.items }),
		}).finished;
		const endedAt = performance.timeOrigin + performance.now();
		const { user, system } = process.cpuUsage(cpuBefore);
		const peakMiB = await peak();
		const { error } = run.data.resultData;
		if (error) throw new Error(`The run failed: ${error.message}`);
		if (itemsOf(run, SUCCESS).length !== items.length) throw new Error('Items are missing');
		return { startedAt, endedAt, cpu: user + system, idleMiB, peakMiB };
	},

	async startProfile(): Promise<void> {
		profiler.connect();
		await profiler.post('Profiler.enable');
		await profiler.post('Profiler.start');
	},

	/** Writes what was sampled to a file, as `node --cpu-prof` does. */
	async stopProfile(file: string): Promise<void> {
		const { profile } = await profiler.post('Profiler.stop');
		profiler.disconnect();
		await writeFile(file, JSON.stringify(profile));
	},

	async stop(): Promise<void> {
		await runtime?.close();
	},
};

export type EngineProcess = typeof handlers;

answerCalls(handlers);
