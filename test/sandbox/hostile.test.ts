// Answers that no good API gives: without end, too large, too deep, or not what they say.
import { connect } from 'node:net';
import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { request } from 'undici';
import { startSandbox, type Fault, type Sandbox } from '../../sandbox';
import { Client, failureOf, plainBody } from './client';

let sandbox: Sandbox;
let client: Client;
const video = Buffer.alloc(200_000, 'video ');

beforeAll(async () => {
	sandbox = await startSandbox({ queueMs: 0, renderMs: 0, video: { kind: 'buffer', data: video } });
	client = new Client(sandbox);
});
beforeEach(() => sandbox.reset());
afterAll(async () => {
	await client.close();
	await sandbox.close();
});

describe('A variant of the envelope', () => {
	const text = async (...kinds: Array<Extract<Fault, { on: 'submit' }>['kind']>) => {
		sandbox.plan(...kinds.map((kind) => ({ on: 'result', kind }) as Fault));
		return (await client.result(sandbox.predictions[0]?.id ?? '')).text;
	};
	const json = async (...kinds: Parameters<typeof text>) =>
		JSON.parse(await text(...kinds)) as unknown;

	it('can be an array, or the data alone', async () => {
		const id = await client.accepted();
		expect(await json('dataArray')).toMatchObject({ code: 200, data: [{ id }] });
		expect(await json('noEnvelope')).toMatchObject({ id, status: 'succeeded' });
	});

	it('can name the id otherwise, and the video in an object', async () => {
		const id = await client.accepted();
		const { data } = (await json('taskId', 'outputObjects')) as { data: object };
		expect(data).toMatchObject({ task_id: id, outputs: [{ url: expect.any(String) }] });
		expect(data).not.toHaveProperty('id');
		expect(data).not.toHaveProperty('urls');
	});

	it('can give the id as a number that JavaScript cannot hold', async () => {
		sandbox.options.predictionId = () => '9007199254740993123';
		await client.submit();
		expect(await text('numericId')).toContain('"id":9007199254740993123,');
		expect(await text('taskId', 'numericId')).toContain('"task_id":9007199254740993123,');
		sandbox.options.predictionId = () => 'abc';
		sandbox.plan({ on: 'submit', kind: 'numericId' });
		expect(await client.submit()).toMatchObject({ status: 500 });
	});

	it('can be very deep', async () => {
		await client.accepted();
		const deep = await text('deepJson');
		expect(deep).toContain('['.repeat(200_000) + ']'.repeat(200_000));
		expect(() => JSON.parse(deep) as unknown).not.toThrow();
	});
});

describe('An id', () => {
	it.each(['a/b+c=', 'é %2F?#', 'two\nlines', '.', 'x'.repeat(500)])(
		'%j is found by its address, and so is its video',
		async (id) => {
			sandbox.options.predictionId = (index) => id + index;
			expect(await client.accepted()).toBe(`${id}0`);
			const { body } = await client.result(encodeURIComponent(`${id}0`));
			expect(body.data?.urls).toEqual({
				get: `${sandbox.baseUrl}/api/v3/predictions/${encodeURIComponent(`${id}0`)}/result`,
			});
			expect((await client.download(body.data?.outputs?.[0] ?? '')).data).toEqual(video);
		},
	);
});

describe('An answer', () => {
	const seen = async (url: string) => {
		const { statusCode, headers, body } = await request(url, {
			headers: { authorization: sandbox.apiKey },
		});
		return { statusCode, headers, body };
	};

	it.each(['submit', 'result', 'download'] as const)(
		'of any kind can be given to a %s',
		async (on) => {
			const url = await client.videoUrl();
			const id = sandbox.predictions[0]?.id ?? '';
			const answer = {
				status: 418,
				body: 'tea',
				type: 'text/tea',
				headers: { 'X-Pot': 'short' },
			};
			sandbox.plan({ on, kind: 'custom', answer });
			const ask = { submit: () => client.submit(), result: () => client.result(id) };
			const got = on === 'download' ? await client.download(url) : await ask[on]();
			expect(got).toMatchObject({
				status: 418,
				headers: { 'content-type': 'text/tea', 'x-pot': 'short', 'content-length': '3' },
			});
			expect(sandbox.predictions).toHaveLength(1);
		},
	);

	it('of any kind leaves a submission accepted when it is to', async () => {
		const answer = { status: 200, body: Buffer.from([0, 255]) };
		sandbox.plan({ on: 'submit', kind: 'custom', answer, accepted: true });
		const { headers } = await client.submit();
		expect(headers['content-type']).toBeUndefined();
		expect(sandbox.predictions).toHaveLength(1);
	});

	it.each([
		['submit', ' '],
		['result', ' '],
		['download', '\0'],
	] as const)('to a %s can come byte by byte for ever', async (on, byte) => {
		const url = await client.videoUrl();
		sandbox.plan({ on, kind: 'drip', delayMs: 5 });
		const { body, statusCode } = await request(
			{
				submit: `${sandbox.baseUrl}/api/v3/bytedance/doubao-seedance-2-0-fast-260128/image-to-video`,
				result: `${sandbox.baseUrl}/api/v3/predictions/${sandbox.predictions[0]?.id}/result`,
				download: url,
			}[on],
			{
				method: on === 'submit' ? 'POST' : 'GET',
				headers: { authorization: sandbox.apiKey, 'content-type': 'application/json' },
				...(on === 'submit' && { body: JSON.stringify(plainBody) }),
			},
		);
		expect(statusCode).toBe(200);
		let received = '';
		for await (const chunk of body) {
			received += String(chunk);
			if (received.length >= 5) break;
		}
		expect(received).toBe(byte.repeat(received.length));
		expect(sandbox.predictions).toHaveLength(on === 'submit' ? 2 : 1);
	});

	it('can unpack to far more than is sent', async () => {
		await client.accepted();
		const bytes = 20_000_000;
		sandbox.plan({ on: 'result', kind: 'gzipBomb', bytes });
		const { headers, body } = await seen(
			`${sandbox.baseUrl}/api/v3/predictions/${sandbox.predictions[0]?.id}/result`,
		);
		expect(headers['content-encoding']).toBe('gzip');
		const packed = Buffer.from(await body.arrayBuffer());
		expect(packed.length).toBeLessThan(bytes / 200);
		const parts: Buffer[] = [];
		for await (const part of Readable.from([packed]).pipe(createGunzip()))
			parts.push(part as Buffer);
		const text = Buffer.concat(parts).toString();
		expect(text).toHaveLength(bytes);
		expect(JSON.parse(text)).toMatchObject({ data: { status: 'succeeded' } });
	});
});

