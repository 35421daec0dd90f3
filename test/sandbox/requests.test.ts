// Which requests are answered, and what is remembered of them.
import { type SubmissionBody } from '../../sandbox';
import openapi from '../../sandbox/openapi.json';
import { fastModel, plainBody, useSandbox } from './client';

const api = useSandbox({ video: { kind: 'buffer', data: Buffer.from('video') } });

describe('A submission', () => {
	it('is accepted with every documented field, for every documented model', async () => {
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
		for (const model of openapi.components.schemas.Model.enum) {
			expect((await api.client.submit(body, model)).body.data?.model).toBe(model);
			expect(api.sandbox.predictions.at(-1)).toMatchObject({ model, body });
		}
	});

	it('is refused with everything that is wrong, said at once', async () => {
		const { status, body } = await api.client.submit({ image: plainBody.image, duration: 99 });
		expect([status, body.error?.type]).toEqual([400, '400']);
		expect(body.error?.message).toMatch(/'prompt'.*'duration'|'duration'.*'prompt'/);
		expect(api.sandbox.predictions).toHaveLength(0);
	});

	it('may carry a picture of 30 MB, of which only a note is remembered', async () => {
		api.sandbox.options.video = { kind: 'render' };
		const data = Buffer.alloc(30_000_000, 1).toString('base64');
		const body = { ...plainBody, image: `data:image/png;base64,${data}`, is_upload_media: true };
		expect(await api.client.submit(body)).toMatchObject({ status: 200 });
		expect(api.sandbox.requests[0]?.bodyBytes).toBeGreaterThan(40_000_000);
		expect(JSON.stringify(api.sandbox.requests[0]?.body).length).toBeLessThan(1000);
		expect(api.sandbox.predictions[0]?.body.image.length).toBeLessThan(1000);
		expect(api.sandbox.predictions[0]?.pictureSha256).toMatch(/^[0-9a-f]{64}$/);
	});

	it('for an unknown model, or that is no JSON or does not say so, is refused', async () => {
		const { status, body } = await api.client.submit(plainBody, 'seedance-3-0');
		expect([status, body.error?.type]).toEqual([404, '404']);
		for (const text of ['{"prompt": ', '', '[]', 'null', '"text"']) {
			expect([text, (await api.client.submit(text)).status]).toEqual([text, 400]);
		}
		for (const type of ['text/plain', 'multipart/form-data; boundary=x']) {
			const headers = { 'content-type': type };
			expect((await api.client.submit(plainBody, fastModel, { headers })).status).toBe(400);
		}
	});
});

describe('A request', () => {
	it('needs the bare key, and nothing but it, at every endpoint', async () => {
		const { sandbox, client } = api;
		const id = await client.accepted();
		const paths = ['/v1/models', client.resultPath(id), '/nowhere'];
		for (const key of ['', `Bearer ${sandbox.apiKey}`, `${sandbox.apiKey}x`, 'sk-other']) {
			const headers = { authorization: key };
			for (const path of paths) {
				const { status, body } = await client.ask(path, { headers });
				expect([path, key, status, body.error?.type]).toEqual([path, key, 401, '401']);
			}
			expect((await client.submit(plainBody, fastModel, { headers })).status).toBe(401);
		}
		expect(sandbox.predictions).toHaveLength(1);
	});

	it('for the list of models finds the documented ones', async () => {
		const { text } = await api.client.ask('/v1/models');
		const ids = (JSON.parse(text) as { data: Array<{ id: string }> }).data.map(({ id }) => id);
		expect(ids).toEqual(openapi.components.schemas.Model.enum);
	});

	it.each(['baseUrl', 'mediaUrl', 'elsewhereUrl'] as const)(
		'to %s is answered only under a name of this machine',
		async (origin) => {
			const url = api.sandbox[origin];
			const { host, port } = new URL(url);
			const statusFor = async (name: string) =>
				(await api.client.ask(url, { headers: { host: name } })).status;
			for (const name of ['evil.example', `evil.example:${port}`, `127.0.0.1.evil:${port}`]) {
				expect(await statusFor(name)).toBe(421);
			}
			for (const name of [host, `LOCALHOST:${port}`, `[::1]:${port}`]) {
				expect(await statusFor(name)).not.toBe(421);
			}
		},
	);

	it('is recorded at each origin, with headers and body, refused or not', async () => {
		const { sandbox, client } = api;
		const url = await client.videoUrl();
		await client.fetch(url);
		await client.ask(`${sandbox.elsewhereUrl}/any?thing=1`, { method: 'POST', body: 'text' });
		await client.submit({});
		const [submission, result] = sandbox.requests;
		expect(submission).toMatchObject({
			origin: 'api',
			method: 'POST',
			path: client.submitPath(),
			headers: { authorization: sandbox.apiKey, 'content-type': 'application/json' },
			body: plainBody,
			bodyBytes: JSON.stringify(plainBody).length,
			status: 200,
		});
		expect(result).toMatchObject({ origin: 'api', method: 'GET', bodyBytes: 0, status: 200 });
		const [download, elsewhere, refused] = sandbox.requests.slice(-3);
		const { pathname, search } = new URL(url);
		expect(download).toMatchObject({ origin: 'media', path: pathname + search, status: 200 });
		expect(download?.headers.authorization).toBeUndefined();
		expect(elsewhere).toMatchObject({ origin: 'elsewhere', path: '/any?thing=1', body: 'text' });
		expect(elsewhere?.headers.authorization).toBe(sandbox.apiKey);
		expect(refused).toMatchObject({ origin: 'api', status: 400 });
	});

	it('is forgotten by a reset, and so are predictions and faults', async () => {
		const { sandbox, client } = api;
		const { requests, predictions } = sandbox;
		const id = await client.accepted();
		sandbox.plan({ on: 'submit', kind: 'status500' });
		sandbox.reset();
		expect([requests.length, predictions.length, sandbox.submissionsSeen]).toEqual([0, 0, 0]);
		expect(await client.result(id)).toMatchObject({ status: 404 });
		expect(await client.submit()).toMatchObject({ status: 200 });
	});
});
