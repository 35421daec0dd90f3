// How a prediction goes to its end, and how the answers about it are worded, in the documented way and in others.
import { variantKinds, type Fault } from '../../sandbox';
import { PredictionStore, randomId } from '../../sandbox/predictions';
import { documentedSchemas } from '../../sandbox/validation';
import { fastModel, plainBody, useSandbox } from './client';

const video = Buffer.alloc(200, 'video ');
const api = useSandbox({ video: { kind: 'buffer', data: video } });

describe('A prediction', () => {
	const noPicture = { signature: '', picture: { kind: 'none', note: '' } } as const;

	beforeEach(() => jest.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
	afterEach(() => jest.useRealTimers());

	it('is queued and runs for as long as is set, and is told of', () => {
		const lines: string[] = [];
		const ends = [
			'succeeded',
			{ status: 'failed', error: 'A face' },
			{ status: 'expired' },
		] as const;
		const store = new PredictionStore(
			{
				queueMs: 20,
				renderMs: (_body, index) => 60 + index,
				outcome: (_body, index) => ends[index] ?? 'succeeded',
				predictionId: (index) => `p${index}`,
			},
			(line) => lines.push(line),
		);
		const submission = { account: 'own', model: 'm', body: plainBody, remembered: plainBody };
		const [one, two, three] = [1, 2, 3].map(() => store.accept(submission, noPicture));
		const seen = [one?.status];
		for (const ms of [19, 1, 59, 1]) {
			jest.advanceTimersByTime(ms);
			seen.push(one?.status);
		}
		expect(seen).toEqual(['queued', 'queued', 'running', 'running', 'succeeded']);
		expect([one?.error, two?.status, two?.error, store.inFlight()]).toEqual([
			null,
			'running',
			null,
			2,
		]);
		jest.advanceTimersByTime(10);
		expect([two?.status, two?.error]).toEqual(['failed', 'A face']);
		expect([three?.status, three?.error]).toEqual(['expired', expect.any(String)]);
		expect([one?.createdAt, store.inFlight()]).toEqual(['2026-01-01 00:00:00', 0]);
		expect(lines.filter((line) => line.startsWith('p1'))).toEqual([
			'p1 created: m, ',
			'p1 running',
			'p1 failed: A face',
		]);
	});

	it('has an id of its own that is safe in an address', () => {
		const ids = Array.from({ length: 50 }, randomId);
		expect(new Set(ids).size).toBe(50);
		for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{16,}$/);
	});
});

describe('The answer about a prediction', () => {
	const documented = (body: object) => {
		const name = 'openapi.json#/components/schemas/PredictionEnvelope';
		const validate = documentedSchemas().getSchema(name);
		validate?.(body);
		return validate?.errors ?? 'as documented';
	};

	it('is as in the documented sample when it is created', async () => {
		const { body } = await api.client.submit();
		const id = api.sandbox.predictions[0]?.id ?? '';
		expect(body).toEqual({
			data: {
				id,
				model: fastModel,
				outputs: [],
				urls: { get: `${api.sandbox.baseUrl}/api/v3/predictions/${id}/result` },
				status: 'created',
				error: null,
				executionTime: 0,
				timings: { inference: 0 },
				has_nsfw_contents: [],
				created_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
			},
			message: 'success',
			code: 200,
		});
		expect(documented(body)).toBe('as documented');
	});

	it('follows the prediction to its end, in the documented words', async () => {
		const { sandbox, client } = api;
		const states = [
			[{ queueMs: Infinity }, { status: 'queued', outputs: [], error: null }],
			[
				{ queueMs: 0, renderMs: Infinity },
				{ status: 'running', outputs: [], error: null },
			],
			[{ renderMs: 0 }, { status: 'succeeded', error: null, has_nsfw_contents: [false] }],
			[
				{ outcome: () => ({ status: 'failed', error: 'A face' }) },
				{ error: 'A face', outputs: [] },
			],
		] as const;
		for (const [settings, data] of states) {
			Object.assign(sandbox.options, settings);
			const { body } = await client.result(await client.accepted());
			expect(body.data).toMatchObject(data);
			expect(documented(body)).toBe('as documented');
		}
	});

	it('is remembered with when its end was seen and how often it was asked for', async () => {
		const { sandbox, client } = api;
		Object.assign(sandbox.options, { queueMs: 20, renderMs: 60 });
		const id = await client.accepted();
		const [prediction] = sandbox.predictions;
		expect([prediction?.id, prediction?.firstSeenDoneAtMs]).toEqual([id, undefined]);
		const { executionTime, outputs } = await client.ended(id);
		expect(executionTime).toBe(80);
		expect(new URL(outputs?.[0] ?? '').origin).toBe(sandbox.mediaUrl);
		expect(prediction?.doneAtMs).toBeCloseTo((prediction?.acceptedAtMs ?? 0) + 80);
		expect(prediction?.firstSeenDoneAtMs).toBeGreaterThanOrEqual(prediction?.doneAtMs ?? Infinity);
		const polls = sandbox.requests.filter(({ method }) => method === 'GET');
		expect(prediction?.resultRequests).toBe(polls.length);
	});

	it('is 404 for one that nobody submitted', async () => {
		const { status, body } = await api.client.result('abc');
		expect([status, body.error?.type]).toEqual([404, '404']);
	});

	it.each(['a/b+c=', 'é %2F?#', 'two\nlines', '..', 'x'.repeat(500)])(
		'finds the id %j by its address, and the video',
		async (start) => {
			api.sandbox.options.predictionId = (index) => start + index;
			const id = await api.client.accepted();
			expect(id).toBe(`${start}0`);
			const { data } = (await api.client.result(id)).body;
			expect(data?.urls).toEqual({ get: api.sandbox.baseUrl + api.client.resultPath(id) });
			expect((await api.client.fetch(data?.outputs?.[0] ?? '')).data).toEqual(video);
		},
	);
});

