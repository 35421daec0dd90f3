// What is in a rendered video: size, length, sound, the picture; and where the picture comes from.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { frameSize, probeVideo } from '../../sandbox';
import { fastModel, fullModel, plainBody, useSandbox } from './client';
import { asDataUri, brightness, plainPicture } from './pictures';

const api = useSandbox();
let folder: string;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'sandbox-video-test-'));
});
afterAll(async () => {
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

/** Submits, downloads, and gives the name of the file. */
async function videoOf(body: object, model = fastModel): Promise<string> {
	const url = await api.client.videoUrl(body, model);
	const file = join(folder, `${new URL(url).pathname.split('/').at(-1)}`);
	await writeFile(file, (await api.client.fetch(url)).data);
	return file;
}

describe('The video', () => {
	it.each([
		[fastModel, '480p', '21:9', 4, false],
		['doubao-seedance-1-0-lite-i2v-250428', '720p', '3:4', 4, false],
		[fullModel, '1080p', '9:16', 4, true],
		[fullModel, '480p', '4:3', 15, true],
	])(
		'of %s at %s %s has the documented size, %p s, sound: %p',
		async (model, resolution, ratio, seconds, sound) => {
			const body = { ...small, resolution, aspect_ratio: ratio, duration: seconds };
			const facts = await probeVideo(await videoOf({ ...body, generate_audio: sound }, model));
			const size = frameSize(model, resolution, ratio);
			expect(facts).toMatchObject({ ...size, hasAudio: sound, codec: 'h264', framesPerSecond: 24 });
			expect(Math.abs(facts.durationSeconds - seconds)).toBeLessThan(0.1);
		},
	);

	it('by default is 5 seconds of 1280x720 with sound', async () => {
		const facts = await probeVideo(
			await videoOf({ prompt: 'p', image: grey, is_upload_media: true }),
		);
		expect(facts).toMatchObject({ width: 1280, height: 720, hasAudio: true });
		expect(Math.round(facts.durationSeconds)).toBe(5);
	});

	it('comes with its type and length, and can be played before all of it has arrived', async () => {
		const { headers, data } = await api.client.fetch(await api.client.videoUrl(small));
		expect(headers).toMatchObject({
			'content-type': 'video/mp4',
			'content-length': String(data.length),
		});
		expect(data.toString('latin1', 4, 8)).toBe('ftyp');
		expect(data.indexOf('moov')).toBeLessThan(data.indexOf('mdat'));
	});

	it('shows the submitted picture, and a watermark across its lower edge', async () => {
		const light = await brightness(await videoOf(small), 2);
		const middle = light(320, 320);
		expect(Math.abs(middle - 128)).toBeLessThan(10);
		expect(Math.abs(light(20, 20) - middle)).toBeLessThan(6);
		const line = Array.from({ length: 400 }, (_, index) => light(640 - 32 - 22, 120 + index));
		expect(Math.min(...line)).toBeLessThan(90);
		expect(Math.max(...line)).toBeGreaterThan(200);
	});

	it('ends with the last picture, when there is one', async () => {
		const [image, last_image] = [0, 255].map((grey) => asDataUri(plainPicture(grey, grey, grey)));
		const file = await videoOf({ ...small, image, last_image });
		expect((await brightness(file, 0.5))(100, 100)).toBeLessThan(40);
		expect((await brightness(file, 3.9))(100, 100)).toBeGreaterThan(200);
		expect((await probeVideo(file)).hasAudio).toBe(true);
	});

	it('moves, unless the camera is fixed', async () => {
		const picture = plainPicture(0, 0, 0, 100);
		// The left half white: the edge between the halves is what is seen to move.
		for (let row = 0; row < 100; row += 1) picture.fill(255, 54 + row * 300, 54 + row * 300 + 150);
		const travel = async (camera_fixed: boolean) => {
			const file = await videoOf({ ...small, image: asDataUri(picture), camera_fixed });
			const edges: number[] = [];
			for (const seconds of [0, 3.5]) {
				const light = await brightness(file, seconds);
				const columns = Array.from({ length: 640 }, (_, column) => light(200, column));
				edges.push(columns.findIndex((value) => value < 128));
			}
			return Math.abs((edges[0] ?? 0) - (edges[1] ?? 0));
		};
		expect(await travel(true)).toBeLessThanOrEqual(1);
		expect(await travel(false)).toBeGreaterThan(20);
	});

	it('is rendered at the first download, and once for requests that are alike', async () => {
		const body = { ...small, image: asDataUri(plainPicture(1, 2, 3)) };
		const before = api.sandbox.renders;
		const urls = await Promise.all([1, 2, 3].map(() => api.client.videoUrl(body)));
		expect(api.sandbox.renders).toBe(before);
		const videos = await Promise.all(urls.map((url) => api.client.fetch(url)));
		expect(api.sandbox.renders).toBe(before + 1);
		expect(new Set(videos.map(({ data }) => data.toString('base64'))).size).toBe(1);
	});
});

describe('The picture', () => {
	const white = plainPicture(255, 255, 255);
	const lightOf = async (body: object) => (await brightness(await videoOf(body), 1))(200, 200);

	/** Serves what it is given under any address, for as long as `use` takes; counts the requests. */
	async function served(
		answer: (reply: ServerResponse) => void,
		use: (url: string) => Promise<void>,
	) {
		let asked = 0;
		const server = createServer((_request, reply) => {
			asked += 1;
			answer(reply);
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		try {
			await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/white.bmp`);
		} finally {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		}
		return asked;
	}

	it('is fetched from its URL across a redirect, once for a batch', async () => {
		const answer = (reply: ServerResponse) => {
			if (reply.req.url === '/moved.bmp') reply.end(white);
			else reply.writeHead(302, { location: '/moved.bmp' }).end();
		};
		const asked = await served(answer, async (image) => {
			for (const duration of [4, 5]) {
				expect(await lightOf({ ...small, image, duration })).toBeGreaterThan(240);
			}
			const note = `picture from ${image}, ${white.length} bytes`;
			expect(api.sandbox.predictions[0]?.picture).toBe(note);
		});
		expect(asked).toBe(2);
	});

	it.each([
		['answers 404', (reply: ServerResponse) => reply.writeHead(404).end(), 'HTTP 404'],
		['never answers', () => {}, 'timeout'],
		['sends no picture', (reply: ServerResponse) => reply.end('hello'), 'could not read'],
	])('is replaced when its URL %s, and the prediction says so', async (_how, answer, why) => {
		api.sandbox.options.pictureTimeoutMs = 300;
		await served(answer, async (image) => {
			expect(await probeVideo(await videoOf({ ...small, image }))).toMatchObject({ width: 640 });
			expect(api.sandbox.predictions[0]?.picture).toMatch(
				new RegExp(`^generated test picture, since .*${why}`),
			);
		});
	});

	it('may be bare base64', async () => {
		expect(await lightOf({ ...small, image: white.toString('base64') })).toBeGreaterThan(240);
	});
});

it('The probe refuses what is no video', async () => {
	const file = join(folder, 'text.mp4');
	await writeFile(file, 'text');
	await expect(probeVideo(file)).rejects.toThrow('Not a video');
});
