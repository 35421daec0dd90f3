// `npm run live`: the first contact with GPTProto itself, for whoever has a key. What it costs is said and asked before.
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { isDeepStrictEqual } from 'node:util';

import { Option } from 'commander';

import { bareKey, readBaseUrl } from '../../nodes/SeedanceImageToVideo/gptproto/access';
import {
	DEFAULT_BASE_URL,
	DEFAULTS,
	MODELS,
} from '../../nodes/SeedanceImageToVideo/gptproto/reference';
import { version } from '../../package.json';
import { commandLine, run } from '../command';
import { builtProduct } from '../engine/built-product';
import { startRuntime } from '../engine/runtime';
import { withProgress } from '../progress';
import { replay } from './replay';
import { report } from './report';
import { withoutSecrets } from './secrets';
import { ASKED, type Contact, runFreeSteps, runPaidSteps, stop } from './steps';
import {
	cleaned,
	exchangesOf,
	PAID_STEPS,
	predictionIdOf,
	readTranscript,
	type StepName,
	type Transcript,
} from './transcript';

/** Others could not be kept out of the files: a shorter one may be part of any word. */
const KEY = /^[\w.:+/=-]{8,}$/;
/** Oftener than the node does by itself, so that queued and running are seen. */
const POLLING_SECONDS = 2;
const SECONDS = PAID_STEPS.length * ASKED.duration;

const command = commandLine(
	'live',
	'Asks GPTProto itself, with the key in GPTPROTO_API_KEY, and reports what differs from its documentation. Costs money; asks before.',
)
	.option('--base-url <url>', 'where the API is; gets the key', DEFAULT_BASE_URL)
	.addOption(new Option('--model <id>').choices(Object.keys(MODELS)).default(DEFAULTS.model))
	.option('--yes', 'spend without asking')
	.option('--out <dir>', 'where transcript, report and videos go (default: out/live-<time>)')
	.option('--resume <file>', 'get the videos of a transcript that was broken off; pays nothing')
	.addOption(
		new Option('--replay <file>', 'play a transcript to the node; needs no key').conflicts(
			'resume',
		),
	)
	.parse();
const options = command.opts<{
	readonly baseUrl: string;
	readonly model: string;
	readonly yes?: true;
	readonly out?: string;
	readonly resume?: string;
	readonly replay?: string;
}>();
const apiKey = bareKey(process.env.GPTPROTO_API_KEY);

/** @throws Error where a person does not say yes */
async function agree(): Promise<void> {
	const terminal = createInterface({ input: process.stdin, output: process.stdout });
	for (const from of [terminal, process]) from.once('SIGINT', () => terminal.close());
	const closed = once(terminal, 'close').then(() => '');
	const question = `\nSpend at most ${SECONDS} seconds of video? (y/N) `;
	const answer = await Promise.race([terminal.question(question), closed]);
	terminal.close();
	if (!/^y(es)?$/i.test(answer.trim())) throw new Error('You did not say yes.');
}

/** Why there is not every video, and what to do; nothing where there is. */
function unfinished(transcript: Transcript, folder: string): string[] {
	const sent = PAID_STEPS.filter((step) => exchangesOf(transcript, step, 'submission').length > 0);
	if (sent.length === 0) return ['Nothing was submitted.'];
	const left = sent.filter((step) => !transcript.videos[step]);
	const lines = left.map((step) => {
		const { error, details } = transcript.readings[step] ?? {};
		const id = predictionIdOf(transcript, step);
		const lost = 'no answer to the submission: a prediction may exist and may be billed';
		const fate = id ? `prediction ${id} was accepted` : error ? '' : lost;
		return `${step}: ${[error, Object(details).description, fate].filter(Boolean).join('. ')}`;
	});
	if (!left.some((step) => predictionIdOf(transcript, step))) return lines;
	const at = transcript.baseUrl === DEFAULT_BASE_URL ? '' : ` --base-url ${transcript.baseUrl}`;
	const again = `npm run live -- --resume ${join(folder, 'transcript.json')}${at}`;
	return [...lines, `To get what is paid for without paying again: ${again}`];
}

