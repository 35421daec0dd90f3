// How each fault looks on the wire, whom it hits, and whether the submission was accepted despite it.
import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { request } from 'undici';
import { acceptedDespite } from '../../sandbox';
import { failureOf, fastModel, plainBody, useSandbox, type Client } from './client';

const video = Buffer.alloc(2000, 'video ');
const api = useSandbox({ video: { kind: 'buffer', data: video } });

/** Long enough for an answer on this machine, should one come after all. */
const patience = () => AbortSignal.timeout(150);

type Answer = Awaited<ReturnType<Client['result']>>;
type Kind = keyof typeof acceptedDespite;

const json = 'application/json; charset=utf-8';

/** How a request fails, or the answer's status, type and beginning. */
const looks: Record<Kind, string | [status: number, type: string | undefined, text: RegExp]> = {
	resetBefore: 'ECONNRESET',
	resetAfter: 'ECONNRESET',
	hangBefore: 'TimeoutError',
	hangAfter: 'TimeoutError',
	slowBody: [200, json, /^\{"data".*"code":200\}$/],
	status429: [429, json, /"type":"429"/],
	status500: [500, json, /"type":"500"/],
	status502Html: [502, 'text/html', /<h1>502 Bad Gateway<\/h1>/],
	status503: [503, json, /"type":"503"/],
	truncatedJson: [200, json, /^\{"data".*[^}]$/],
	wrongContentType: [200, 'text/plain', /^\{"data".*"code":200\}$/],
	envelope500: [200, json, /^\{"code":500,"message":"[^"]+","type":"error"\}$/],
	missingData: [200, json, /^\{"message":"success","code":200\}$/],
	unauthorized: [401, json, /"type":"401"/],
	forbidden: [403, json, /balance.*"type":"403"/],
	contentPolicy: [400, json, /"type":"503"/],
	notFound: [404, json, /"type":"404"/],
	redirect: [302, undefined, /^$/],
	keyEcho: [500, json, /for sk-sandbox-/],
};

async function expectLook(kind: Kind, asked: Promise<Answer>): Promise<void> {
	const look = looks[kind];
	if (typeof look === 'string') {
		expect(await failureOf(asked)).toBe(look);
		return;
	}
	const { status, headers, text } = await asked;
	expect([status, headers['content-type'], text]).toEqual([
		look[0],
		look[1],
		expect.stringMatching(look[2]),
	]);
	expect([headers['retry-after'], api.sandbox.refused]).toEqual([
		undefined,
		status === 429 ? 1 : 0,
	]);
	const { elsewhereUrl, requests } = api.sandbox;
	if (status === 302) expect(headers.location).toBe(elsewhereUrl + (requests.at(-1)?.path ?? ''));
}

const kinds = Object.keys(acceptedDespite) as Kind[];
const signalFor = (kind: Kind) => (looks[kind] === 'TimeoutError' ? { signal: patience() } : {});

describe('A fault in a submission', () => {
	const statusesOf = async (...prompts: string[]) => {
		const statuses: number[] = [];
		for (const prompt of prompts) {
			statuses.push((await api.client.submit({ ...plainBody, prompt })).status);
		}
		return statuses;
	};

	it.each(kinds)('%s hits once, and leaves behind what is documented', async (kind) => {
		api.sandbox.plan({ on: 'submit', kind });
		await expectLook(kind, api.client.submit(plainBody, fastModel, signalFor(kind)));
		expect(api.sandbox.predictions).toHaveLength(acceptedDespite[kind] ? 1 : 0);
		expect(await api.client.submit()).toMatchObject({ status: 200, body: { code: 200 } });
	});

	it('may be told to come before or after acceptance', async () => {
		api.sandbox.plan({ on: 'submit', kind: 'status500', accepted: true });
		expect(await api.client.submit()).toMatchObject({ status: 500 });
		expect(api.sandbox.predictions).toHaveLength(1);
		api.sandbox.plan({ on: 'submit', kind: 'status502Html', accepted: false });
		await api.client.submit();
		expect(api.sandbox.predictions).toHaveLength(1);
		api.sandbox.plan({ on: 'submit', kind: 'custom', answer: { status: 200 }, accepted: true });
		expect((await api.client.submit()).headers['content-type']).toBeUndefined();
		expect(api.sandbox.predictions).toHaveLength(2);
	});

	it('spares requests that are wrong in themselves', async () => {
		api.sandbox.plan({ on: 'submit', kind: 'status503' });
		expect(await api.client.submit({})).toMatchObject({ status: 400 });
		expect(await statusesOf('right')).toEqual([503]);
	});

	it('hits the bodies it is meant for, after and as often as planned, in the planned order', async () => {
		const match = ({ prompt }: { prompt: string }) => prompt === 'this';
		api.sandbox.plan({ on: 'submit', kind: 'status503', match, after: 1, times: 2 });
		api.sandbox.plan({ on: 'submit', kind: 'status500', match: (_body, count) => count === 6 });
		expect(await statusesOf('this', 'that', 'this', 'that', 'this', 'this', 'that')).toEqual([
			200, 200, 503, 200, 503, 200, 500,
		]);
	});
});

describe('A fault in a result', () => {
	it.each(kinds)('%s hits once, and the prediction goes on', async (kind) => {
		const id = await api.client.accepted();
		api.sandbox.plan({ on: 'result', kind });
		await expectLook(kind, api.client.result(id, signalFor(kind)));
		expect(api.sandbox.predictions[0]?.firstSeenDoneAtMs).toBeUndefined();
		expect((await api.client.result(id)).body.data?.status).toBe('succeeded');
		expect(api.sandbox.predictions[0]?.firstSeenDoneAtMs).toBeGreaterThan(0);
	});

	it('may be meant for one prediction, or for its first requests only', async () => {
		const [one, other] = [await api.client.accepted(), await api.client.accepted()];
		const match = (id: string, count: number) => id === one && count < 1;
		api.sandbox.plan({ on: 'result', kind: 'status503', times: Infinity, match });
		const statuses: number[] = [];
		for (const id of [other, one, one]) statuses.push((await api.client.result(id)).status);
		expect(statuses).toEqual([200, 503, 200]);
	});

	it('can be told what to say, and in which form', async () => {
		const { sandbox, client } = api;
		const id = await client.accepted();
		sandbox.plan({ on: 'result', kind: 'status429', retryAfter: 0.2 });
		expect((await client.result(id)).headers['retry-after']).toBe('1');
		sandbox.plan({ on: 'result', kind: 'status429', retryAfter: 'date' });
		expect((await client.result(id)).headers['retry-after']).toMatch(/GMT$/);
		sandbox.plan({ on: 'result', kind: 'keyEcho', status: 401, errorForm: 'flat' });
		const { status, body } = await client.result(id);
		expect([status, body]).toMatchObject([401, { code: 401, type: 'error' }]);
	});

	it('can hold back half of the body for ever, and is recorded with the status that was sent', async () => {
		const id = await api.client.accepted();
		api.sandbox.plan({ on: 'result', kind: 'slowBody', delayMs: Infinity });
		expect(await failureOf(api.client.result(id, { signal: patience() }))).toBe('TimeoutError');
		expect(api.sandbox.requests.at(-1)?.status).toBe(200);
		api.sandbox.plan({ on: 'result', kind: 'resetBefore' });
		await failureOf(api.client.result(id));
		expect(api.sandbox.requests.at(-1)?.status).toBeUndefined();
	});

	it('can unpack to far more than is sent', async () => {
		const id = await api.client.accepted();
		const bytes = 20_000_000;
		api.sandbox.plan({ on: 'result', kind: 'gzipBomb', bytes });
		const { headers, data } = await api.client.result(id);
		expect(headers['content-encoding']).toBe('gzip');
		expect(data.length).toBeLessThan(bytes / 200);
		const unpacked = await buffer(Readable.from([data]).pipe(createGunzip()));
		expect(unpacked).toHaveLength(bytes);
		expect(JSON.parse(unpacked.toString())).toMatchObject({ data: { id, status: 'succeeded' } });
	});
});

describe.each(['submit', 'result', 'download'] as const)('An answer to a %s', (on) => {
	it('can be given exactly', async () => {
		const url = await api.client.videoUrl();
		const id = api.sandbox.predictions[0]?.id ?? '';
		const body = Buffer.from([0, 255]);
		const answer = { status: 418, body, type: 'text/tea', headers: { 'X-Pot': 'short' } };
		api.sandbox.plan({ on, kind: 'custom', answer });
		const asked = {
			submit: () => api.client.submit(),
			result: () => api.client.result(id),
			download: () => api.client.fetch(url),
		};
		const { status, headers, data } = await asked[on]();
		expect([status, data]).toEqual([418, body]);
		expect(headers).toMatchObject({ 'content-type': 'text/tea', 'x-pot': 'short' });
		expect(api.sandbox.predictions).toHaveLength(1);
	});

	it('can come byte by byte for ever', async () => {
		const video = await api.client.videoUrl();
		const path = {
			submit: api.client.submitPath(),
			result: api.client.resultPath(api.sandbox.predictions[0]?.id ?? ''),
			download: video,
		};
		api.sandbox.plan({ on, kind: 'drip', delayMs: 5 });
		const { statusCode, body } = await request(new URL(path[on], api.sandbox.baseUrl), {
			headers: { authorization: api.sandbox.apiKey, 'content-type': 'application/json' },
			...(on === 'submit' && { method: 'POST', body: JSON.stringify(plainBody) }),
		});
		let received = '';
		for await (const chunk of body) {
			received += String(chunk);
			if (received.length >= 5) break;
		}
		expect(statusCode).toBe(200);
		expect(received).toMatch(on === 'download' ? /^\0+$/ : /^ +$/);
		expect(api.sandbox.predictions).toHaveLength(on === 'submit' ? 2 : 1);
	});
});
