import { acceptedDespite, startSandbox, type Sandbox } from '../../sandbox';
import { Client, failureOf, plainBody } from './client';

let sandbox: Sandbox;
let client: Client;

beforeAll(async () => {
	sandbox = await startSandbox({ queueMs: 0, renderMs: 0 });
	client = new Client(sandbox);
});
beforeEach(() => {
	sandbox.reset();
});
afterAll(async () => {
	await client.close();
	await sandbox.close();
});

/** Long enough for an answer on this machine, should one come after all. */
const patience = () => AbortSignal.timeout(250);

/** What each disruption looks like, for a submission and a result alike. */
const looks: Record<keyof typeof acceptedDespite, () => Promise<void>> = {
	resetBefore: async () => expect(await failureOf(ask())).toBe('ECONNRESET'),
	resetAfter: async () => expect(await failureOf(ask())).toBe('ECONNRESET'),
	hangBefore: async () => expect(await failureOf(ask(patience()))).toBe('TimeoutError'),
	hangAfter: async () => expect(await failureOf(ask(patience()))).toBe('TimeoutError'),
	slowBody: async () => {
		const start = performance.now();
		const { status, body } = await ask();
		expect([status, body.code]).toEqual([200, 200]);
		expect(performance.now() - start).toBeGreaterThan(150);
	},
	status429: async () => {
		const { status, headers, body } = await ask();
		expect([status, body.error?.code, headers['retry-after']]).toEqual([429, 429, undefined]);
		expect(sandbox.refused).toBe(1);
	},
	status500: async () =>
		expect(await ask()).toMatchObject({ status: 500, body: { error: { code: 500 } } }),
	status502Html: async () => {
		const { status, headers, text } = await ask();
		expect([status, headers['content-type']]).toEqual([502, expect.stringContaining('text/html')]);
		expect(text).toContain('<h1>502 Bad Gateway</h1>');
	},
	status503: async () => expect(await ask()).toMatchObject({ status: 503 }),
	truncatedJson: async () => {
		const { status, headers, text, body } = await ask();
		expect([status, body]).toEqual([200, undefined]);
		expect(headers['content-type']).toContain('application/json');
		expect(text).toMatch(/^\{"data"/);
	},
	wrongContentType: async () => {
		const { headers, body } = await ask();
		expect(headers['content-type']).toContain('text/plain');
		expect(body.code).toBe(200);
	},
	envelope500: async () => {
		const { status, body } = await ask();
		expect([status, body]).toEqual([200, { code: 500, message: expect.any(String) }]);
	},
	missingData: async () => {
		const { status, body } = await ask();
		expect([status, body]).toEqual([200, { code: 200, message: 'success' }]);
	},
	unauthorized: async () =>
		expect(await ask()).toMatchObject({ status: 401, body: { error: { code: 401 } } }),
	forbidden: async () => {
		const { status, body } = await ask();
		expect([status, body.error?.message]).toEqual([403, expect.stringContaining('balance')]);
	},
	contentPolicy: async () =>
		expect(await ask()).toMatchObject({ status: 400, body: { error: { code: 503 } } }),
	notFound: async () =>
		expect(await ask()).toMatchObject({ status: 404, body: { error: { code: 404 } } }),
	redirect: async () => {
		const { status, headers } = await ask();
		expect(status).toBe(302);
		const path = sandbox.requests.at(-1)?.path ?? '';
		expect(headers.location).toBe(sandbox.elsewhereUrl + path);
	},
	keyEcho: async () => {
		const { status, body } = await ask();
		expect(status).toBe(500);
		expect(body.error?.message).toContain(sandbox.apiKey);
	},
};

/** The request under test; set by each test. */
let ask: (signal?: AbortSignal) => ReturnType<Client['result']>;

const disruptions = Object.keys(acceptedDespite) as Array<keyof typeof acceptedDespite>;

describe('A fault in a submission', () => {
	it.each(disruptions)('%s hits once, and leaves behind what is documented', async (kind) => {
		ask = (signal) => client.submit(plainBody, signal ? { signal } : {});
		sandbox.plan({ on: 'submit', kind });
		await looks[kind]();
		expect(sandbox.predictions).toHaveLength(acceptedDespite[kind] ? 1 : 0);
		expect(await client.submit()).toMatchObject({ status: 200, body: { code: 200 } });
	});

	it('may be told to come after acceptance', async () => {
		sandbox.plan({ on: 'submit', kind: 'status500', accepted: true });
		expect(await client.submit()).toMatchObject({ status: 500 });
		expect(sandbox.predictions).toHaveLength(1);
		sandbox.plan({ on: 'submit', kind: 'status502Html', accepted: false });
		await client.submit();
		expect(sandbox.predictions).toHaveLength(1);
	});

	it('spares requests that are wrong in themselves', async () => {
		sandbox.plan({ on: 'submit', kind: 'status503' });
		expect(await client.submit({})).toMatchObject({ status: 400 });
		expect(await client.submit(plainBody, { headers: { authorization: 'x' } })).toMatchObject({
			status: 401,
		});
		expect(await client.submit()).toMatchObject({ status: 503 });
	});

	it('hits the bodies it is meant for, after and as often as planned', async () => {
		sandbox.plan({
			on: 'submit',
			kind: 'status503',
			match: ({ prompt }) => prompt === 'this',
			after: 1,
			times: 2,
		});
		const statuses: number[] = [];
		for (const prompt of ['this', 'that', 'this', 'that', 'this', 'this']) {
			statuses.push((await client.submit({ ...plainBody, prompt })).status);
		}
		expect(statuses).toEqual([200, 200, 503, 200, 503, 200]);
	});

	it('may be matched by how many submissions came before', async () => {
		sandbox.plan({
			on: 'submit',
			kind: 'status500',
			times: Infinity,
			match: (_body, count) => count % 2 === 1,
		});
		const statuses: number[] = [];
		for (let round = 0; round < 5; round += 1) statuses.push((await client.submit()).status);
		expect(statuses).toEqual([200, 500, 200, 500, 200]);
	});

	it('follows the one planned before it', async () => {
		sandbox.plan({ on: 'submit', kind: 'status503' }, { on: 'submit', kind: 'status500' });
		expect([(await client.submit()).status, (await client.submit()).status]).toEqual([503, 500]);
	});
});

describe('A fault in a result', () => {
	it.each(disruptions)('%s hits once, and the prediction goes on', async (kind) => {
		const id = await client.accepted();
		ask = (signal) => client.result(id, signal);
		sandbox.plan({ on: 'result', kind });
		await looks[kind]();
		expect(sandbox.predictions[0]?.firstSeenDoneAtMs).toBeUndefined();
		expect((await client.result(id)).body.data?.status).toBe('succeeded');
		expect(sandbox.predictions[0]?.firstSeenDoneAtMs).toBeGreaterThan(0);
	});

	it('may be meant for one prediction, or for its first requests only', async () => {
		const [one, other] = [await client.accepted(), await client.accepted()];
		sandbox.plan({
			on: 'result',
			kind: 'status503',
			times: Infinity,
			match: (id, count) => id === one && count < 2,
		});
		const statusOf = async (id: string) => (await client.result(id)).status;
		expect(await statusOf(other)).toBe(200);
		expect([await statusOf(one), await statusOf(one), await statusOf(one)]).toEqual([
			503, 503, 200,
		]);
	});

	it.each([
		[3, /^3$/],
		[0.2, /^1$/],
		['date', /GMT$/],
	] as const)('can answer 429 with Retry-After %p', async (retryAfter, header) => {
		const id = await client.accepted();
		sandbox.plan({ on: 'result', kind: 'status429', retryAfter });
		expect((await client.result(id)).headers['retry-after']).toMatch(header);
	});

	it('can be written without the wrapping object, or as 401', async () => {
		const id = await client.accepted();
		sandbox.plan({ on: 'result', kind: 'keyEcho', status: 401, errorForm: 'flat' });
		expect(await client.result(id)).toMatchObject({
			status: 401,
			body: { code: 401, message: expect.stringContaining(sandbox.apiKey), type: 'unauthorized' },
		});
	});

	it('can hold back the second half of the body for ever', async () => {
		const id = await client.accepted();
		sandbox.plan({ on: 'result', kind: 'slowBody', delayMs: Infinity });
		expect(await failureOf(client.result(id, patience()))).toBe('TimeoutError');
		expect(sandbox.requests.at(-1)?.status).toBe(200);
	});

	it('is recorded without a status when nothing was answered', async () => {
		const id = await client.accepted();
		sandbox.plan({ on: 'result', kind: 'resetBefore' });
		await failureOf(client.result(id));
		expect(sandbox.requests.at(-1)?.status).toBeUndefined();
	});
});
