// `npm run demo`: from a picture to a playable video, through the built node in n8n's real engine. The choices are the
// node's own.
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, relative } from 'node:path';

import { InvalidArgumentError, Option } from 'commander';
import type { INodeExecutionData, IRun } from 'n8n-workflow';

import {
	ASPECT_RATIOS,
	DEFAULT_BASE_URL,
	DEFAULTS,
	MODELS,
	RANGES,
	RESOLUTIONS,
} from '../../nodes/SeedanceImageToVideo/gptproto/reference';
import { probeVideo, startSandbox } from '../../sandbox';
import { commandLine, run, wholeNumber } from '../command';
import { builtProduct } from '../engine/built-product';
import { type Exchange, observed } from '../engine/observed';
import { type Runtime, startRuntime } from '../engine/runtime';
import { itemsOf, runSeedance, SUCCESS } from '../engine/seedance';
import { type Say, withProgress } from '../progress';

/** The sandbox's pace: long enough to watch, short enough to wait for. */
const SANDBOX = { queueMs: 1500, renderMs: 4500 };

const SAMPLE_PICTURE = relative('.', join(__dirname, 'sample.png'));
const SAMPLE_PROMPT = 'The fox looks up, a gentle breeze over the lake';

interface Options {
	/** A file's path or an http(s) URL. */
	readonly image: string;
	readonly prompt: string;
	readonly model: string;
	readonly resolution: string;
	readonly ratio: string;
	/** Seconds. */
	readonly duration: number;
	readonly out?: string;
}

interface Api {
	readonly isLive: boolean;
	readonly apiKey: string;
	readonly baseUrl: string;
	close(): Promise<void>;
}

const isUrl = (image: string): boolean => /^https?:\/\//i.test(image);

function readImage(value: string): string {
	if (isUrl(value) || existsSync(value)) return value;
	throw new InvalidArgumentError('It must be an http(s) URL or an existing file.');
}

function readOptions(): Options {
	const { min, max } = RANGES.duration;
	const duration = wholeNumber('whole seconds', min, max);
	return commandLine(
		'demo',
		"Turns a picture into a video with the built node in n8n's real engine: against the embedded sandbox, or against the live API when GPTPROTO_API_KEY is set (that costs money).",
	)
		.option('--image <file or url>', 'the first frame', readImage, SAMPLE_PICTURE)
		.option('--prompt <text>', 'what happens in the video', SAMPLE_PROMPT)
		.addOption(new Option('--model <id>').choices(Object.keys(MODELS)).default(DEFAULTS.model))
		.addOption(new Option('--resolution <name>').choices(RESOLUTIONS).default(DEFAULTS.resolution))
		.addOption(new Option('--ratio <w:h>').choices(ASPECT_RATIOS).default(DEFAULTS.aspectRatio))
		.option('--duration <seconds>', `${min} to ${max}`, duration, DEFAULTS.duration)
		.option('--out <file>', 'where to write the video (default: out/<prediction id>.mp4)')
		.parse()
		.opts<Options>();
}

async function openApi(): Promise<Api> {
	const { GPTPROTO_API_KEY: apiKey, GPTPROTO_BASE_URL: baseUrl = DEFAULT_BASE_URL } = process.env;
	if (apiKey) return { isLive: true, apiKey, baseUrl, close: async () => {} };
	return { isLive: false, ...(await startSandbox(SANDBOX)) };
}

/** The input item: empty with a URL, holding the picture with a file. */
async function inputItem(image: string): Promise<INodeExecutionData> {
	if (isUrl(image)) return { json: {} };
	const data = (await readFile(image)).toString('base64');
	const type = extname(image).slice(1).toLowerCase();
	const mimeType = `image/${type === 'jpg' ? 'jpeg' : type}`;
	return { json: {}, binary: { data: { data, mimeType, fileName: basename(image) } } };
}

async function makeVideo(
	{ image, prompt, model, resolution, ratio, duration }: Options,
	{ isLive, apiKey, baseUrl }: Api,
	say: Say,
): Promise<IRun> {
	const { nodeType, credentialType } = builtProduct();
	const onChange = ({ body = '' }: Exchange) => {
		const [, status] = /"status"\s*:\s*"(\w+)"/.exec(body) ?? [];
		if (status !== undefined) say(status);
	};
	const done = await runSeedance({
		product: { nodeType: observed(nodeType, onChange), credentialType },
		credential: { apiKey, baseUrl },
		items: [await inputItem(image)],
		parameters: {
			...(isUrl(image) ? { imageUrl: image } : { imageInputType: 'binary' }),
			prompt,
			model,
			resolution,
			aspectRatio: ratio,
			duration,
			options: isLive ? {} : { pollingInterval: 0.5 },
		},
	}).finished;
	const { error } = done.data.resultData;
	if (error) throw new Error([error.message, error.description].filter(Boolean).join('\n'));
	return done;
}

async function show(done: IRun, out: string | undefined, { binaryData }: Runtime): Promise<void> {
	const [item] = itemsOf(done, SUCCESS);
	const file = item?.binary?.data;
	if (!item || !file) throw new Error('The node put out no video');
	const path = out ?? join('out', file.fileName ?? 'video.mp4');
	await mkdir(dirname(path), { recursive: true });
	await writeFile(path, await binaryData.getAsBuffer(file));
	const { width, height, durationSeconds, hasAudio } = await probeVideo(path);
	const shown = { json: item.json, binary: { data: { ...file, id: undefined } } };
	console.log(`\nThe output item:\n${JSON.stringify(shown, null, 2)}`);
	const sound = hasAudio ? 'with sound' : 'without sound';
	console.log(`\n${path}: ${width}x${height}, ${durationSeconds} s, ${sound}`);
}

const options = readOptions();

void run(async () => {
	const runtime = await startRuntime();
	const api = await openApi();
	const sandbox = 'the embedded sandbox (set GPTPROTO_API_KEY to use the live API)';
	const { image, prompt, out } = options;
	console.log(`GPTProto: ${api.isLive ? `the live API at ${api.baseUrl}` : sandbox}
Picture:  ${image}
Prompt:   ${prompt}
`);
	try {
		const done = await withProgress('Making the video', api.isLive ? 90 : 7, async (say) => {
			return await makeVideo(options, api, say);
		});
		await show(done, out, runtime);
	} finally {
		await api.close();
		await runtime.close();
	}
});
