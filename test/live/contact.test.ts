// The first contact, against a sandbox as documented and against one that is not: the report names each difference, and
// nothing secret is written down.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../../sandbox';
import { report } from '../../tools/live/report';
import { type Contact, runFreeSteps, runPaidSteps } from '../../tools/live/steps';
import { cleaned, PAID_STEPS, readTranscript, type Transcript } from '../../tools/live/transcript';
import { product, useRuntime } from '../engine/harness';
import { altered, type Altered } from './altered';

const runtime = useRuntime();
let sandbox: Sandbox;
let layer: Altered | undefined;
let folder: string;

beforeAll(async () => {
	sandbox = await startSandbox({ queueMs: 800, renderMs: 800, pictureTimeoutMs: 100 });
});
beforeEach(async () => {
	sandbox.reset();
	folder = await mkdtemp(join(tmpdir(), 'seedance-live-test-'));
});
afterEach(async () => {
	await layer?.close();
	await rm(folder, { recursive: true });
});
afterAll(async () => await sandbox.close());

function contactWith(baseUrl: string, apiKey = sandbox.apiKey): Contact {
	const transcript: Transcript = {
		baseUrl,
		model: 'doubao-seedance-2-0-fast-260128',
		startedAt: new Date().toISOString(),
		version: '1.0.0',
		exchanges: [],
		readings: {},
		resumed: [],
		videos: {},
	};
	const kept = { folder, binaryData: runtime.binaryData() };
	return { product, apiKey, transcript, kept, pollingInterval: 0.4, runs: new Set() };
}

/** All of it, through a layer that changes what passes. */
async function contact(
	...changes: [Parameters<typeof altered>[1], Parameters<typeof altered>[2]?]
) {
	const { baseUrl } = (layer = await altered(sandbox, ...changes));
	const made = contactWith(baseUrl);
	const { transcript, apiKey } = made;
	await runFreeSteps(made);
	await runPaidSteps(made, true);
	return { transcript, ...report(cleaned(transcript, apiKey)) };
}

/** The names in one part of a report. */
function points(text: string, part: string): string[] {
	const [, table = ''] = text.split(`## ${part}\n`);
	const [rows = ''] = table.split('\n## ');
	return [...rows.matchAll(/^\| (?!Point|---)(.*?) \|/gm)].map(([, name]) => name ?? '');
}

it('finds nothing that differs where all is as documented', async () => {
	const { text, summary } = await contact(() => undefined);
	expect(points(text, 'Differs')).toEqual([]);
	expect(summary).toMatch(/^[3-9]\d points as documented, 0 differ$/);
	expect(text.trimEnd().endsWith(summary)).toBe(true);
	expect(text).toContain(
		'| data.status | string created queued running succeeded failed expired |',
	);
	expect(text).toContain('| Video from a URL: frame size | 864x496 | 864x496 | 864x496 |');
	expect(text).toContain('| Video from a data URI: pictures | - | 24 a second, h264 | - |');
	expect(text).toMatch(/\| Video from a URL: first running after \| - \| \d+\.\d s \|/);
	expect((await readdir(folder)).sort()).toEqual([
		'transcript.json',
		'video-from-a-data-uri.mp4',
		'video-from-a-url.mp4',
	]);
	// Two of the smallest videos, one from a URL and one from a data URI.
	const bodies = sandbox.predictions.map(({ body }) => body);
	expect(bodies.map(({ image }) => image.slice(0, 15)).sort()).toEqual([
		'data:image/png;',
		'https://tos.gpt',
	]);
	for (const body of bodies) expect(body).toMatchObject({ duration: 4, resolution: '480p' });
});

it('names each difference, before anything else', async () => {
	const words: Record<string, string> = { running: 'rendering', succeeded: 'completed' };
	const { text, summary } = await contact(
		(answer, { path }) => {
			if (answer.status === 401 && path === '/v1/models') {
				answer.status = 403;
				answer.body = { error: { message: 'Invalid Token', type: '403' } };
			}
			const data = answer.body.data as Record<string, unknown>;
			if (answer.status !== 200 || path === '/v1/models') return;
			answer.headers['x-ratelimit-remaining'] = '41';
			data.status = words[String(data.status)] ?? data.status;
			data.executionTime = String(data.executionTime);
			data.queue = { position: 3 };
			data.task_id = data.id;
			delete data.id;
		},
		({ sent }) => (sent.aspect_ratio = '1:1'),
	);
	const differing = points(text, 'Differs');
	expect(differing).toEqual([
		'Credential test, wrong key: models',
		'data.id',
		'data.status',
		'data.executionTime',
		'data.queue',
		'data.queue.position',
		'data.task_id',
		'Video from a URL: frame size',
		'Video from a data URI: frame size',
	]);
	expect(summary).toContain(`, ${differing.length} differ`);
	expect(text.indexOf('## Differs')).toBeLessThan(text.indexOf('## As documented'));
	expect(text).toContain('| HTTP 401 | HTTP 403 "Invalid Token" | refused |');
	expect(text).toContain('| data.id | string | missing |');
	expect(text).toMatch(/\| data\.task_id \| no such field \| .* \| predictionId \|/);
	expect(text).toContain('"rendering", "completed" | ');
	expect(text).toContain('rendering (working), succeeded (succeeded) |');
	expect(text).toContain('| 864x496 | 640x640 | 864x496 |');
	expect(text).toContain('x-ratelimit-remaining: 41');
});

