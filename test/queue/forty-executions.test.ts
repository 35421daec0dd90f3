// Forty executions in n8n's queue mode: who runs them, what is paid for, and where the videos are.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { probeVideo } from '../../sandbox';
import { itemsOf } from '../../tools/n8n/workflow';
import { line, prompts, SEEDANCE, seedance } from '../e2e/workflows';
import { begunIn } from './cluster';
import { Hook, webhook } from './hook';
import { Place } from './place';

const EXECUTIONS = 40;
const PROBED = 3;

const place = new Place();
let folder: string;
let ids: string[];

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'seedance-queue-'));
	await place.open({ renderMs: 2_000 });
	const node = seedance(place.credential, { prompt: '={{ $json.body.prompt }}' });
	const hook = await Hook.open(place.cluster, 'batch', line(webhook('batch'), node));

	await Promise.all(prompts(EXECUTIONS).map((body) => hook.call(body)));

	const executions = await hook.ended(EXECUTIONS);
	expect(executions.map(({ status }) => status)).toEqual(Array(EXECUTIONS).fill('success'));
	ids = executions.map(({ id }) => id);
});

afterAll(async () => {
	await place.close();
	await rm(folder, { recursive: true, force: true });
});

test('both workers take part, the main does not, and each execution runs once', () => {
	const { workers, main } = place.cluster;
	const begun = workers.map(({ log }) => begunIn(log));
	expect(begun.every((own) => own.length > 0)).toBe(true);
	expect(begun.flat().sort()).toEqual([...ids].sort());
	expect(begunIn(main.log)).toEqual([]);
});

test('each is paid for once', () => {
	expect(place.sandbox.predictions).toHaveLength(EXECUTIONS);
	for (const { prompt } of prompts(EXECUTIONS)) expect(place.paidFor(prompt)).toBe(1);
});

test('every video is in the database, and comes out of it as the MP4 it was', async () => {
	const { rest } = place.cluster;
	for (const [index, id] of ids.entries()) {
		const [item] = itemsOf(await rest.getExecution(id), SEEDANCE);
		const field = item?.binary?.data;
		expect(field).toMatchObject({
			id: expect.stringMatching(/^database:/),
			mimeType: 'video/mp4',
			fileName: `${item?.json.predictionId}.mp4`,
		});
		const video = await rest.download(field?.id ?? '');
		expect(video.subarray(4, 8).toString()).toBe('ftyp');
		if (index >= PROBED) continue;
		const file = join(folder, `${id}.mp4`);
		await writeFile(file, video);
		expect(await probeVideo(file)).toMatchObject({ width: 864, height: 496, codec: 'h264' });
	}
});
