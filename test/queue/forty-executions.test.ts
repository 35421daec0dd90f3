// Forty executions in n8n's queue mode, two workers of two places each: who runs them, what is paid for, and where the
// videos are; and beside them forty that are parked (Survive Restarts), hold no place, and outlive all three n8n.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { probeVideo } from '../../sandbox';
import { itemsOf, type WorkflowNode } from '../../tools/n8n/workflow';
import { survivor, until } from '../e2e/parked';
import { line, prompts, SEEDANCE, seedance } from '../e2e/workflows';
import { Hook, webhook } from '../e2e/webhook';
import { begunIn } from './cluster';
import { Place } from './place';

const EXECUTIONS = 40;
const PLACES = { workers: 2, each: 2 };
const PROBED = 3;
const IN_MEMORY_RENDER_MS = 2_000;
const PARKED_RENDER_MS = 60_000;
/** Wanted of parked executions, whatever their number. */
const TIMES_ONE_EXECUTION = 3;

const place = new Place();
let folder: string;
let ids: string[];
let inMemory: Hook;
let parked: Hook;
let parkedMs: number;
let inMemoryMs: number;

/** Begins all at once and waits for their end. @returns how long that took */
async function runAll(hook: Hook, prefix: string): Promise<number> {
	const startedAt = performance.now();
	const bodies = prompts(EXECUTIONS).map(({ prompt }) => ({ prompt: `${prefix}${prompt}` }));
	await Promise.all(bodies.map((body) => hook.call(body)));
	const executions = await hook.ended(EXECUTIONS);
	expect(executions.map(({ status }) => status)).toEqual(Array(EXECUTIONS).fill('success'));
	return performance.now() - startedAt;
}

/** How long the quickest of a hook's executions took, from its begin to its end. */
async function oneExecutionMs(hook: Hook): Promise<number> {
	const times = await hook.times();
	return Math.min(...times.map(({ startedAt, stoppedAt }) => stoppedAt - startedAt));
}

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'seedance-queue-'));
	await place.open(
		{
			renderMs: ({ prompt }) =>
				prompt.startsWith('Parked') ? PARKED_RENDER_MS : IN_MEMORY_RENDER_MS,
		},
		{ N8N_CONCURRENCY_PRODUCTION_LIMIT: `${PLACES.each}` },
	);
	const { cluster, credential } = place;
	const parameters = { prompt: '={{ $json.body.prompt }}' };
	const open = async (path: string, node: WorkflowNode) =>
		await Hook.open(cluster.rest, path, line(webhook(path), node));
	inMemory = await open('batch', seedance(credential, parameters));
	parked = await open('parked', survivor(credential, parameters));

	const parkedRun = runAll(parked, 'Parked ');
	parkedRun.catch(() => {}); // awaited below
	await until(() => place.sandbox.predictions.length === EXECUTIONS);
	await until(async () => await parked.areAll('waiting'));
	const all = [cluster.main, ...cluster.workers];
	await Promise.all(all.map((n8n) => n8n.kill()));
	await cluster.main.start();
	await Promise.all(cluster.workers.map((worker) => worker.start()));
	// While these are parked the places are free for others.
	inMemoryMs = await runAll(inMemory, '');
	ids = await inMemory.executionIds();
	parkedMs = await parkedRun;
});

afterAll(async () => {
	await place.close();
	await rm(folder, { recursive: true, force: true });
});

test('parked, with all n8n killed on the way, forty take at most three times as long as one; in memory the places are the bound', async () => {
	const inMemoryTimes = inMemoryMs / (await oneExecutionMs(inMemory));
	const parkedTimes = parkedMs / (await oneExecutionMs(parked));
	const places = PLACES.workers * PLACES.each;
	console.log(
		`${EXECUTIONS} executions, ${PLACES.workers} workers of ${PLACES.each} places: ` +
			`parked (renders of ${PARKED_RENDER_MS / 1000} s, all n8n killed once) ${(parkedMs / 1000).toFixed(0)} s, ` +
			`${parkedTimes.toFixed(2)} times one execution; ` +
			`in memory (renders of ${IN_MEMORY_RENDER_MS / 1000} s) ${(inMemoryMs / 1000).toFixed(0)} s, ` +
			`${inMemoryTimes.toFixed(1)} times one execution`,
	);
	expect(parkedTimes).toBeLessThanOrEqual(TIMES_ONE_EXECUTION);
	expect(inMemoryTimes).toBeGreaterThanOrEqual(EXECUTIONS / places);
});

test('both workers take part, the main does not, and each execution runs once', () => {
	const { workers, main } = place.cluster;
	const begun = workers.map(({ log }) => begunIn(log).filter((id) => ids.includes(id)));
	expect(begun.every((own) => own.length > 0)).toBe(true);
	expect(begun.flat().sort()).toEqual([...ids].sort());
	expect(begunIn(main.log)).toEqual([]);
});

test('each is paid for once', () => {
	expect(place.sandbox.predictions).toHaveLength(2 * EXECUTIONS);
	for (const { prompt } of prompts(EXECUTIONS)) {
		expect(place.paidFor(prompt)).toBe(1);
		expect(place.paidFor(`Parked ${prompt}`)).toBe(1);
	}
});

test('every video is in the database, and comes out of it as the MP4 it was', async () => {
	const { rest } = place.cluster;
	const all = [...ids, ...(await parked.executionIds())];
	for (const [index, id] of all.entries()) {
		const [item] = itemsOf(await rest.getExecution(id), SEEDANCE);
		const field = item?.binary?.data;
		expect(field).toMatchObject({
			id: expect.stringMatching(/^database:/),
			mimeType: 'video/mp4',
			fileName: `${item?.json.predictionId}.mp4`,
		});
		const video = await rest.download(field?.id ?? '');
		expect(video.subarray(4, 8).toString()).toBe('ftyp');
		if (index % EXECUTIONS >= PROBED) continue;
		const file = join(folder, `${id}.mp4`);
		await writeFile(file, video);
		expect(await probeVideo(file)).toMatchObject({ width: 864, height: 496, codec: 'h264' });
	}
});
