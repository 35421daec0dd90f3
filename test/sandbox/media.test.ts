import { startSandbox, type Fault, type Sandbox } from '../../sandbox';
import { Client, failureOf } from './client';

let sandbox: Sandbox;
let client: Client;

beforeAll(async () => {
	sandbox = await startSandbox({ queueMs: 0, renderMs: 0 });
	client = new Client(sandbox);
});
beforeEach(() => {
	sandbox.reset();
	sandbox.options.video = { kind: 'buffer', data: Buffer.alloc(200_000, 'video ') };
});
afterAll(async () => {
	await client.close();
	await sandbox.close();
});

/** Long enough for an answer on this machine, should one come after all. */
const patience = () => AbortSignal.timeout(250);

describe('A fault in a download', () => {
	type Kind = Exclude<Extract<Fault, { on: 'download' }>['kind'], 'custom'>;
	const downloads: Array<[Kind, number | string]> = [
		['resetBefore', 'ECONNRESET'],
		// What undici makes of a reset between the headers and the end.
		['resetAfter', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
		['hangBefore', 'TimeoutError'],
		['hangAfter', 'TimeoutError'],
		['status429', 429],
		['status500', 500],
		['status502Html', 502],
		['status503', 503],
		['download403', 403],
		['notFound', 404],
		['redirect', 302],
		['wrongContentType', 200],
		['slowBody', 200],
	];
	it.each(downloads)('%s is seen as %p, and the next download is whole', async (kind, seen) => {
		const url = await client.videoUrl();
		sandbox.plan({ on: 'download', kind });
		if (typeof seen === 'string') {
			const signal = seen === 'TimeoutError' ? patience() : undefined;
			expect(await failureOf(client.download(url, signal))).toBe(seen);
		} else {
			const { status, headers, data } = await client.download(url);
			expect(status).toBe(seen);
			if (kind === 'wrongContentType') expect(headers['content-type']).toContain('text/html');
			if (kind === 'slowBody') expect(data).toHaveLength(200_000);
			if (kind === 'redirect') expect(headers.location).toContain(sandbox.elsewhereUrl);
		}
		expect((await client.download(url)).data).toHaveLength(200_000);
	});

	it.each(['resetAfter', 'hangAfter'] as const)(
		'%s comes after headers and half of the video',
		async (kind) => {
			const url = await client.videoUrl();
			sandbox.plan({ on: 'download', kind });
			await failureOf(client.download(url, patience()));
			expect(sandbox.requests.at(-1)).toMatchObject({ origin: 'media', status: 200 });
		},
	);

	it('may be meant for one prediction', async () => {
		const [one, other] = [await client.videoUrl(), await client.videoUrl()];
		const id = sandbox.predictions[0]?.id;
		sandbox.plan({
			on: 'download',
			kind: 'download403',
			times: Infinity,
			match: (candidate) => candidate === id,
		});
		expect((await client.download(one)).status).toBe(403);
		expect((await client.download(other)).status).toBe(200);
	});
});

describe('An origin that is offline', () => {
	it('refuses connections until it comes back on the same port', async () => {
		const url = await client.videoUrl();
		await sandbox.goOffline('api');
		expect(await failureOf(client.submit())).toBe('ECONNREFUSED');
		expect((await client.download(url)).status).toBe(200);
		await sandbox.goOffline('media');
		expect(await failureOf(client.download(url))).toBe('ECONNREFUSED');
		await Promise.all([sandbox.comeBack('api'), sandbox.comeBack('media')]);
		expect(await client.submit()).toMatchObject({ status: 200 });
		expect((await client.download(url)).status).toBe(200);
	});
});

describe('The elsewhere origin', () => {
	it('answers whatever comes, and records it', async () => {
		const { status, body } = await client.ask(
			'GET',
			`${sandbox.elsewhereUrl}/api/v3/predictions/a/result`,
		);
		expect([status, body.data?.status]).toEqual([200, 'succeeded']);
		const video = await client.download(body.data?.outputs?.[0] ?? '');
		expect(video.headers['content-type']).toBe('video/mp4');
		expect(sandbox.requests.map(({ origin }) => origin)).toEqual(['elsewhere', 'elsewhere']);
	});
});
