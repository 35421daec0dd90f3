// Never pay twice: what Retry On Fail, a person's retry, loops and error branches do, by the sandbox's own count.
import type { IRun, IRunExecutionData } from 'n8n-workflow';
import { FAILED, itemsOf, SEEDANCE, SUCCESS } from '../../tools/engine/seedance';
import { errorOf, items, PAST_THE_TIMEOUT_MS, setBounds, until, useEngine } from './harness';

const engine = useEngine();

const accepted = () => engine.sandbox.predictions.length;
const dataOf = (run: IRun): IRunExecutionData => run.data;
const ids = (run: IRun) => itemsOf(run, SUCCESS).map(({ json }) => json.predictionId);

it('brings forty-nine of fifty to their end, names the bad one, and a retry pays for one video', async () => {
	engine.sandbox.options.outcome = (_body, index) =>
		index === 7 ? { status: 'failed', error: 'Too dark' } : 'succeeded';
	const failed = await engine.run({ items: items(50), parameters: { downloadVideo: false } });
	const bad = engine.sandbox.predictions[7]?.id;
	const { error } = failed.data.resultData;
	expect(error?.message).toMatch(`Prediction ${bad} ended without a video (failed) [Item `);
	expect(error && 'description' in error && error.description).toContain(
		'pick up these accepted predictions',
	);
	expect(engine.sandbox.predictions.every(({ firstSeenDoneAtMs }) => firstSeenDoneAtMs)).toBe(true);
	const retried = await engine.run({
		items: [],
		executionId: '2',
		parameters: { downloadVideo: false },
		retryOf: dataOf(failed),
	});
	expect(retried.data.resultData.error).toBeUndefined();
	expect(itemsOf(retried, SUCCESS)).toHaveLength(50);
	expect(accepted()).toBe(51);
});

it('promises nothing in a sub-workflow, which a retry of the calling workflow starts anew', async () => {
	engine.sandbox.options.outcome = (_body, index) =>
		index === 1 ? { status: 'failed', error: 'Too dark' } : 'succeeded';
	const failed = await engine.run({ items: items(3), mode: 'integrated' });
	const { description } = errorOf(failed);
	expect(description).toContain(
		'A retry of the workflow that called this sub-workflow submits and pays for all items again.',
	);
	expect(description).not.toMatch(/picks? up|under Executions/);
	const [first, , third] = engine.sandbox.predictions;
	expect(description).toContain(`[Item 0] ${first?.id}, [Item 2] ${third?.id}.`);
});

it('picks up what was accepted under Retry On Fail', async () => {
	engine.sandbox.plan({ on: 'download', kind: 'download403', times: 12 });
	const run = await engine.run({ items: items(3), retryOnFail: true });
	expect(itemsOf(run, SUCCESS)).toHaveLength(3);
	expect(accepted()).toBe(3);
	expect(run.data.resultData.runData[SEEDANCE]?.[0]?.hints).toContainEqual(
		expect.objectContaining({
			message: expect.stringContaining('3 predictions of an earlier try'),
		}),
	);
});

it('picks up, in Submit as well, and submits anew what failed meanwhile', async () => {
	engine.sandbox.options.queueMs = 0;
	engine.sandbox.options.renderMs = 0;
	engine.sandbox.options.outcome = (_body, index) =>
		index === 0 ? { status: 'failed', error: 'Too dark' } : 'succeeded';
	engine.sandbox.plan({
		on: 'submit',
		kind: 'contentPolicy',
		match: ({ prompt }) => prompt === 'Fox 2',
	});
	const run = await engine.run({
		items: items(3),
		retryOnFail: true,
		parameters: { operation: 'submit', prompt: '=Fox {{ $json.n }}' },
	});
	expect(itemsOf(run, SUCCESS)).toHaveLength(3);
	expect(accepted()).toBe(4);
	expect(new Set(ids(run)).size).toBe(3);
});

it('keeps the id of a Submit that it picks up, even where its state cannot be read just now', async () => {
	engine.sandbox.plan(
		{ on: 'submit', kind: 'contentPolicy', match: ({ prompt }) => prompt === 'Fox 1' },
		{ on: 'result', kind: 'status500', times: Infinity },
	);
	const run = await engine.run({
		items: items(2),
		retryOnFail: true,
		parameters: { operation: 'submit', prompt: '=Fox {{ $json.n }}' },
	});
	expect(itemsOf(run, SUCCESS)[0]?.json).toMatchObject({
		predictionId: engine.sandbox.predictions[0]?.id,
		status: 'created',
	});
	expect(accepted()).toBe(2);
});

it('submits anew, under Retry On Fail, what failed or expired', async () => {
	engine.sandbox.options.outcome = (_body, index) =>
		index === 0 ? { status: 'expired', error: 'Too slow' } : 'succeeded';
	const run = await engine.run({ retryOnFail: true });
	expect(itemsOf(run, SUCCESS)).toHaveLength(1);
	expect(accepted()).toBe(2);
});