describe('A download', () => {
	const with_ = async (
		kind: 'empty' | 'status204' | 'status206' | 'htmlAsVideo' | 'jsonAsBytes',
	) => {
		const url = await client.videoUrl();
		sandbox.plan({ on: 'download', kind });
		const { status, headers, data } = await client.download(url);
		return [status, headers['content-type'], headers['content-length'], data.length, data] as const;
	};

	it('can be empty', async () => {
		expect((await with_('empty')).slice(0, 4)).toEqual([200, 'video/mp4', '0', 0]);
		expect((await with_('status204')).slice(0, 4)).toEqual([204, undefined, undefined, 0]);
	});

	it('can be a part of the video', async () => {
		expect((await with_('status206')).slice(0, 4)).toEqual([206, 'video/mp4', '100000', 100_000]);
	});

	it('can be something else than it says', async () => {
		const [, type, , , page] = await with_('htmlAsVideo');
		expect([type, page.toString()]).toEqual(['video/mp4', expect.stringMatching(/^\s+<html>/)]);
		const [status, binary, , , error] = await with_('jsonAsBytes');
		expect([status, binary]).toEqual([200, 'application/octet-stream']);
		expect(JSON.parse(error.toString())).toHaveProperty('error.code', 500);
	});

	it('can end early without a reset', async () => {
		const url = new URL(await client.videoUrl());
		sandbox.plan({ on: 'download', kind: 'short' });
		const raw = await new Promise<string>((resolve, reject) => {
			const socket = connect(Number(url.port), '127.0.0.1');
			const parts: Buffer[] = [];
			socket.on('data', (part) => parts.push(part));
			socket.on('error', reject);
			socket.on('end', () => resolve(Buffer.concat(parts).toString('latin1')));
			socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\n\r\n`);
		});
		const [head, body] = raw.split('\r\n\r\n');
		expect(head).toMatch(/^content-length: 200000$/m);
		expect(body).toHaveLength(100_000);
	});

	it('can go on for ever', async () => {
		const url = await client.videoUrl();
		sandbox.plan({ on: 'download', kind: 'endless' });
		const { headers, body } = await seenEndless(url);
		expect(headers['content-length']).toBeUndefined();
		let received = 0;
		for await (const chunk of body) {
			received += (chunk as Buffer).length;
			if (received > 20_000_000) break;
		}
		expect((await client.download(url)).data).toEqual(video);
	});
	const seenEndless = (url: string) => request(url);
});

describe('A request', () => {
	it.each(['baseUrl', 'mediaUrl', 'elsewhereUrl'] as const)(
		'to %s under another host name is not answered',
		async (origin) => {
			const { host, port } = new URL(sandbox[origin]);
			const statusFor = async (name: string) =>
				(
					await request(`${sandbox[origin]}/v1/models`, {
						headers: { host: name, authorization: sandbox.apiKey },
					})
				).statusCode;
			for (const name of ['evil.example', `evil.example:${port}`, `127.0.0.1.evil:${port}`]) {
				expect(await statusFor(name)).toBe(421);
			}
			for (const name of [host, `LOCALHOST:${port}`, `[::1]:${port}`]) {
				expect(await statusFor(name)).not.toBe(421);
			}
		},
	);
});

describe('The count of submissions', () => {
	it('holds the refused ones that were good', async () => {
		sandbox.options.maxInFlight = 0;
		await client.submit();
		sandbox.options.maxInFlight = Infinity;
		sandbox.options.requestsPerSecond = 0;
		expect(await client.submit()).toMatchObject({ status: 429 });
		expect(await client.submit({})).toMatchObject({ status: 400 });
		sandbox.options.requestsPerSecond = Infinity;
		sandbox.plan({ on: 'submit', kind: 'status500' });
		await client.submit();
		await client.submit(plainBody, { headers: { authorization: 'no' } });
		expect([sandbox.submissionsSeen, sandbox.refused, sandbox.predictions.length]).toEqual([
			3, 2, 0,
		]);
		expect(await failureOf(client.submit())).toBe('nothing');
	});
});