it('names a refusal of the submission with its words and what the node makes of them', async () => {
	const { transcript, text } = await contact((answer, { path, headers }) => {
		if (!path.endsWith('image-to-video') || headers.authorization !== sandbox.apiKey) return;
		answer.status = 403;
		answer.body = { error: { message: 'This group may not use the model', code: 'denied' } };
	});
	expect(points(text, 'Differs')).toEqual(
		PAID_STEPS.flatMap((step) => [
			`${step}: submission`,
			`${step}: submission: error.type`,
			`${step}: submission: error.code`,
		]),
	);
	expect(text).toContain('HTTP 403 "This group may not use the model"');
	expect(text).toContain(String(transcript.readings['Video from a URL']?.error));
});

it('sends no submission with a wrong key to a server that takes any key', async () => {
	const { transcript } = await contact(
		() => undefined,
		({ headers }) => {
			headers.authorization = sandbox.apiKey;
		},
	);
	expect(transcript.readings['Credential test, wrong key']).toEqual({ credential: 'accepted' });
	expect(transcript.exchanges.map(({ step }) => step)).not.toContain('Submission, wrong key');
	expect(sandbox.predictions).toHaveLength(2);
});

it('writes no key, no signature and no picture, however they come back', async () => {
	const { apiKey } = sandbox;
	const escaped = `seen "${apiKey.replace('k', '\\u006b')}" and ${apiKey.slice(0, 12)}********`;
	const pictures = new Set<string>();
	await contact((answer, { sent, path }) => {
		if (path === '/v1/models') answer.headers['set-cookie'] = 'session=of-the-account';
		if (answer.status !== 200 || path === '/v1/models') return;
		const image = String(sent.image ?? '');
		if (image.startsWith('data:')) pictures.add(image.slice(image.indexOf(',') + 1));
		const signed = 'https://cdn.example/a.mp4?X-Tos-Expires=86400&X-Tos-Signature=5ec7e7';
		const nested = JSON.stringify({ url: `${signed}&token=5ec7e7` }).replaceAll('&', '\\u0026');
		answer.body.echo = { apiKey, escaped, signed, nested, image, raw: image.slice(60) };
		answer.headers['x-echo'] = apiKey;
	});
	const names = (await readdir(folder)).filter((name) => !name.endsWith('.mp4'));
	const transcript = readTranscript(join(folder, 'transcript.json'));
	const text = `${await readFile(join(folder, 'transcript.json'), 'utf8')}${report(transcript).text}`;
	expect(names).toEqual(['transcript.json']);
	const signatures = sandbox.predictions.map(
		({ id }) => new RegExp(`${id}\\.mp4\\?signature=(?!\\*\\*\\*)`),
	);
	for (const signature of [...signatures, /5ec7e7/, /of-the-account/]) {
		expect(text).not.toMatch(signature);
	}
	expect(text).not.toContain(apiKey);
	expect(text).not.toContain(apiKey.slice(3, 12));
	expect(pictures.size).toBe(1);
	for (const picture of pictures) expect(text).not.toContain(picture.slice(100, 160));
	// What says how long an address lives is no secret.
	expect(text).toContain('X-Tos-Expires=86400&X-Tos-Signature=***');
});

it('ends where the key is refused or the host cannot be reached, before anything is submitted', async () => {
	const mistyped = contactWith(sandbox.baseUrl, 'sk-mistyped-0123');
	await expect(runFreeSteps(mistyped)).rejects.toThrow(/^The API key was refused \(HTTP 401\): /);
	expect(mistyped.transcript.exchanges).toHaveLength(1);
	const baseUrl = 'http://127.0.0.1:9';
	const unreachable = runFreeSteps(contactWith(baseUrl));
	await expect(unreachable).rejects.toThrow(`${baseUrl} could not be reached (ECONNREFUSED).`);
});