it('submits anew, once, what an earlier try left and what has ended since without a video', async () => {
	engine.sandbox.options.renderMs = (_body, index) => (index === 0 ? 1000 : 50);
	engine.sandbox.options.outcome = (_body, index) =>
		index === 0 ? { status: 'failed', error: 'Too dark' } : 'succeeded';
	const run = engine.start();
	await until(() => (engine.sandbox.predictions[0]?.resultRequests ?? 0) > 0);
	engine.leap(PAST_THE_TIMEOUT_MS);
	const timedOut = await run.finished;
	expect(errorOf(timedOut).message).toContain('is not finished');
	const retried = await engine.run({ executionId: '2', items: [], retryOf: dataOf(timedOut) });
	expect(itemsOf(retried, SUCCESS)[0]?.json.predictionId).toBe(engine.sandbox.predictions[1]?.id);
	expect(accepted()).toBe(2);
});

it('knows the good ones when n8n runs a node again that continued on fail', async () => {
	engine.sandbox.plan({
		on: 'submit',
		kind: 'contentPolicy',
		match: ({ prompt }) => prompt === 'Fox 0',
	});
	const run = await engine.run({
		items: items(4),
		onError: 'continueErrorOutput',
		retryOnFail: true,
		parameters: { prompt: '=Fox {{ $json.n }}' },
	});
	expect(itemsOf(run, SUCCESS)).toHaveLength(4);
	expect(itemsOf(run, FAILED)).toHaveLength(0);
	expect(accepted()).toBe(4);
});

it('makes a new prediction in every loop round, and of every item with the same request', async () => {
	const run = await engine.run({ rounds: 2, items: items(2) });
	expect(run.data.resultData.runData[SEEDANCE]).toHaveLength(2);
	expect(accepted()).toBe(4);
	const everyId = [0, 1].flatMap((round) =>
		itemsOf(run, SEEDANCE, 0, round).map(({ json }) => json.predictionId),
	);
	expect(new Set(everyId).size).toBe(4);
});

it('takes a changed request for a new one', async () => {
	engine.sandbox.plan({ on: 'download', kind: 'download403', times: 4 });
	const failed = await engine.run();
	const run = await engine.run({
		executionId: '2',
		items: [],
		retryOf: dataOf(failed),
		parameters: { prompt: 'Another fox' },
	});
	expect(itemsOf(run, SUCCESS)).toHaveLength(1);
	expect(accepted()).toBe(2);
});

it.each([
	'resetAfter',
	'hangAfter',
	'status502Html',
	'truncatedJson',
	'missingData',
	'status500',
] as const)(
	'leaves a submission whose answer was lost (%s) alone under Retry On Fail; a person may retry it',
	async (kind) => {
		if (kind === 'hangAfter') setBounds({ submissionMs: 4000 });
		engine.sandbox.plan({ on: 'submit', kind, accepted: true });
		const failed = await engine.run({ retryOnFail: true, maxTries: 3 });
		expect(errorOf(failed).message).toContain('may exist and may be billed');
		expect(engine.submissions()).toHaveLength(1);
		setBounds({ submissionMs: 180_000 });
		const retried = await engine.run({ executionId: '2', items: [], retryOf: dataOf(failed) });
		expect(itemsOf(retried, SUCCESS)).toHaveLength(1);
		expect(accepted()).toBe(2);
	},
);

it('sends nothing more after a refusal that meets every item alike', async () => {
	engine.sandbox.plan({ on: 'submit', kind: 'forbidden', after: 3, times: Infinity });
	const run = await engine.run({
		items: items(20),
		onError: 'continueErrorOutput',
		parameters: { options: { pollingInterval: 0.1, maxConcurrentRequests: 1 } },
	});
	expect(itemsOf(run, SUCCESS)).toHaveLength(3);
	expect(itemsOf(run, FAILED)).toHaveLength(17);
	expect(engine.submissions()).toHaveLength(4);
	expect(itemsOf(run, FAILED)[5]?.json.details).toMatchObject({
		description: expect.stringContaining('was not submitted'),
	});
});

it('stores neither prompt nor picture nor key a second time', async () => {
	engine.sandbox.plan({ on: 'download', kind: 'download403', times: 4 });
	const failed = await engine.run();
	const context = JSON.stringify(failed.data.executionData?.contextData);
	expect(context).toContain(engine.sandbox.predictions[0]?.id);
	expect(context).not.toContain('fox');
	expect(context).not.toContain('cat.png');
	expect(context).not.toContain(engine.sandbox.apiKey);
});

it('forgets what came home', async () => {
	const run = await engine.run({ items: items(3) });
	expect(run.data.executionData?.contextData[`node:${SEEDANCE}`]).toEqual({ predictions: [] });
});
