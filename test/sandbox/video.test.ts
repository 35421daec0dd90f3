import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { frameSize, probeVideo, startSandbox, type Sandbox } from '../../sandbox';
import { Client, failureOf, fastModel, fullModel, plainBody } from './client';
import { brightness } from './frames';
import { asDataUri, plainPicture } from './pictures';

let sandbox: Sandbox;
let client: Client;
let folder: string;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'sandbox-video-test-'));
	sandbox = await startSandbox({ queueMs: 0, renderMs: 0 });
	client = new Client(sandbox);
});
beforeEach(() => {
	sandbox.reset();
	sandbox.options.video = { kind: 'render' };
});
afterAll(async () => {
	await client.close();
	await sandbox.close();
	await rm(folder, { recursive: true });
});

const grey = asDataUri(plainPicture(128, 128, 128));
/** The cheapest video there is. */
const small = {
	...plainBody,
	image: grey,
	is_upload_media: true,
	duration: 4,
	resolution: '480p',
	aspect_ratio: '1:1',
};

async function saved(url: string): Promise<string> {
	const file = join(folder, `${new URL(url).pathname.split('/').at(-1)}`);
	await writeFile(file, (await client.download(url)).data);
	return file;
}

describe('The video', () => {
	it.each([
		[fastModel, '720p', '16:9', 5, true],
		[fastModel, '480p', '21:9', 4, false],
		[fastModel, '720p', '21:9', 4, true],
		['doubao-seedance-1-0-lite-i2v-250428', '720p', '3:4', 4, false],
		[fullModel, '1080p', '9:16', 4, true],
		[fullModel, '480p', '4:3', 15, true],
	])(
		'of %s at %s %s has the documented size, %p s, sound: %p',
		async (model, resolution, ratio, seconds, sound) => {
			const url = await client.videoUrl(
				{ ...small, resolution, aspect_ratio: ratio, duration: seconds, generate_audio: sound },
				model,
			);
			const facts = await probeVideo(await saved(url));
			expect(facts).toMatchObject({
				...frameSize(model, resolution, ratio),
				hasAudio: sound,
				codec: 'h264',
			});
			expect(Math.abs(facts.durationSeconds - seconds)).toBeLessThan(0.1);
		},
	);

	it('by default is 5 seconds of 1280x720 with sound', async () => {
		const url = await client.videoUrl({ prompt: 'p', image: grey, is_upload_media: true });
		const facts = await probeVideo(await saved(url));
		expect(facts).toMatchObject({ width: 1280, height: 720, hasAudio: true });
		expect(Math.round(facts.durationSeconds)).toBe(5);
	});

	it('comes as video/mp4 with its length, and can be played before all of it has arrived', async () => {
		const { status, headers, data } = await client.download(await client.videoUrl(small));
		expect([status, headers['content-type']]).toEqual([200, 'video/mp4']);
		expect(headers['content-length']).toBe(String(data.length));
		expect(data.toString('latin1', 4, 8)).toBe('ftyp');
		expect(data.indexOf('moov')).toBeLessThan(data.indexOf('mdat'));
	});

	it('shows the submitted picture, and a watermark across its lower edge', async () => {
		const file = await saved(await client.videoUrl(small));
		const light = await brightness(file, 2);
		const middle = light(320, 320);
		expect(Math.abs(middle - 128)).toBeLessThan(10);
		expect(Math.abs(light(20, 20) - middle)).toBeLessThan(6);
		const line = Array.from({ length: 400 }, (_, index) => light(640 - 32 - 22, 120 + index));
		expect(Math.min(...line)).toBeLessThan(90);
		expect(Math.max(...line)).toBeGreaterThan(200);
	});

	it('ends with the last picture, when there is one', async () => {
		const black = asDataUri(plainPicture(0, 0, 0));
		const white = asDataUri(plainPicture(255, 255, 255));
		const file = await saved(await client.videoUrl({ ...small, image: black, last_image: white }));
		expect((await brightness(file, 0.5))(100, 100)).toBeLessThan(40);
		expect((await brightness(file, 3.9))(100, 100)).toBeGreaterThan(200);
		expect((await probeVideo(file)).hasAudio).toBe(true);
	});

	it('moves, unless the camera is fixed', async () => {
		const picture = plainPicture(0, 0, 0, 100);
		// The left half white: the edge between the halves is what is seen to move.
		for (let row = 0; row < 100; row += 1) picture.fill(255, 54 + row * 300, 54 + row * 300 + 150);
		const edgeAt = async (file: string, seconds: number) => {
			const light = await brightness(file, seconds);
			return Array.from({ length: 640 }, (_, column) => light(200, column)).findIndex(
				(value) => value < 128,
			);
		};
		const travel = async (camera_fixed: boolean) => {
			const image = asDataUri(picture);
			const file = await saved(await client.videoUrl({ ...small, image, camera_fixed }));
			return Math.abs((await edgeAt(file, 0)) - (await edgeAt(file, 3.5)));
		};
		expect(await travel(true)).toBeLessThanOrEqual(1);
		expect(await travel(false)).toBeGreaterThan(20);
	});

	it('is rendered at the first download, and once for requests that are alike', async () => {
		const body = { ...small, image: asDataUri(plainPicture(1, 2, 3)) };
		const before = sandbox.renders;
		const urls = await Promise.all(Array.from({ length: 5 }, () => client.videoUrl(body)));
		expect(sandbox.renders).toBe(before);
		const videos = await Promise.all(urls.map((url) => client.download(url)));
		expect(sandbox.renders).toBe(before + 1);
		expect(new Set(videos.map(({ data }) => data.toString('base64'))).size).toBe(1);
		await client.download(await client.videoUrl({ ...body, generate_audio: false }));
		expect(sandbox.renders).toBe(before + 2);
	});

	it('needs the signature of its address', async () => {
		const url = await client.videoUrl(small);
		expect((await client.download(url.replace(/\?.*/, ''))).status).toBe(403);
		expect((await client.download(`${sandbox.mediaUrl}/videos/abc.mp4?signature=1`)).status).toBe(
			404,
		);
	});
});

describe('Instead of rendering', () => {
	it('bytes of any number can be sent, which are not held in memory', async () => {
		const size = 300 * 1024 * 1024;
		sandbox.options.video = { kind: 'bytes', size };
		const url = await client.videoUrl();
		const before = process.memoryUsage().rss;
		let received = 0;
		let most = 0;
		const response = await fetch(url);
		for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
			if (received === 0) expect(Buffer.from(chunk).toString('latin1', 4, 12)).toBe('ftypisom');
			received += chunk.length;
			most = Math.max(most, process.memoryUsage().rss - before);
		}
		expect(received).toBe(size);
		expect(response.headers.get('content-length')).toBe(String(size));
		expect(most).toBeLessThan(size / 2);
	});

	it('a buffer can be sent', async () => {
		sandbox.options.video = { kind: 'buffer', data: Buffer.from('not much of a video') };
		expect((await client.download(await client.videoUrl())).data.toString()).toBe(
			'not much of a video',
		);
	});
});

describe('The probe', () => {
	it('refuses what is no video', async () => {
		const file = join(folder, 'text.mp4');
		await writeFile(file, 'text');
		await expect(probeVideo(file)).rejects.toThrow('Not a video');
		expect(await failureOf(probeVideo(join(folder, 'nothing.mp4')))).toBe('Error');
	});
});
