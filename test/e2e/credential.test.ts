// The credential: its form's test, and whose account each item goes out with.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { type Sandbox, startSandbox } from '../../sandbox';
import { CREDENTIAL_TYPE } from '../../tools/n8n/package';
import { itemsOf } from '../../tools/n8n/workflow';
import { inEveryN8n } from './in-every-n8n';
import { items, line, prompts, SEEDANCE, seedance, start } from './workflows';

inEveryN8n((place) => {
	const verdict = (data: Record<string, unknown>) =>
		place.rest.testCredential(place.credential, {
			apiKey: place.sandbox.apiKey,
			baseUrl: place.sandbox.baseUrl,
			...data,
		});

	test('the right key is accepted', async () => {
		expect(await verdict({})).toMatchObject({ status: 'OK' });
	});

	test('a key pasted with "Bearer" in front of it is accepted', async () => {
		expect(await verdict({ apiKey: `Bearer ${place.sandbox.apiKey}` })).toMatchObject({
			status: 'OK',
		});
	});

	test('a wrong key is refused, and the message says where to look', async () => {
		const { status, message } = await verdict({ apiKey: 'sk-wrong' });
		expect(status).toBe('Error');
		expect(message).not.toContain('sk-wrong');
		expect(message).toMatch(/^GPTProto did not accept this API key\. .* under API Keys\./);
	});

	test('an address where nobody answers is refused', async () => {
		expect(await verdict({ baseUrl: 'http://127.0.0.1:9' })).toMatchObject({ status: 'Error' });
	});

	describe('an address where something else answers', () => {
		let server: Server;
		let body: string;
		beforeAll(async () => {
			server = createServer((_request, response) => {
				const type = body.startsWith('<') ? 'text/html' : 'application/json';
				response.setHeader('content-type', type).end(body);
			});
			await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		});
		afterAll(() => new Promise((resolve) => server.close(resolve)));
		const answering = async (text: string) => {
			body = text;
			const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
			return await verdict({ baseUrl });
		};

		test.each([
			['a web page', '<!doctype html><title>Welcome</title>'],
			['JSON of another kind', '{"ok":true}'],
			['text', 'ok'],
		])('%s that answers 200 is refused', async (_name, text) => {
			expect(await answering(text)).toMatchObject({ status: 'Error' });
		});

		test('the list of models, as the API gives it, is accepted', async () => {
			const list = JSON.stringify({ object: 'list', data: [{ id: 'a-model', object: 'model' }] });
			expect(await answering(list)).toMatchObject({ status: 'OK' });
		});

		test('and so is a list without a model', async () => {
			expect(await answering('{"object":"list","data":[]}')).toMatchObject({ status: 'OK' });
		});
	});

	test('each item goes out with its own credential, where its expressions depend on the item', async () => {
		const other: Sandbox = await startSandbox({
			apiKey: 'sk-of-another-customer-5c1e',
			video: { kind: 'bytes', size: 50_000 },
			pictureTimeoutMs: 500,
		});
		const credential = await place.rest.createCredential({
			name: 'One customer an item',
			type: CREDENTIAL_TYPE,
			data: { apiKey: '={{ $json.key }}', baseUrl: '={{ $json.address }}' },
		});
		const accounts = [place.sandbox, other, place.sandbox];
		const list = prompts(3).map((one, item) => ({
			...one,
			key: accounts[item]?.apiKey,
			address: accounts[item]?.baseUrl,
		}));
		const execution = await place.run(line(start(), items(list), seedance(credential)));

		expect(execution.error).toBeUndefined();
		expect(itemsOf(execution, SEEDANCE)).toHaveLength(3);
		const promptsOf = ({ predictions }: Sandbox) => predictions.map((one) => one.body.prompt);
		expect(promptsOf(place.sandbox).sort()).toEqual(['Prompt 0', 'Prompt 2']);
		expect(promptsOf(other)).toEqual(['Prompt 1']);
		for (const sandbox of [place.sandbox, other]) {
			const foreign = accounts.find((one) => one !== sandbox)?.apiKey ?? '';
			expect(JSON.stringify(sandbox.requests.map(({ headers }) => headers))).not.toContain(foreign);
		}
		await place.rest.deleteCredential(credential);
		await other.close();
	});
});
