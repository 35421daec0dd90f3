// Bad input: named by item and by the parameter as displayed, with the way out, before any request.
// What is left empty in the form itself n8n refuses on its own; here the emptiness comes out of an expression.
import { NodeOperationError } from 'n8n-workflow';
import { FAILED, itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { errorOf, items, SAMPLE, useEngine } from './harness';

const engine = useEngine();

const options = (more: Record<string, unknown>) => ({ options: { ...SAMPLE.options, ...more } });

const bad: Array<[what: string, parameters: Record<string, unknown>, message: string]> = [
	['an empty prompt', { prompt: '  ' }, "'Prompt' is empty"],
	['a prompt that is a number', { prompt: '={{ 7 }}' }, "'Prompt' must be text, but is a number"],
	[
		'a prompt that is an object',
		{ prompt: '={{ { text: "fox" } }}' },
		"'Prompt' must be text, but is an object",
	],
	[
		'an image that is a list',
		{ imageUrl: '={{ ["https://example.com/a.png"] }}' },
		"'Image URL' must be text, but is a list",
	],
	[
		'a prompt whose expression throws',
		{ prompt: '={{ $("Nowhere").first().json.a }}' },
		"'Prompt' has an expression that cannot be evaluated",
	],
	[
		'an option whose expression throws',
		options({ seed: '={{ $("Nowhere").first().json.a }}' }),
		"'Seed' has an expression that cannot be evaluated",
	],
	[
		'an output field that JavaScript keeps to itself',
		{ binaryOutputField: '={{ "__proto__" }}' },
		`'Put Output File in Field' cannot be "__proto__"`,
	],
	['a missing image', { imageUrl: '={{ "" }}' }, "'Image URL' is empty"],
	[
		'ftp',
		{ imageUrl: 'ftp://example.com/a.png' },
		"'Image URL' must be an http(s) URL or a data URI",
	],
	['a bare file name', { imageUrl: 'cat.png' }, "'Image URL' must be an http(s) URL or a data URI"],
	[
		'a data URI of text',
		{ imageUrl: 'data:text/plain;base64,AAAA' },
		"'Image URL' must give a PNG, JPEG, WebP, BMP, TIFF or GIF image",
	],
	[
		'a field that is not there',
		{ imageInputType: 'binary', binaryPropertyName: 'nope' },
		`'Input Data Field Name' names a field that does not exist: "nope"`,
	],
	[
		'an empty field name',
		{ imageInputType: 'binary', binaryPropertyName: '={{ "" }}' },
		"'Input Data Field Name' is empty",
	],
	[
		'an unknown input type',
		{ imageInputType: '={{ "fax" }}' },
		"'Image Input Type' must be one of url, binary",
	],
	[
		'duration 3',
		{ duration: 3 },
		'\'Duration (Seconds)\' must be a whole number from 4 to 15, but is "3"',
	],
	['duration 16', { duration: 16 }, "'Duration (Seconds)' must be a whole number from 4 to 15"],
	[
		'duration 5.5',
		{ duration: 5.5 },
		'\'Duration (Seconds)\' must be a whole number from 4 to 15, but is "5.5"',
	],
	[
		'duration abc',
		{ duration: '={{ "abc" }}' },
		'\'Duration (Seconds)\' must be a whole number from 4 to 15, but is "abc"',
	],
	[
		'a duration that is no number at all',
		{ duration: '={{ Number("x") }}' },
		'\'Duration (Seconds)\' must be a whole number from 4 to 15, but is "NaN"',
	],
	[
		'a duration that has no JSON',
		{ duration: '={{ { toJSON: () => undefined } }}' },
		'\'Duration (Seconds)\' must be a whole number from 4 to 15, but is "undefined"',
	],
	[
		'a seed beyond range',
		options({ seed: 2147483648 }),
		"'Seed' must be a whole number from -1 to 2147483647",
	],
	[
		'a seed below range',
		options({ seed: -2 }),
		"'Seed' must be a whole number from -1 to 2147483647",
	],
	[
		'an undocumented ratio',
		{ aspectRatio: '={{ "2:1" }}' },
		"'Aspect Ratio' must be one of 21:9, 16:9, 4:3, 1:1, 3:4, 9:16",
	],
	[
		'1080p of a 2.0 Fast model',
		{ resolution: '={{ "1080p" }}' },
		'\'Resolution\' must be one of 720p, 480p with Seedance 2.0 Fast, but is "1080p"',
	],
	['a model with a slash', { model: '={{ "../models" }}' }, "'Model' must be a model ID"],
	[
		'audio maybe',
		options({ generateAudio: '={{ "maybe" }}' }),
		"'Generate Audio' must be true or false",
	],
	[
		'a last frame type without a last frame',
		options({ lastFrameInputType: 'url' }),
		"'Last Frame Image URL' is empty",
	],
	[
		'a last frame field without a name',
		options({ lastFrameBinaryPropertyName: '' }),
		"'Last Frame Field Name' is empty",
	],
	[
		'a last frame that is no URL',
		options({ lastFrameUrl: 'last' }),
		"'Last Frame Image URL' must be an http(s) URL or a data URI",
	],
	[
		'a last frame field that is not there',
		options({ lastFrameInputType: 'binary', lastFrameBinaryPropertyName: 'end' }),
		`'Last Frame Field Name' names a field that does not exist: "end"`,
	],
	[
		'a polling interval of nothing',
		{ options: { pollingInterval: 0 } },
		"'Polling Interval (Seconds)' must be a number of at least 0.1",
	],
	[
		'a timeout of nothing',
		options({ timeoutMinutes: 0 }),
		"'Timeout (Minutes)' must be a number above 0",
	],
	[
		'half a request at a time',
		options({ maxConcurrentRequests: 0.5 }),
		"'Max Concurrent Requests' must be a whole number of at least 1",
	],
	[
		'an output field without a name',
		{ binaryOutputField: '={{ "" }}' },
		"'Put Output File in Field' is empty",
	],
	[
		'an empty prediction id',
		{ operation: 'getResult', predictionId: '={{ "" }}' },
		"'Prediction ID' is empty",
	],
	[
		'a prediction id of dots',
		{ operation: 'getResult', predictionId: '..' },
		"'Prediction ID' is not a prediction ID",
	],
];

it.each(bad)('refuses %s before anything is sent', async (_what, parameters, message) => {
	const run = await engine.run({ parameters: parameters as never });
	const { error } = run.data.resultData;
	expect(error?.message).toContain(message);
	expect(error?.message).toMatch(/\[Item 0\]$/);
	expect(error?.name).toBe(NodeOperationError.name);
	expect(error && 'description' in error && error.description).toMatch(/^[A-Z].+\.$/);
	expect(error && 'context' in error && error.context).toMatchObject({ itemIndex: 0 });
	expect(engine.sandbox.requests).toHaveLength(0);
});

it.each([
	['n8n has deleted', { mimeType: 'image/png', data: 'filesystem-v2', id: 'filesystem-v2:gone' }],
	['has no content', { mimeType: 'image/png' }],
	['is no file', 'cat.png'],
])('names the field of a file that %s', async (_, data) => {
	const run = await engine.run({
		items: [{ json: {}, binary: { data: data as never } }],
		parameters: { imageInputType: 'binary' },
	});
	expect(run.data.resultData.error).toMatchObject({
		message: expect.stringMatching(
			/^'Input Data Field Name' names a field whose file cannot be read: "data" .*\[Item 0\]$/,
		),
		description: expect.stringMatching(/^[A-Z].+\.$/),
	});
	expect(engine.sandbox.requests).toHaveLength(0);
});

it('sends one bad item of three down the error branch and delivers the others', async () => {
	const run = await engine.run({
		items: items(3),
		onError: 'continueErrorOutput',
		parameters: { duration: '={{ $json.n === 1 ? 99 : 5 }}' },
	});
	expect(itemsOf(run, SUCCESS).map(({ pairedItem }) => pairedItem)).toEqual([
		expect.objectContaining({ item: 0 }),
		expect.objectContaining({ item: 1 }),
	]);
	const [failed] = itemsOf(run, FAILED);
	expect(failed?.json).toMatchObject({
		error: `'Duration (Seconds)' must be a whole number from 4 to 15, but is "99" [Item 1]`,
		details: { predictionId: null, description: expect.stringContaining('whole seconds') },
	});
	expect(engine.sandbox.predictions).toHaveLength(2);
});

it('names a credential whose base URL cannot be used', async () => {
	const credential = { apiKey: 'sk-x', baseUrl: 'gptproto' };
	const stopped = await engine.run({ credential });
	expect(stopped.data.resultData.error?.message).toContain("'Base URL' of the credential");
	const continued = await engine.run({
		credential,
		onError: 'continueErrorOutput',
		items: items(2),
	});
	expect(itemsOf(continued, FAILED)).toHaveLength(2);
});

it.each(['={{ $binary.photo }}', '={{ $binary }}', '={{ 7 }}'])(
	'asks for the name of a field where the expression %s gives none',
	async (binaryPropertyName) => {
		const photo = { mimeType: 'image/png', data: 'iVBORw0KGgo=' };
		const run = await engine.run({
			items: [{ json: {}, binary: { photo, scan: photo } }],
			parameters: { imageInputType: 'binary', binaryPropertyName },
		});
		expect(run.data.resultData.error).toMatchObject({
			message: expect.stringContaining(
				"'Input Data Field Name' must be the name of a field, but is a",
			),
			description: expect.stringMatching(/^Enter the name alone.*This item has: photo, scan\.$/),
		});
		expect(engine.sandbox.requests).toHaveLength(0);
	},
);

it('sends no half of an emoji that a cut prompt ends with', async () => {
	await engine.run({
		items: [{ json: { text: 'A fox 🎬' } }],
		parameters: { operation: 'submit', prompt: '={{ $json.text.substring(0, 7) }}' },
	});
	expect(engine.submissions()[0]?.body).toMatchObject({ prompt: 'A fox' });
});

it('names an operation that does not exist', async () => {
	const run = await engine.run({ parameters: { operation: 'cancel' } });
	expect(run.data.resultData.error?.message).toContain(
		`'Operation' must be one of submitAndWait, submit, getResult, but is "cancel"`,
	);
});

it('refuses an output field that would lose the video, before anything is sent', async () => {
	for (const name of ['__proto__', 'constructor', 'prototype']) {
		const run = await engine.run({ parameters: { binaryOutputField: name } });
		expect(errorOf(run).message).toContain(`cannot be "${name}"`);
	}
	expect(engine.sandbox.requests).toHaveLength(0);
});
