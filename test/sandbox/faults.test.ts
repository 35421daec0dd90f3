import {
	acceptedDespite,
	startSandbox,
	variantKinds,
	type Fault,
	type Sandbox,
} from '../../sandbox';
import { Client, failureOf, plainBody } from './client';

let sandbox: Sandbox;
let client: Client;

beforeAll(async () => {
	sandbox = await startSandbox({ queueMs: 0, renderMs: 0 });
	client = new Client(sandbox);
});
beforeEach(() => {
	sandbox.reset();
	sandbox.options.renderMs = 0;
	sandbox.options.video = { kind: 'buffer', data: Buffer.alloc(200_000, 'video ') };
});
afterAll(async () => {
	await client.close();
	await sandbox.close();
});

/** Long enough for an answer on this machine, should one come after all. */
const patience = () => AbortSignal.timeout(250);
type ApiKind = Extract<Fault, { on: 'submit' }>['kind'];

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

describe('A variant of the envelope', () => {
	const resultWith = async (...kinds: ApiKind[]) => {
		const id = await client.accepted();
		sandbox.plan(...kinds.map((kind): Fault => ({ on: 'result', kind })));
		return (await client.result(id)).body.data;
	};

	it('urlsArray is the array of the documentation’s prose', async () => {
		expect((await resultWith('urlsArray'))?.urls).toEqual([
			{ get: expect.stringMatching(/\/api\/v3\/predictions\/[\w-]+\/result$/) },
		]);
	});

	it('camelCase renames two fields', async () => {
		const data = await resultWith('camelCase');
		expect(data).toMatchObject({ hasNsfwContents: [false], createdAt: expect.any(String) });
		expect(data).not.toHaveProperty('created_at');
		expect(data).not.toHaveProperty('has_nsfw_contents');
	});

	it('errorEmptyString stands for no error', async () => {
		expect((await resultWith('errorEmptyString'))?.error).toBe('');
	});

	it('nsfwNull stands for not looked at', async () => {
		expect((await resultWith('nsfwNull'))?.has_nsfw_contents).toBeNull();
	});

	it('outputsNull is seen until there is an output', async () => {
		expect((await resultWith('outputsNull'))?.outputs).toHaveLength(1);
		sandbox.options.renderMs = 60_000;
		expect((await resultWith('outputsNull'))?.outputs).toBeNull();
	});

	it('siblingStatuses are the words of the sibling endpoints', async () => {
		sandbox.plan({ on: 'submit', kind: 'siblingStatuses' });
		expect((await client.submit()).body.data?.status).toBe('pending');
		expect((await resultWith('siblingStatuses'))?.status).toBe('completed');
		sandbox.options.renderMs = 60_000;
		expect((await resultWith('siblingStatuses'))?.status).toBe('processing');
		sandbox.options.renderMs = 0;
		sandbox.options.outcome = () => ({ status: 'expired' });
		expect((await resultWith('siblingStatuses'))?.status).toBe('cancelled');
		sandbox.options.outcome = () => 'succeeded';
	});

	it('unknownStatus shows neither an output nor an error', async () => {
		expect(await resultWith('unknownStatus')).toMatchObject({
			status: 'thinking',
			outputs: [],
			error: null,
		});
		expect(sandbox.predictions[0]?.firstSeenDoneAtMs).toBeUndefined();
	});

	it('foreignGetUrl points elsewhere', async () => {
		expect((await resultWith('foreignGetUrl'))?.urls).toEqual({
			get: expect.stringMatching(new RegExp(`^${sandbox.elsewhereUrl}/`)),
		});
	});

	it('succeededWithoutOutputs waits for an answer that says succeeded', async () => {
		sandbox.options.renderMs = 250;
		const id = await client.accepted();
		sandbox.plan({ on: 'result', kind: 'succeededWithoutOutputs' });
		expect(await client.ended(id)).toMatchObject({ status: 'succeeded', outputs: [] });
		expect((await client.ended(id)).outputs).toHaveLength(1);
	});

	it('badVideoUrl shows an address nobody should open', async () => {
		expect((await resultWith('badVideoUrl'))?.outputs).toEqual(['file:///etc/passwd']);
		const id = await client.accepted();
		sandbox.plan({ on: 'result', kind: 'badVideoUrl', url: 'ftp://pictures.invalid/a.mp4' });
		expect((await client.result(id)).body.data?.outputs).toEqual(['ftp://pictures.invalid/a.mp4']);
	});

	it.each(variantKinds)('%s leaves a submission accepted', async (kind) => {
		sandbox.plan({ on: 'submit', kind });
		expect(await client.submit()).toMatchObject({ status: 200 });
		expect(sandbox.predictions).toHaveLength(1);
	});

	it('can be seen together with others, and with a disruption', async () => {
		const data = await resultWith('urlsArray', 'camelCase', 'nsfwNull', 'errorEmptyString');
		expect(data).toMatchObject({ urls: [{}], hasNsfwContents: null, error: '' });
		expect(await resultWith('slowBody', 'urlsArray')).toMatchObject({ urls: [{}] });
	});
});

describe('A fault in a download', () => {
	const downloads: Array<[Extract<Fault, { on: 'download' }>['kind'], number | string]> = [
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
