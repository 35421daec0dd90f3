// The three operations on the happy path, in n8n's real engine.
import { itemsOf, SEEDANCE, SUCCESS } from '../../tools/engine/seedance';
import { errorOf, items, TINY_VIDEO, useEngine } from './harness';

const engine = useEngine();

const { submissions, submitted } = engine;

describe('Submit and Wait', () => {
	it("sends the documentation's sample, asks until there is a video and downloads it", async () => {
		const run = await engine.run();
		const [item] = itemsOf(run, SUCCESS);
		const [prediction] = engine.sandbox.predictions;
		expect(item?.json).toEqual({
			predictionId: prediction?.id,
			status: 'succeeded',
			model: 'doubao-seedance-2-0-fast-260128',
			videoUrl: expect.stringContaining(engine.sandbox.mediaUrl),
			failureReason: null,
			width: 1280,
			height: 720,
			hasNsfwContent: false,
			executionTime: expect.any(Number),
			createdAt: prediction?.createdAt,
		});
		expect(item?.pairedItem).toEqual({ item: 0 });
		expect(item?.binary?.data).toMatchObject({
			fileName: `${prediction?.id}.mp4`,
			mimeType: 'video/mp4',
			fileExtension: 'mp4',
			fileType: 'video',
		});
		expect(await engine.read(item?.binary?.data)).toEqual(TINY_VIDEO);

		const [request] = submissions();
		expect(request).toMatchObject({
			path: '/api/v3/bytedance/doubao-seedance-2-0-fast-260128/image-to-video',
			headers: { authorization: engine.sandbox.apiKey, 'content-type': 'application/json' },
		});
		// As printed in the documentation, key for key.
		expect(request?.body).toEqual({
			prompt:
				'A girl holding a fox, gentle breeze blowing through her hair, golden sunset light, cinematic, shallow depth of field',
			image: 'https://tos.gptproto.com/resource/cat.png',
			aspect_ratio: '16:9',
			duration: 5,
			resolution: '720p',
			seed: -1,
		});
	});

	it('downloads into n8n’s memory, where n8n keeps files there', async () => {
		// Such a store only listens, and never asks a paused stream to go on.
		const mode = jest.replaceProperty(engine.binaryData as never, 'mode', 'default' as never);
		const run = await engine.run();
		mode.restore();
		const stored = itemsOf(run, SUCCESS)[0]?.binary?.data?.data ?? '';
		expect(Buffer.from(stored, 'base64')).toEqual(TINY_VIDEO);
	});

	it('puts out GPTProto\'s own object with "Simplify" off, and no key that makes n8n retry', async () => {
		const run = await engine.run({ parameters: { simplify: false } });
		const [item] = itemsOf(run, SUCCESS);
		expect(Object.keys(item?.json ?? {})).toEqual(['prediction']);
		expect(item?.json.prediction).toMatchObject({
			status: 'succeeded',
			error: null,
			timings: { inference: expect.any(Number) },
		});
	});

	it('downloads nothing with "Download Video" off', async () => {
		const run = await engine.run({ parameters: { downloadVideo: false } });
		expect(itemsOf(run, SUCCESS)[0]?.binary).toBeUndefined();
		expect(engine.sandbox.requests.filter(({ origin }) => origin === 'media')).toHaveLength(0);
	});

	it('gives every item its own parameters, order and pairedItem', async () => {
		engine.sandbox.options.renderMs = (_body, index) => 600 - index * 200;
		const run = await engine.run({
			items: items(3),
			parameters: {
				prompt: '=Fox {{ $json.n }}',
				duration: '={{ 4 + $json.n }}',
				aspectRatio: '={{ ["21:9", "1:1", "9:16"][$json.n] }}',
				model:
					'={{ $json.n === 1 ? "doubao-seedance-1-0-pro-250528" : "doubao-seedance-2-0-260128" }}',
				resolution: '={{ ["1080p", "480p", "720p"][$json.n] }}',
				binaryOutputField: 'video',
			},
		});
		const out = itemsOf(run, SUCCESS);
		expect(out.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
			{ item: 2 },
		]);
		expect(out.map(({ json }) => [json.width, json.height])).toEqual([
			[2176, 928],
			[640, 640],
			[720, 1280],
		]);
		expect(out.every(({ binary }) => binary?.video !== undefined)).toBe(true);
		const byId = new Map(engine.sandbox.predictions.map(({ id, body }) => [id, body]));
		expect(out.map(({ json }) => byId.get(String(json.predictionId))?.prompt)).toEqual([
			'Fox 0',
			'Fox 1',
			'Fox 2',
		]);
		expect(out.map(({ json }) => byId.get(String(json.predictionId))?.duration)).toEqual([4, 5, 6]);
	});

	it('sends the options that were chosen, and numbers and switches that came as text', async () => {
		await engine.run({
			parameters: {
				duration: '={{ "7" }}',
				options: {
					pollingInterval: 0.1,
					seed: '={{ "42" }}',
					cameraFixed: true,
					generateAudio: '={{ "false" }}',
					lastFrameUrl: 'https://example.com/last.png',
				},
			},
		});
		expect(submissions()[0]?.body).toMatchObject({
			duration: 7,
			seed: 42,
			camera_fixed: true,
			generate_audio: false,
			last_image: 'https://example.com/last.png',
		});
	});

	it('takes a model that no page documents, whose frame size is unknown', async () => {
		const run = await engine.run({ parameters: { model: 'doubao-seedance-9' } });
		// The sandbox does not know it either, as the real API may not.
		expect(errorOf(run).message).toContain('Unknown model');
		expect(submissions()[0]?.path).toContain('/bytedance/doubao-seedance-9/');
	});
});

