// What is taken for a video whatever its type says, what is never stored as one, and where one without end is stopped.
// That the right one is fetched in the end is in faults-on-download.test.ts.
import { randomBytes } from 'node:crypto';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { NO_VIDEO } from './fault-matrix';
import {
	errorOf,
	PAST_THE_TIMEOUT_MS,
	setBounds,
	settle,
	storedFiles,
	TINY_VIDEO,
	until,
	useEngine,
} from './harness';

const engine = useEngine();

it.each(NO_VIDEO)(
	'gives up in the end with id and address, and stores nothing: %s',
	async (kind) => {
		const before = await storedFiles();
		engine.sandbox.plan({ on: 'download', kind, times: Infinity });
		const { message, description } = errorOf(await engine.run());
		expect(message).toContain(engine.sandbox.predictions[0]?.id);
		expect(description).toContain(`${engine.sandbox.mediaUrl}/videos/`);
		expect(await storedFiles()).toEqual(before);
	},
);

it.each([
	['an unusual container', Buffer.from('1a45dfa3a3428681', 'hex'), 'application/x-matroska'],
	['bytes of no type', Buffer.from('00000020667479706d703432', 'hex'), 'application/octet-stream'],
	['bytes labelled as text', Buffer.from('00000020667479706d703432', 'hex'), 'text/plain'],
])("takes %s for the user's video", async (_what, body, type) => {
	engine.sandbox.plan({ on: 'download', kind: 'custom', answer: { status: 200, type, body } });
	const run = await engine.run();
	expect(await engine.read(itemsOf(run, SUCCESS)[0]?.binary?.data)).toEqual(body);
});

it('takes white space alone for an empty file', async () => {
	const answer = { status: 200, type: 'video/mp4', body: ' \n' };
	engine.sandbox.plan({ on: 'download', kind: 'custom', answer, times: Infinity });
	expect(errorOf(await engine.run()).description).toContain('an empty file');
});

it.each([
	['gzip', gzipSync],
	['br', brotliCompressSync],
])(
	'takes a video that was packed for its way with %s, also where that made it longer',
	async (encoding, pack) => {
		for (const video of [TINY_VIDEO, Buffer.concat([TINY_VIDEO, randomBytes(200_000)])]) {
			const answer = {
				status: 200,
				type: 'video/mp4',
				body: pack(video),
				headers: { 'content-encoding': encoding },
			};
			engine.sandbox.plan({ on: 'download', kind: 'custom', answer });
			const run = await engine.run();
			expect(engine.sandbox.predictions.at(-1)?.downloads).toBe(1);
			expect(await engine.read(itemsOf(run, SUCCESS)[0]?.binary?.data)).toEqual(video);
		}
	},
);

it('waits for a slow binary store when all of the video has come', async () => {
	setBounds({ downloadIdleMs: 4000 });
	const store = engine.binaryData.store.bind(engine.binaryData);
	const spy = jest.spyOn(engine.binaryData, 'store').mockImplementation(async (...given) => {
		const stored = await store(...given);
		await settle(1300);
		return stored;
	});
	const run = await engine.run();
	spy.mockRestore();
	expect(await engine.read(itemsOf(run, SUCCESS)[0]?.binary?.data)).toEqual(TINY_VIDEO);
	expect(engine.sandbox.predictions[0]?.downloads).toBe(1);
});

it('stops a video without end at the largest size, the part of it gone', async () => {
	setBounds({ videoBytes: 5_000_000 });
	const before = await storedFiles();
	engine.sandbox.plan({ on: 'download', kind: 'endless', times: Infinity });
	const { message, description } = errorOf(await engine.run());
	expect(message).toContain(engine.sandbox.predictions[0]?.id);
	expect(description).toContain(`${engine.sandbox.mediaUrl}/videos/`);
	expect(engine.sandbox.predictions[0]?.downloads).toBe(1);
	expect(await storedFiles()).toEqual(before);
});

it('opens no video that is announced as larger than that', async () => {
	setBounds({ videoBytes: TINY_VIDEO.length - 1 });
	const { message } = errorOf(await engine.run());
	expect(message).toContain('could not be downloaded');
	expect(engine.sandbox.predictions[0]?.downloads).toBe(1);
});

it('stops a video without end at the timeout, the part of it gone', async () => {
	const before = await storedFiles();
	engine.sandbox.plan({ on: 'download', kind: 'endless', times: Infinity });
	const run = engine.start();
	await until(() => engine.sandbox.predictions.some(({ downloads }) => downloads > 0));
	engine.leap(PAST_THE_TIMEOUT_MS);
	const { message } = errorOf(await run.finished);
	expect(message).toContain(`${engine.sandbox.predictions[0]?.id} is finished but could not`);
	expect(await storedFiles()).toEqual(before);
});
