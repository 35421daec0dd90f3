import { startSandbox, type Sandbox } from '../../sandbox';
import { documentedSchemas } from '../../sandbox/validation';
import { Client, fastModel, plainBody, type Answer } from './client';

let sandbox: Sandbox;
let client: Client;

beforeEach(async () => {
	sandbox = await startSandbox();
	client = new Client(sandbox);
});
afterEach(async () => {
	await client.close();
	await sandbox.close();
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function expectDocumented(answer: Answer) {
	const validate = documentedSchemas().getSchema(
		'openapi.json#/components/schemas/PredictionEnvelope',
	);
	validate?.(answer.body);
	expect(validate?.errors ?? null).toBeNull();
}

describe('A prediction', () => {
	it('is created, queued, running and succeeded, each in the documented envelope', async () => {
		Object.assign(sandbox.options, { queueMs: 150, renderMs: 150 });
		const submitted = await client.submit();
		expectDocumented(submitted);
		const id = submitted.body.data?.id ?? '';
		const seen = ['created'];
		while (seen.at(-1) !== 'succeeded') {
			const answer = await client.result(id);
			expectDocumented(answer);
			const status = answer.body.data?.status ?? '';
			if (status !== seen.at(-1)) seen.push(status);
			await pause(10);
		}
		const inOrder = ['created', 'queued', 'running', 'succeeded'];
		expect(seen).toEqual(inOrder.filter((status) => seen.includes(status)));
	});

	it('is answered exactly as in the documented sample when it is created', async () => {
		const { body } = await client.submit();
		const id = sandbox.predictions[0]?.id ?? '';
		expect(body).toEqual({
			data: {
				id,
				model: fastModel,
				outputs: [],
				urls: { get: `${sandbox.baseUrl}/api/v3/predictions/${id}/result` },
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
	});

	it('stays queued, then running, for as long as is set', async () => {
		sandbox.options.queueMs = Infinity;
		const queued = await client.accepted();
		Object.assign(sandbox.options, { queueMs: 0, renderMs: Infinity });
		const running = await client.accepted();
		await pause(50);
		expect((await client.result(queued)).body.data).toMatchObject({
			status: 'queued',
			outputs: [],
		});
		expect((await client.result(running)).body.data).toMatchObject({
			status: 'running',
			outputs: [],
		});
	});

	it('shows a video on the media origin, and only there, once it has succeeded', async () => {
		const data = await client.ended(await client.accepted());
		expect(data).toMatchObject({ status: 'succeeded', error: null, has_nsfw_contents: [false] });
		expect(data.outputs).toHaveLength(1);
		expect(new URL(data.outputs?.[0] ?? '').origin).toBe(sandbox.mediaUrl);
		expect(sandbox.mediaUrl).not.toBe(sandbox.baseUrl);
		expect(data.executionTime).toBe(80);
	});

	it('can fail or expire, with a reason', async () => {
		sandbox.options.outcome = (_body, index) =>
			index === 0 ? { status: 'failed', error: 'A face' } : { status: 'expired' };
		const failed = await client.ended(await client.accepted());
		expect(failed).toMatchObject({ status: 'failed', error: 'A face', outputs: [] });
		const expired = await client.ended(await client.accepted());
		expect(expired).toMatchObject({ status: 'expired', error: expect.any(String), outputs: [] });
	});

	it('ends after the time its own body is given', async () => {
		sandbox.options.queueMs = 0;
		sandbox.options.renderMs = ({ prompt }, index) => (prompt === 'slow' ? 60_000 : index);
		const slow = await client.accepted({ ...plainBody, prompt: 'slow' });
		await client.ended(await client.accepted());
		expect((await client.result(slow)).body.data?.status).toBe('running');
	});

	it('has an id of its own that is safe in an address', async () => {
		const ids = await Promise.all(Array.from({ length: 50 }, () => client.accepted()));
		expect(new Set(ids).size).toBe(50);
		for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9-]{16,}$/);
	});

	it('nobody submitted is answered 404', async () => {
		const { status, body } = await client.result('abc');
		expect([status, body.error?.code]).toEqual([404, 404]);
	});

	it('is remembered with its times and with how often it was asked for', async () => {
		const before = performance.now();
		const id = await client.accepted();
		const prediction = sandbox.predictions[0];
		expect(prediction?.firstSeenDoneAtMs).toBeUndefined();
		await client.ended(id);
		await client.result(id);
		expect(prediction?.id).toBe(id);
		expect(prediction?.acceptedAtMs).toBeGreaterThanOrEqual(before);
		expect(prediction?.doneAtMs).toBeCloseTo((prediction?.acceptedAtMs ?? 0) + 80);
		expect(prediction?.firstSeenDoneAtMs).toBeGreaterThanOrEqual(prediction?.doneAtMs ?? Infinity);
		expect(prediction?.resultRequests).toBe(
			sandbox.requests.filter(({ method }) => method === 'GET').length,
		);
	});

	it('is told of line by line', async () => {
		const lines: string[] = [];
		const talking = await startSandbox({
			queueMs: 0,
			renderMs: 0,
			outcome: () => ({ status: 'failed', error: 'No reason' }),
			log: (line) => lines.push(line),
		});
		const other = new Client(talking);
		const id = await other.accepted();
		while (lines.length < 3) await pause(5);
		await other.close();
		await talking.close();
		expect(lines[0]).toMatch(`${id} created: ${fastModel}`);
		expect(lines[2]).toBe(`${id} failed: No reason`);
	});
});

describe('The records', () => {
	it('hold every request to each origin, with headers and body', async () => {
		const url = await client.videoUrl();
		sandbox.options.video = { kind: 'buffer', data: Buffer.from('video') };
		await client.download(url);
		await client.ask('POST', `${sandbox.elsewhereUrl}/any?thing=1`, { body: 'text' });
		const [submission, result] = sandbox.requests;
		expect(submission).toMatchObject({
			origin: 'api',
			method: 'POST',
			path: `/api/v3/bytedance/${fastModel}/image-to-video`,
			headers: { authorization: sandbox.apiKey, 'content-type': 'application/json' },
			body: plainBody,
			bodyBytes: JSON.stringify(plainBody).length,
			status: 200,
		});
		expect(result).toMatchObject({ origin: 'api', method: 'GET', bodyBytes: 0, status: 200 });
		expect(sandbox.requests.at(-2)).toMatchObject({
			origin: 'media',
			path: new URL(url).pathname + new URL(url).search,
			status: 200,
		});
		expect(sandbox.requests.at(-2)?.headers.authorization).toBeUndefined();
		expect(sandbox.requests.at(-1)).toMatchObject({
			origin: 'elsewhere',
			path: '/any?thing=1',
			headers: { authorization: sandbox.apiKey },
			body: 'text',
		});
		const times = sandbox.requests.map(({ atMs }) => atMs);
		expect(times).toEqual([...times].sort((one, other) => one - other));
	});

	it('hold refused requests too', async () => {
		await client.submit({});
		await client.ask('GET', `${sandbox.baseUrl}/nowhere`, { headers: { authorization: 'no' } });
		expect(sandbox.requests.map(({ status }) => status)).toEqual([400, 401]);
	});

	it('are forgotten by a reset, and so are predictions and faults', async () => {
		const { requests, predictions } = sandbox;
		const id = await client.accepted();
		sandbox.plan({ on: 'submit', kind: 'status500' }, { on: 'submit', kind: 'status429' });
		sandbox.reset();
		expect([requests.length, predictions.length]).toEqual([0, 0]);
		expect(await client.result(id)).toMatchObject({ status: 404 });
		expect(await client.submit()).toMatchObject({ status: 200 });
	});
});