async function makeVideos(contact: Contact, submits: boolean): Promise<void> {
	await withProgress('The videos', 120, async (say) => {
		const statuses = new Map<StepName, string>();
		contact.say = (step, status) => {
			say([...statuses.set(step, status)].map((pair) => pair.join(': ')).join(', '));
		};
		await runPaidSteps(contact, submits);
	});
}

/** Everything that costs nothing, then the videos. */
async function firstContact(contact: Contact): Promise<void> {
	await withProgress('Checks that cost nothing', 5, async () => await runFreeSteps(contact));
	if (!options.yes) await agree();
	await makeVideos(contact, true);
}

/** @throws Error with what is left to do, where there is not every video */
async function live(baseUrl: string): Promise<void> {
	const { out, model, resume } = options;
	const startedAt = new Date().toISOString();
	const empty = { exchanges: [], readings: {}, resumed: [], videos: {} };
	const transcript = resume
		? readTranscript(resume)
		: { baseUrl, model, startedAt, version, ...empty };
	if (transcript.baseUrl !== baseUrl) {
		// The key goes there, and a file may come from anybody.
		throw new Error(
			`${resume} is of ${transcript.baseUrl}. To send your key there, say --base-url.`,
		);
	}
	const newFolder = join('out', `live-${startedAt.replace(/\W/g, '-')}`);
	const folder = out ?? (resume ? dirname(resume) : newFolder);
	const { binaryData, close } = await startRuntime();
	const contact: Contact = {
		product: builtProduct(),
		apiKey,
		transcript,
		kept: { folder, binaryData },
		pollingInterval: POLLING_SECONDS,
		runs: new Set(),
	};
	const stopped = new Promise<void>((resolve) => {
		for (const signal of ['SIGINT', 'SIGTERM'] as const) {
			process.on(signal, () => void stop(contact).then(resolve));
		}
	});
	const ending: string[] = [];
	await (resume ? makeVideos(contact, false) : firstContact(contact)).catch((fault: Error) => {
		ending.push(withoutSecrets(fault.message, apiKey));
	});
	if (contact.isStopped) await stopped;
	await close();
	const seen = cleaned(transcript, apiKey);
	const { text, summary } = report(seen);
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'report.md'), text);
	console.log(`\n${join(folder, 'report.md')}: ${summary}`);
	ending.push(...unfinished(seen, folder));
	if (ending.length > 0) throw new Error(ending.join('\n'));
}

/** @throws Error where the node reads the answers of a transcript otherwise than when they were recorded */
async function playAgain(file: string): Promise<void> {
	const { close } = await startRuntime();
	const { then, now } = await replay(readTranscript(file), builtProduct()).finally(close);
	console.log(report(now).text);
	if (isDeepStrictEqual(now.readings, then.readings)) return;
	throw new Error('The node reads these answers otherwise than when they were recorded.');
}

if (options.replay) {
	const file = options.replay;
	void run(async () => await playAgain(file));
} else {
	const { resume, model, yes } = options;
	const address = readBaseUrl(options.baseUrl);
	const baseUrl =
		'baseUrl' in address
			? address.baseUrl
			: command.error('error: --base-url is no http(s) address');
	if (!KEY.test(apiKey)) command.error('error: set GPTPROTO_API_KEY to your API key');
	console.log(
		resume
			? `Gets what ${resume} has paid for from ${baseUrl}. Costs nothing.`
			: `Asks ${baseUrl} with your key: first what costs nothing, then ${PAID_STEPS.length} videos of
${ASKED.duration} s at ${ASKED.resolution} with ${model}. That costs at most ${SECONDS} seconds of video.`,
	);
	if (!resume && !yes && !process.stdin.isTTY) {
		command.error('error: without a terminal, --yes is needed to spend that. Nothing was sent.');
	}
	void run(async () => await live(baseUrl));
}