describe('A variant of the answer', () => {
	type Kind = (typeof variantKinds)[number];

	/** The text of a result that some variants hit. */
	async function textWith(...kinds: Kind[]): Promise<string> {
		const id = await api.client.accepted();
		api.sandbox.plan(...kinds.map((kind): Fault => ({ on: 'result', kind })));
		return (await api.client.result(id)).text;
	}
	const dataWith = async (...kinds: Kind[]) =>
		(JSON.parse(await textWith(...kinds)) as { data: unknown }).data;

	it.each<[Kind, object]>([
		['urlsArray', { urls: [{ get: expect.stringMatching(/\/result$/) }] }],
		['camelCase', { hasNsfwContents: [false], createdAt: expect.any(String) }],
		['errorEmptyString', { error: '' }],
		['nsfwNull', { has_nsfw_contents: null }],
		['outputsNull', { outputs: [expect.any(String)] }],
		['siblingStatuses', { status: 'completed' }],
		['unknownStatus', { status: 'thinking', outputs: [], error: null }],
		['succeededWithoutOutputs', { status: 'succeeded', outputs: [] }],
		['badVideoUrl', { outputs: ['file:///etc/passwd'] }],
		['outputObjects', { outputs: [{ url: expect.stringMatching(/^http/) }] }],
		['taskId', { task_id: expect.any(String) }],
	])('%s is written as %j', async (kind, expected) => {
		expect(await dataWith(kind)).toMatchObject(expected);
		const seen = api.sandbox.predictions[0]?.firstSeenDoneAtMs;
		expect(seen === undefined).toBe(kind === 'unknownStatus');
		api.sandbox.plan({ on: 'submit', kind });
		expect(await api.client.submit()).toMatchObject({ status: 200 });
		expect(api.sandbox.predictions).toHaveLength(2);
	});

	it('puts new names in place of the old ones, and is seen together with a fault', async () => {
		api.sandbox.plan({ on: 'result', kind: 'wrongContentType' });
		const data = await dataWith('taskId', 'camelCase');
		for (const name of ['id', 'urls', 'created_at', 'has_nsfw_contents']) {
			expect(data).not.toHaveProperty(name);
		}
	});

	it('changes with the state', async () => {
		Object.assign(api.sandbox.options, { renderMs: Infinity });
		const kinds = ['outputsNull', 'siblingStatuses', 'badVideoUrl'] as const;
		expect(await dataWith(...kinds)).toMatchObject({ status: 'processing', outputs: null });
	});

	it('can point elsewhere, or to an address of choice', async () => {
		const { elsewhereUrl } = api.sandbox;
		expect(await dataWith('foreignGetUrl')).toMatchObject({
			urls: { get: expect.stringMatching(`^${elsewhereUrl}/.*/result$`) },
		});
		const id = await api.client.accepted();
		api.sandbox.plan({ on: 'result', kind: 'badVideoUrl', url: 'ftp://a.invalid/b' });
		expect((await api.client.result(id)).body.data?.outputs).toEqual(['ftp://a.invalid/b']);
	});

	it('can have another envelope, or none', async () => {
		expect(await dataWith('dataArray', 'urlsArray')).toEqual([
			expect.objectContaining({ status: 'succeeded', urls: [expect.any(Object)] }),
		]);
		expect(JSON.parse(await textWith('noEnvelope'))).toMatchObject({ status: 'succeeded' });
	});

	it('can give the id as a number that JavaScript cannot hold', async () => {
		await expect(textWith('numericId')).resolves.toContain('set predictionId');
		api.sandbox.options.predictionId = () => '9007199254740993123';
		expect(await textWith('numericId')).toContain('"id":9007199254740993123,');
		expect(await textWith('taskId', 'numericId')).toContain('"task_id":9007199254740993123,');
	});

	it('can be very deep, and JSON all the same', async () => {
		const text = await textWith('deepJson');
		expect(text).toContain('['.repeat(200_000) + ']'.repeat(200_000));
		expect(JSON.parse(text)).toHaveProperty('data.status', 'succeeded');
	});
});