describe('Submit', () => {
	it('puts out the prediction at once and asks for nothing more', async () => {
		const run = await engine.run({ parameters: { operation: 'submit' } });
		expect(itemsOf(run, SUCCESS)[0]?.json).toMatchObject({
			predictionId: engine.sandbox.predictions[0]?.id,
			status: 'created',
			videoUrl: null,
			width: 1280,
			height: 720,
		});
		expect(engine.sandbox.requests).toHaveLength(1);
	});
});

describe('Get Result', () => {
	it('answers whatever the state is, without waiting', async () => {
		engine.sandbox.options.queueMs = 60_000;
		const predictionId = await submitted();
		const run = await engine.run({ parameters: { operation: 'getResult', predictionId } });
		const [item] = itemsOf(run, SUCCESS);
		expect(item?.json).toMatchObject({
			predictionId,
			status: 'queued',
			videoUrl: null,
			width: null,
		});
		expect(item?.binary).toBeUndefined();
	});

	it.each(['failed', 'expired'] as const)(
		'answers %s as a state, not as a failure',
		async (status) => {
			engine.sandbox.options.outcome = () => ({ status, error: 'The picture was too dark' });
			engine.sandbox.options.queueMs = 0;
			engine.sandbox.options.renderMs = 0;
			const predictionId = await submitted();
			const run = await engine.run({ parameters: { operation: 'getResult', predictionId } });
			expect(itemsOf(run, SUCCESS)[0]?.json).toMatchObject({
				status,
				failureReason: 'The picture was too dark',
			});
		},
	);

	it('waits for the video when asked to, and downloads it', async () => {
		engine.sandbox.options.renderMs = 500;
		const predictionId = await submitted();
		const run = await engine.run({
			parameters: { operation: 'getResult', predictionId, waitForCompletion: true },
		});
		const [item] = itemsOf(run, SUCCESS);
		expect(item?.json.status).toBe('succeeded');
		expect(await engine.read(item?.binary?.data)).toEqual(TINY_VIDEO);
		expect(engine.sandbox.predictions).toHaveLength(1);
	});

	it('promises a video when it waits: failed is a failure then', async () => {
		engine.sandbox.options.outcome = () => ({
			status: 'failed',
			error: 'The picture was too dark',
		});
		const predictionId = await submitted();
		const run = await engine.run({
			parameters: { operation: 'getResult', predictionId, waitForCompletion: true },
		});
		expect(run.data.resultData.error).toMatchObject({
			message: `Prediction ${predictionId} ended without a video (failed) [Item 0]`,
			// Not that a retry submits it: this run did not.
			description: expect.stringMatching(/The picture was too dark(?!.*submit)/),
		});
	});
});

it("writes every accepted prediction to n8n's log, which outlives the process", async () => {
	await engine.run({ items: items(3) });
	for (const { id } of engine.sandbox.predictions) {
		expect(engine.notes.join('\n')).toMatch(`Seedance: Prediction ${id} was accepted [Item `);
	}
});

it('says an empty input is an empty output', async () => {
	const run = await engine.run({ items: [] });
	expect(itemsOf(run, SEEDANCE)).toEqual([]);
	expect(engine.sandbox.requests).toHaveLength(0);
});
