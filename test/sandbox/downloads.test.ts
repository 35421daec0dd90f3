// What a client sees of the videos: whole, broken, endless, or not there; and of the two origins that are not the API.
import { request } from 'undici';
import { type Fault } from '../../sandbox';
import { failureOf, useSandbox } from './client';

const video = Buffer.alloc(2000, 'video ');
const api = useSandbox({ video: { kind: 'buffer', data: video } });

type Kind = Exclude<Extract<Fault, { on: 'download' }>['kind'], 'custom'>;

describe('A fault in a download', () => {
	it.each<[Kind, string, status: number | undefined]>([
		['resetBefore', 'ECONNRESET', undefined],
		// What undici makes of a connection that ends between the headers and the end, reset or not.
		['resetAfter', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 200],
		['short', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 200],
		['hangBefore', 'TimeoutError', undefined],
		['hangAfter', 'TimeoutError', 200],
	])('%s is seen as %s, and the next download is whole', async (kind, failure, status) => {
		const url = await api.client.videoUrl();
		api.sandbox.plan({ on: 'download', kind });
		const signal = failure === 'TimeoutError' ? { signal: AbortSignal.timeout(150) } : {};
		expect(await failureOf(api.client.fetch(url, signal))).toBe(failure);
		expect(api.sandbox.requests.at(-1)).toMatchObject({ origin: 'media' });
		expect(api.sandbox.requests.at(-1)?.status).toBe(status);
		expect((await api.client.fetch(url)).data).toEqual(video);
	});

	it.each<[Kind, status: number, type: string | undefined, content: RegExp | number]>([
		['status429', 429, 'application/json; charset=utf-8', /"type":"429"/],
		['status500', 500, 'application/json; charset=utf-8', /"type":"500"/],
		['status502Html', 502, 'text/html', /502 Bad Gateway/],
		['status503', 503, 'application/json; charset=utf-8', /"type":"503"/],
		['download403', 403, 'application/xml', /AccessDenied/],
		['notFound', 404, 'application/json; charset=utf-8', /"type":"404"/],
		['redirect', 302, undefined, 0],
		['wrongContentType', 200, 'text/html', /^<html>/],
		['htmlAsVideo', 200, 'video/mp4', /^\s+<html>/],
		['jsonAsBytes', 200, 'application/octet-stream', /"type":"500"/],
		['slowBody', 200, 'video/mp4', 2000],
		['empty', 200, 'video/mp4', 0],
		['status204', 204, undefined, 0],
		['status206', 206, 'video/mp4', 1000],
	])('%s is answered %p as %p with %p', async (kind, status, type, content) => {
		const url = await api.client.videoUrl();
		api.sandbox.plan({ on: 'download', kind });
		const { headers, data, ...answer } = await api.client.fetch(url);
		expect([answer.status, headers['content-type']]).toEqual([status, type]);
		if (typeof content === 'number') expect(data).toHaveLength(content);
		else expect(data.toString()).toMatch(content);
		if (kind === 'empty') expect(headers['content-length']).toBe('0');
		if (kind === 'status206') expect(headers['content-range']).toBe('bytes 0-999/2000');
		if (kind === 'redirect') expect(headers.location).toContain(api.sandbox.elsewhereUrl);
		expect((await api.client.fetch(url)).data).toEqual(video);
	});

	it('can go on for ever', async () => {
		const url = await api.client.videoUrl();
		api.sandbox.plan({ on: 'download', kind: 'endless' });
		const { headers, body } = await request(url);
		expect(headers['content-length']).toBeUndefined();
		let received = 0;
		for await (const chunk of body) {
			received += (chunk as Buffer).length;
			if (received > 20_000_000) break;
		}
		expect(received).toBeGreaterThan(20_000_000);
		expect((await api.client.fetch(url)).data).toEqual(video);
	});

	it('may be meant for one prediction', async () => {
		const [one, other] = [await api.client.videoUrl(), await api.client.videoUrl()];
		const match = (id: string) => id === api.sandbox.predictions[0]?.id;
		api.sandbox.plan({ on: 'download', kind: 'download403', times: Infinity, match });
		expect((await api.client.fetch(one)).status).toBe(403);
		expect((await api.client.fetch(other)).status).toBe(200);
	});
});

it('A video needs the signature of its address', async () => {
	const url = await api.client.videoUrl();
	expect((await api.client.fetch(url.replace(/\?.*/, ''))).status).toBe(403);
	const unknown = `${api.sandbox.mediaUrl}/videos/abc.mp4?signature=1`;
	expect((await api.client.fetch(unknown)).status).toBe(404);
});

it('A video of any size is made while it is sent, and not held in memory', async () => {
	const size = 300_000_000;
	api.sandbox.options.video = { kind: 'bytes', size };
	const { headers, body } = await request(await api.client.videoUrl());
	const before = process.memoryUsage().rss;
	let received = 0;
	for await (const chunk of body) {
		const data = chunk as Buffer;
		if (received === 0) expect(data.toString('latin1', 4, 12)).toBe('ftypisom');
		received += data.length;
	}
	expect([received, headers['content-length']]).toEqual([size, String(size)]);
	expect(process.memoryUsage().rss - before).toBeLessThan(size / 2);
});

it('An origin that is offline refuses connections until it comes back on the same port', async () => {
	const { sandbox, client } = api;
	const url = await client.videoUrl();
	await sandbox.goOffline('api');
	expect(await failureOf(client.submit())).toBe('ECONNREFUSED');
	expect((await client.fetch(url)).status).toBe(200);
	await sandbox.goOffline('media');
	expect(await failureOf(client.fetch(url))).toBe('ECONNREFUSED');
	await Promise.all([sandbox.comeBack('api'), sandbox.comeBack('media')]);
	expect(await client.submit()).toMatchObject({ status: 200 });
	expect((await client.fetch(url)).status).toBe(200);
});

it('The elsewhere origin answers whatever comes with a video', async () => {
	const { status, body } = await api.client.ask(`${api.sandbox.elsewhereUrl}/any`);
	expect([status, body.data?.status]).toEqual([200, 'succeeded']);
	const { headers } = await api.client.fetch(body.data?.outputs?.[0] ?? '');
	expect(headers['content-type']).toBe('video/mp4');
	expect(api.sandbox.requests.map(({ origin }) => origin)).toEqual(['elsewhere', 'elsewhere']);
});
