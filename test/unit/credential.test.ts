// The key goes to the credential's own host, bare, and nowhere else.
import type { IHttpRequestOptions } from 'n8n-workflow';
import { readBaseUrl } from '../../nodes/SeedanceImageToVideo/gptproto/access';
import { GptProtoApi } from '../../credentials/GptProtoApi.credentials';

const credential = new GptProtoApi();
const authenticate = async (values: Record<string, string>, request: IHttpRequestOptions) =>
	await credential.authenticate(values, request);

it.each(['sk-abc', ' sk-abc\n', 'Bearer sk-abc', 'bearer   sk-abc '])(
	'sends %j as the bare key',
	async (apiKey) => {
		const request = await authenticate(
			{ apiKey, baseUrl: 'https://gptproto.com/' },
			{ url: 'https://gptproto.com/v1/models', headers: { Accept: 'application/json' } },
		);
		expect(request.headers).toEqual({ Accept: 'application/json', Authorization: 'sk-abc' });
	},
);

it.each([
	['https://example.com/v1/models', undefined],
	['http://gptproto.com/v1/models', undefined],
	['https://gptproto.com:8443/v1/models', undefined],
	['https://gptproto.com@example.com/', undefined],
	['/v1/models', 'https://example.com'],
	['nonsense', undefined],
])('sends no key to %s', async (url, baseURL) => {
	await expect(
		authenticate(
			{ apiKey: 'sk-abc', baseUrl: 'https://gptproto.com' },
			{ url, ...(baseURL && { baseURL }) },
		),
	).rejects.toThrow('only sent to the host');
});

it("sends the credential's own test to its own host", async () => {
	const request = await authenticate(
		{ apiKey: 'sk-abc', baseUrl: 'http://127.0.0.1:8787/' },
		{ baseURL: 'http://127.0.0.1:8787', url: '/v1/models' },
	);
	expect(request.headers?.Authorization).toBe('sk-abc');
});

it("sends it for n8n's own HTTP Request node, to that host alone", async () => {
	const values = { apiKey: 'sk-abc', baseUrl: 'https://gptproto.com' };
	const to = (uri: string) => ({ uri }) as unknown as IHttpRequestOptions;
	const request = await authenticate(
		values,
		to('https://gptproto.com/api/v3/predictions/a/result'),
	);
	expect(request.headers?.Authorization).toBe('sk-abc');
	await expect(authenticate(values, to('https://example.com/'))).rejects.toThrow('only sent to');
});

it.each([
	'ftp://gptproto.com',
	'gptproto.com',
	'https://me:secret@gptproto.com',
	'https://gptproto.com?a=b',
])('sends nothing where the base URL is %s', async (baseUrl) => {
	await expect(
		authenticate({ apiKey: 'sk-abc', baseUrl }, { url: 'https://gptproto.com/v1/models' }),
	).rejects.toThrow("'Base URL' must be an address");
});

it('asks for the list of models, as the documentation has it, and follows nobody elsewhere', () => {
	const { request, rules } = credential.test;
	expect(request).toMatchObject({ url: '/v1/models', disableFollowRedirect: true });
	expect(request.baseURL).toContain('"https://gptproto.com"');
	// To the same address as the node.
	const written = String(request.baseURL).replace(/^=\{\{|\}\}$/g, '');
	const tested = new Function('$credentials', `return ${written}`) as (values: object) => string;
	for (const baseUrl of [undefined, '', '  ', '/', ' https://x.com/a// ', 'http://[::1]:8080']) {
		expect(readBaseUrl(baseUrl)).toEqual({ baseUrl: tested({ baseUrl }) });
	}
	expect(rules).toContainEqual(
		expect.objectContaining({
			type: 'responseSuccessBody',
			properties: expect.objectContaining({ key: 'data', value: undefined }),
		}),
	);
});

it('hides the key and shows where it goes', () => {
	expect(credential).toMatchObject({ name: 'gptProtoApi', displayName: 'GPTProto API' });
	expect(credential.properties).toMatchObject([
		{ name: 'apiKey', typeOptions: { password: true }, required: true, default: '' },
		{ name: 'baseUrl', default: 'https://gptproto.com' },
	]);
});
