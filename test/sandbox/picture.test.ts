import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeVideo, startSandbox, type Sandbox } from '../../sandbox';
import { Client, plainBody } from './client';
import { brightness } from './frames';
import { plainPicture } from './pictures';

let sandbox: Sandbox;
let client: Client;
let folder: string;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'sandbox-picture-test-'));
	sandbox = await startSandbox({ queueMs: 0, renderMs: 0 });
	client = new Client(sandbox);
});
beforeEach(() => sandbox.reset());
afterAll(async () => {
	await client.close();
	await sandbox.close();
	await rm(folder, { recursive: true });
});

/** The cheapest video there is. */
const small = {
	...plainBody,
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

describe('The picture', () => {
	const white = plainPicture(255, 255, 255);
	const centre = async (url: string) => (await brightness(await saved(url), 1))(200, 200);

	/** Serves what it is given under any address, for as long as `use` takes. */
	async function withPictureServer(
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

	it('is fetched from its URL, once for a batch', async () => {
		const asked = await withPictureServer(
			(reply) => reply.end(white),
			async (image) => {
				const urls = [
					await client.videoUrl({ ...small, image }),
					await client.videoUrl({ ...small, image, duration: 5 }),
				];
				for (const url of urls) expect(await centre(url)).toBeGreaterThan(240);
				expect(sandbox.predictions[0]?.picture).toBe(
					`picture from ${image}, ${white.length} bytes`,
				);
			},
		);
		expect(asked).toBe(1);
	});

	it.each([
		['answers 404', (reply: ServerResponse) => reply.writeHead(404).end(), 'HTTP 404'],
		['never answers', () => {}, 'timeout'],
		['sends no picture', (reply: ServerResponse) => reply.end('hello'), 'could not read'],
	])(
		'is replaced by a test picture when its URL %s, and the prediction says so',
		async (_how, answer, why) => {
			sandbox.options.pictureTimeoutMs = 300;
			await withPictureServer(answer, async (image) => {
				const file = await saved(await client.videoUrl({ ...small, image }));
				expect(await probeVideo(file)).toMatchObject({ width: 640, height: 640 });
				expect(sandbox.predictions[0]?.picture).toMatch(/^generated test picture, since /);
				expect(sandbox.predictions[0]?.picture).toContain(why);
			});
			sandbox.options.pictureTimeoutMs = 5000;
		},
	);

	it('is fetched across a redirect', async () => {
		const targets = new Map([['/white.bmp', '/moved.bmp']]);
		await withPictureServer(
			(reply) => {
				const location = targets.get(reply.req.url ?? '');
				if (location) reply.writeHead(302, { location }).end();
				else reply.end(white);
			},
			async (image) => {
				expect(await centre(await client.videoUrl({ ...small, image }))).toBeGreaterThan(240);
			},
		);
	});

	it('may be bare base64', async () => {
		const url = await client.videoUrl({ ...small, image: white.toString('base64') });
		expect(await centre(url)).toBeGreaterThan(240);
	});

	it('may be a data URI that is none', async () => {
		const file = await saved(
			await client.videoUrl({ ...small, image: 'data:image/png;base64,AAAA' }),
		);
		expect(await probeVideo(file)).toMatchObject({ width: 640 });
		expect(sandbox.predictions[0]?.picture).toContain('generated test picture');
	});
});
