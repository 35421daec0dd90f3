// `npm run demo`: from a picture to a playable video, through the built node in n8n's real engine.
import { CommanderError } from 'commander';
import type { INodeExecutionData, IRun } from 'n8n-workflow';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, relative } from 'node:path';
import { DEFAULT_BASE_URL } from '../../nodes/SeedanceImageToVideo/api/reference';
import { probeVideo, type Sandbox, startSandbox } from '../../sandbox';
import { builtProduct } from '../engine/builtProduct';
import { type Runtime, startRuntime } from '../engine/runtime';
import { itemsOf, runSeedance, SUCCESS } from '../engine/seedance';
import { type DemoOptions, isUrl, readOptions } from './options';
import { showProgress } from './progress';
import { watched } from './watch';

const EXIT_USAGE = 2;
/** The sandbox's pace: long enough to watch, short enough to wait for. */
const SANDBOX = { queueMs: 1500, renderMs: 4500 };
const TYPICAL_LIVE_MS = 90_000;

function mimeTypeOf(file: string): string {
	const type = extname(file).slice(1).toLowerCase();
	return `image/${type === 'jpg' ? 'jpeg' : type}`;
}

/** The input item: empty with a URL, holding the picture with a file. */
async function inputItem(image: string): Promise<INodeExecutionData> {
	if (isUrl(image)) return { json: {} };
	const data = (await readFile(image)).toString('base64');
	return {
		json: {},
		binary: { data: { data, mimeType: mimeTypeOf(image), fileName: basename(image) } },
	};
}

async function access(): Promise<{ apiKey: string; baseUrl: string; sandbox?: Sandbox }> {
	const apiKey = process.env.GPTPROTO_API_KEY;
	if (apiKey) return { apiKey, baseUrl: process.env.GPTPROTO_BASE_URL ?? DEFAULT_BASE_URL };
	const sandbox = await startSandbox(SANDBOX);
	return { apiKey: sandbox.apiKey, baseUrl: sandbox.baseUrl, sandbox };
}

async function runNode(
	options: DemoOptions,
): Promise<{ run: IRun; close: () => Promise<void>; runtime: Runtime }> {
	const runtime = await startRuntime();
	const { sandbox, ...credential } = await access();
	console.log(
		sandbox
			? 'GPTProto: the embedded sandbox (set GPTPROTO_API_KEY to use the live API)'
			: `GPTProto: the live API at ${credential.baseUrl}`,
	);
	console.log(`Picture:  ${isUrl(options.image) ? options.image : relative('.', options.image)}`);
	console.log(`Prompt:   ${options.prompt}\n`);
	const progress = showProgress(sandbox ? SANDBOX.queueMs + SANDBOX.renderMs : TYPICAL_LIVE_MS);
	const { nodeType, credentialType } = builtProduct();
	const run = await runSeedance({
		product: {
			nodeType: watched(nodeType, (status) => progress.status(status)),
			credentialType,
		},
		credential,
		items: [await inputItem(options.image)],
		parameters: {
			imageInputType: isUrl(options.image) ? 'url' : 'binary',
			imageUrl: isUrl(options.image) ? options.image : '',
			prompt: options.prompt,
			model: options.model,
			resolution: options.resolution,
			aspectRatio: options.ratio,
			duration: options.duration,
			options: sandbox ? { pollingInterval: 0.5 } : {},
		},
	}).finished;
	progress.stop(run.data.resultData.error === undefined);
	const close = async () => {
		await sandbox?.close();
		await runtime.close();
	};
	return { run, close, runtime };
}

async function demo(options: DemoOptions): Promise<number> {
	const { run, close, runtime } = await runNode(options);
	try {
		const { error } = run.data.resultData;
		const [item] = itemsOf(run, SUCCESS);
		const file = item?.binary?.data;
		if (error || !item || !file) {
			console.error(`\n${error?.message ?? 'The node put out no video'}`);
			if (error && 'description' in error && error.description) console.error(error.description);
			return 1;
		}
		const out = options.out ?? join('out', file.fileName ?? 'video.mp4');
		await mkdir(dirname(out), { recursive: true });
		await writeFile(out, await runtime.binaryData.getAsBuffer(file));
		const { width, height, durationSeconds, hasAudio } = await probeVideo(out);
		console.log('\nThe output item:');
		console.log(
			JSON.stringify({ json: item.json, binary: { data: { ...file, id: undefined } } }, null, 2),
		);
		console.log(
			`\n${out}: ${width}x${height}, ${durationSeconds} s, ${hasAudio ? 'with' : 'without'} sound`,
		);
		return 0;
	} finally {
		await close();
	}
}

async function main(): Promise<number> {
	try {
		return await demo(readOptions(process.argv.slice(2)));
	} catch (failure) {
		if (failure instanceof CommanderError) return failure.exitCode === 0 ? 0 : EXIT_USAGE;
		console.error(failure instanceof Error ? failure.message : failure);
		return 1;
	}
}

void main().then((exitCode) => process.exit(exitCode));
