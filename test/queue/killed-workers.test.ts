// Workers killed with SIGKILL while predictions are rendered: what n8n does with their executions, what is lost, and
// what is paid for. The figures are in docs/queue-mode.md.
import { setTimeout as sleep } from 'node:timers/promises';

import type { N8nInstance } from '../../tools/n8n/instance';
import { type Execution, itemsOf } from '../../tools/n8n/workflow';
import { line, SEEDANCE, seedance } from '../e2e/workflows';
import { Hook, webhook } from '../e2e/webhook';
import { begunIn } from './cluster';
import { DONE, durable } from './durable';
import { Place } from './place';

const PROMPT = '={{ $json.body.prompt }}';
// Enough for each worker to get one.
const WAITING_IN_THE_NODE = 6;
const PATIENCE_MS = 150_000;

/** By default n8n takes about two and a half minutes to notice; with these less than one. */
const QUICK_TO_NOTICE = {
	QUEUE_WORKER_LOCK_DURATION: '15000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '3000',
	QUEUE_WORKER_STALLED_INTERVAL: '5000',
};

const place = new Place();
let waiting: Hook;
let parked: Hook;
let durableId: string;
let ids: string[];
/** By execution. */
let heldBy: Map<string, N8nInstance | undefined>;

// A worker that is started again calls its executions crashed; the queue has the last word, some seconds later.
const givenUp = (id: string): Promise<Execution> =>
	place.cluster.rest.waitFor(id, ['error'], PATIENCE_MS);
const prompts = Array.from({ length: WAITING_IN_THE_NODE }, (_, index) => `Waiting ${index}`);

beforeAll(async () => {
	await place.open({ renderMs: 30_000 }, QUICK_TO_NOTICE);
	const { cluster, credential } = place;
	parked = await Hook.open(cluster.rest, 'parked', durable(webhook('parked'), credential, PROMPT));
	const node = seedance(credential, { prompt: PROMPT });
	waiting = await Hook.open(cluster.rest, 'waiting', line(webhook('waiting'), node));

	await parked.call({ prompt: 'Durable' });
	for (const prompt of prompts) await waiting.call({ prompt });
	while (place.sandbox.predictions.length < 1 + WAITING_IN_THE_NODE) await sleep(100);
	ids = await waiting.executionIds();
	durableId = (await parked.executionIds())[0] ?? '';
	await cluster.rest.waitFor(durableId, ['waiting']);
	heldBy = new Map(ids.map((id) => [id, cluster.workerOf(id)]));

	await Promise.all(cluster.workers.map((worker) => worker.kill()));
	await cluster.workers[0]?.start();
});

afterAll(() => place.close());

test('what they held ends as an error, without output', async () => {
	expect(new Set(heldBy.values()).size).toBe(2);
	for (const id of ids) {
		const execution = await givenUp(id);
		expect(execution.error?.message).toContain('failed to be processed too many times');
		expect(itemsOf(execution, SEEDANCE)).toEqual([]);
	}
});

test('none is run again by itself, and each is paid for once', async () => {
	await Promise.all(ids.map(givenUp));
	const begun = place.cluster.workers.flatMap(({ log }) => begunIn(log));
	for (const id of ids) expect(begun.filter((one) => one === id)).toHaveLength(1);
	for (const prompt of prompts) expect(place.paidFor(prompt)).toBe(1);
});

test('"Retry execution" has nothing left to start from: it fails as well, and pays for nothing', async () => {
	const [id = ''] = ids;
	await givenUp(id);
	// n8n now and then leaves this request without an answer, although the retry has ended: look at the list.
	place.cluster.rest.retry(id).catch(() => {});
	let retried: string | undefined;
	while (retried === undefined) {
		await sleep(200);
		retried = (await waiting.executionIds()).find((one) => !ids.includes(one));
	}
	await givenUp(retried);
	for (const prompt of prompts) expect(place.paidFor(prompt)).toBe(1);
});

test("the workers' logs still name what was paid for", () => {
	const log = place.cluster.workers.map((worker) => worker.log).join('\n');
	for (const { id } of place.sandbox.predictions) expect(log).toContain(id);
});

test('what waits in n8n instead goes on with the worker that is there, and is paid for once', async () => {
	const execution = await place.cluster.rest.waitFor(durableId, undefined, PATIENCE_MS);
	expect(execution.status).toBe('success');
	expect(itemsOf(execution, DONE)).toMatchObject([
		{ json: { status: 'succeeded' }, binary: { data: { mimeType: 'video/mp4' } } },
	]);
	expect(place.paidFor('Durable')).toBe(1);
});
