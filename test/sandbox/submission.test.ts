import { startSandbox, type Sandbox, type SubmissionBody } from '../../sandbox';
import openapi from '../../sandbox/openapi.json';
import { Client, fastModel, fullModel, plainBody } from './client';

let sandbox: Sandbox;
let client: Client;

beforeAll(async () => {
	sandbox = await startSandbox();
	client = new Client(sandbox);
});
beforeEach(() => sandbox.reset());
afterAll(async () => {
	await client.close();
	await sandbox.close();
});

const { properties } = openapi.components.schemas.ImageToVideoRequest;

describe('A submission', () => {
	it('is accepted with nothing but a prompt and a picture', async () => {
		const { status, body } = await client.submit();
		expect(status).toBe(200);
		expect(body).toMatchObject({ code: 200, message: 'success', data: { status: 'created' } });
		expect(sandbox.predictions).toHaveLength(1);
		expect(sandbox.predictions[0]).toMatchObject({ model: fastModel, body: plainBody });
	});

	it('is accepted with every documented field', async () => {
		const body: SubmissionBody = {
			...plainBody,
			last_image: 'https://pictures.invalid/end.png',
			aspect_ratio: '9:16',
			duration: 15,
			resolution: '480p',
			generate_audio: false,
			camera_fixed: true,
			seed: 2147483647,
			is_upload_media: false,
		};
		expect(await client.submit(body)).toMatchObject({ status: 200 });
		expect(sandbox.predictions[0]?.body).toEqual(body);
	});

	it.each(openapi.components.schemas.Model.enum)('is accepted for %s', async (model) => {
		const { body } = await client.submit(plainBody, { model });
		expect(body.data?.model).toBe(model);
	});

	it.each([
		['prompt', undefined],
		['prompt', ''],
		['prompt', 5],
		['image', undefined],
		['image', null],
		['image', ''],
		['last_image', 7],
		['aspect_ratio', '2:1'],
		['aspect_ratio', 'adaptive'],
		['duration', 3],
		['duration', 16],
		['duration', 4.5],
		['duration', '5'],
		['resolution', '4k'],
		['resolution', 720],
		['generate_audio', 'true'],
		['camera_fixed', 1],
		['seed', -2],
		['seed', 2147483648],
		['seed', 0.5],
		['is_upload_media', 'yes'],
		['negative_prompt', 'rain'],
	])('with %s = %p is refused, the answer naming the field', async (field, value) => {
		const { status, body } = await client.submit({ ...plainBody, [field]: value });
		expect(status).toBe(400);
		expect(body.error).toMatchObject({ code: 400, message: expect.stringContaining(`'${field}'`) });
		expect(sandbox.predictions).toHaveLength(0);
	});

	it('says everything that is wrong at once', async () => {
		const { body } = await client.submit({ image: 'https://pictures.invalid/a.png', duration: 99 });
		expect(body.error?.message).toMatch(/'prompt'.*'duration'|'duration'.*'prompt'/);
	});

	it.each(Object.entries(openapi['x-models']))(
		'for %s may ask for the resolutions that model offers, and no other',
		async (model, { resolutions }) => {
			for (const resolution of properties.resolution.enum) {
				const { status } = await client.submit({ ...plainBody, resolution }, { model });
				expect([resolution, status]).toEqual([
					resolution,
					resolutions.includes(resolution) ? 200 : 400,
				]);
			}
		},
	);

	it('asking a 2.0 fast model for 1080p is told what there is', async () => {
		const { body } = await client.submit({ ...plainBody, resolution: '1080p' });
		expect(body.error?.message).toContain("'resolution'");
		expect(body.error?.message).toMatch(/720p, 480p$/);
		expect(
			await client.submit({ ...plainBody, resolution: '1080p' }, { model: fullModel }),
		).toMatchObject({ status: 200 });
	});

	it.each(['image', 'last_image'])(
		'may give %s as data only when is_upload_media says so',
		async (field) => {
			const body = { ...plainBody, [field]: 'data:image/png;base64,iVBORw0KGgo=' };
			expect(await client.submit(body)).toMatchObject({ status: 400 });
			expect(await client.submit({ ...body, is_upload_media: true })).toMatchObject({
				status: 200,
			});
		},
	);

	it('may carry a picture of 30 MB, of which only a note is remembered', async () => {
		const data = Buffer.alloc(30_000_000, 1).toString('base64');
		const body = { ...plainBody, image: `data:image/png;base64,${data}`, is_upload_media: true };
		expect(await client.submit(body)).toMatchObject({ status: 200 });
		expect(sandbox.requests[0]?.bodyBytes).toBeGreaterThan(40_000_000);
		expect(JSON.stringify(sandbox.requests[0]?.body).length).toBeLessThan(1000);
		expect(sandbox.predictions[0]?.body.image.length).toBeLessThan(1000);
		expect(sandbox.predictions[0]?.pictureSha256).toMatch(/^[0-9a-f]{64}$/);
	});

	it('for an unknown model is answered 404', async () => {
		const { status, body } = await client.submit(plainBody, { model: 'seedance-3-0' });
		expect([status, body.error?.code]).toEqual([404, 404]);
	});

	it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
		'sent as %s is refused',
		async (type) => {
			const { status } = await client.submit(plainBody, { headers: { 'content-type': type } });
			expect(status).toBe(400);
		},
	);

	it.each(['{"prompt": ', '', '[]', 'null', '"text"'])(
		'with the body %p is refused',
		async (text) => {
			expect(await client.submit(text)).toMatchObject({
				status: 400,
				body: { error: { code: 400 } },
			});
		},
	);
});

describe('The API key', () => {
	const wrong = (key: string) => [
		undefined,
		'',
		`Bearer ${key}`,
		`bearer ${key}`,
		`${key}x`,
		key.slice(0, -1),
		'sk-something-else',
	];

	it('is the bare key, and nothing but it, on every endpoint', async () => {
		const id = await client.accepted();
		const urls = ['/v1/models', `/api/v3/predictions/${id}/result`, '/nowhere'];
		for (const key of wrong(sandbox.apiKey)) {
			const headers: Record<string, string> = { authorization: key ?? '' };
			for (const url of urls) {
				const { status, body } = await client.ask('GET', sandbox.baseUrl + url, { headers });
				expect([url, key, status, body.error?.code]).toEqual([url, key, 401, 401]);
			}
			expect(await client.submit(plainBody, { headers })).toMatchObject({ status: 401 });
		}
		expect(sandbox.predictions).toHaveLength(1);
	});

	it('is found good by the list of models', async () => {
		const { status, text } = await client.ask('GET', `${sandbox.baseUrl}/v1/models`);
		expect(status).toBe(200);
		const ids = (JSON.parse(text) as { data: Array<{ id: string }> }).data.map(({ id }) => id);
		expect(ids).toEqual(openapi.components.schemas.Model.enum);
	});

	it('can be chosen', async () => {
		const other = await startSandbox({ apiKey: 'sk-mine' });
		const { status } = await client.ask('GET', `${other.baseUrl}/v1/models`, {
			headers: { authorization: 'sk-mine' },
		});
		await other.close();
		expect(status).toBe(200);
	});
});
