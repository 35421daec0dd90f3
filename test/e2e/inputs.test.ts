// What sheets, phones, forms and other nodes feed it, through n8n's own expressions and nodes.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { inEveryN8n, type Place } from './in-every-n8n';
import { branch, items, line, node, SEEDANCE, seedance, start } from './workflows';

const PNG = readFileSync(join(__dirname, '..', '..', 'sandbox', 'watermark.png'));
const PNG_URI = `data:image/png;base64,${PNG.toString('base64')}`;
const HEIC = Buffer.from('\0\0\0\x24ftypheic\0\0\0\0mif1MiHE', 'latin1');
const SIGN_IN = '<!DOCTYPE html><title>Sign in</title>';

/** The bodies that GPTProto was sent. */
function sentTo({ sandbox }: Place): Array<Record<string, unknown>> {
	const posted = sandbox.requests.filter(({ method }) => method === 'POST');
	return posted.map(({ body }) => body as Record<string, unknown>);
}

/** Runs one item for each cell, and gives what came out at the error output: the item's number and its message. */
async function runCells(
	place: Place,
	cells: readonly unknown[],
	parameters: Record<string, unknown>,
): Promise<Array<readonly [item: number, message: string]>> {
	const submit = { operation: 'submit', ...parameters };
	const own = seedance(place.credential, submit, { onError: 'continueErrorOutput' });
	const list = items(cells.map((cell) => (cell === undefined ? {} : { cell })));
	const failed = node('Failed', 'n8n-nodes-base.noOp', 1);
	const execution = await place.run(branch(line(start(), list, own), own, 1, failed));
	expect(execution.error).toBeUndefined();
	return (execution.runs[SEEDANCE]?.[0]?.data?.main?.[1] ?? []).map(({ json }) => {
		const message = String(json.error);
		return [Number(/\[Item (\d+)\]/.exec(message)?.[1]), message] as const;
	});
}

inEveryN8n((place) => {
	let server: Server;
	let address: string;
	beforeAll(async () => {
		server = createServer((_request, response) => {
			response.setHeader('content-type', 'image/png').end(SIGN_IN);
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/login.png`;
	});
	afterAll(() => new Promise((resolve) => server.close(resolve)));

	/** n8n's node that makes a file of base64, under a name and a type that a workflow gives it. */
	const convert = node('Convert', 'n8n-nodes-base.convertToFile', 1.1, {
		operation: 'toBinary',
		sourceProperty: 'base64',
		options: { fileName: 'image.jpg', mimeType: 'image/jpeg' },
	});
	const fromField = {
		operation: 'submit',
		imageInputType: 'binary',
		options: { lastFrameInputType: 'binary', lastFrameBinaryPropertyName: 'data' },
	};

	test('a PNG that a workflow calls image.jpg is sent as PNG, as a file and as a data URI', async () => {
		const file = items([{ base64: PNG.toString('base64') }]);
		await place.run(line(start(), file, convert, seedance(place.credential, fromField)));
		await runCells(place, [PNG_URI.replace('png', 'jpeg')], {
			imageUrl: '={{ $json.cell }}',
			options: { lastFrameUrl: '={{ $json.cell }}' },
		});
		const pictures = sentTo(place).map(({ image, last_image }) => [image, last_image]);
		expect(pictures).toEqual([
			[PNG_URI, PNG_URI],
			[PNG_URI, PNG_URI],
		]);
	});

	test("a phone's photo and a page in place of a download are not submitted", async () => {
		const photo = items([{ base64: HEIC.toString('base64') }]);
		const download = node('Download', 'n8n-nodes-base.httpRequest', 4.2, {
			url: address,
			options: { response: { response: { responseFormat: 'file' } } },
		});
		const own = seedance(place.credential, fromField);
		const ofPhone = await place.run(line(start(), photo, convert, own));
		const ofPage = await place.run(line(start(), download, own));
		expect(ofPhone.error?.message).toContain('"data" is a HEIC image [Item 0]');
		expect(ofPage.error?.message).toContain('"data" is a web page [Item 0]');
		expect(place.sandbox.requests).toHaveLength(0);
	});

	test('a data URI that an expression puts together of what is missing is not submitted', async () => {
		const imageUrl = "={{ 'data:image/png;base64,' + $json.cell }}";
		const failed = await runCells(place, [undefined, '', 'PHN2Zy8+', 'aGVsbG8='], { imageUrl });
		expect(failed.map(([, message]) => message.replace(/^.* is /, ''))).toEqual([
			'the word "undefined" [Item 0]',
			'empty [Item 1]',
			'an SVG drawing [Item 2]',
			'text [Item 3]',
		]);
		expect(place.sandbox.requests).toHaveLength(0);
	});

	test('an empty cell is not set, whatever field or option it is for', async () => {
		const cell = '={{ $json.cell }}';
		const options = ['cameraFixed', 'generateAudio', 'lastFrameUrl', 'seed', 'spendingLimit'];
		const own = { model: cell, duration: cell, aspectRatio: cell, resolution: cell };
		const failed = await runCells(place, ['', ' \n', null, undefined], {
			...own,
			options: Object.fromEntries(
				[...options, 'maxConcurrentRequests'].map((name) => [name, cell]),
			),
		});
		expect(failed).toEqual([]);
		const sent = sentTo(place);
		expect(sent).toHaveLength(4);
		for (const body of sent) {
			expect(body).toMatchObject({
				duration: 5,
				aspect_ratio: '16:9',
				resolution: '720p',
				seed: -1,
			});
			for (const name of ['camera_fixed', 'generate_audio', 'last_image']) {
				expect(body).not.toHaveProperty(name);
			}
		}
	});

	test('an empty cell for what is required is said to be empty', async () => {
		for (const parameters of [
			{ prompt: '={{ $json.cell }}' },
			{ imageUrl: '={{ $json.cell }}' },
			{ operation: 'getResult', predictionId: '={{ $json.cell }}' },
		]) {
			const failed = await runCells(place, ['', null], parameters);
			expect(failed).toEqual([
				[0, expect.stringMatching(/^'[\w ]+' is empty/)],
				[1, expect.stringMatching(/^'[\w ]+' is empty/)],
			]);
		}
		expect(place.sandbox.requests).toHaveLength(0);
	});

	test('an address is sent encoded, and two of them or other text are refused', async () => {
		const cells = [
			' https://example.com/my café.png\u200b\n',
			'https://example.com/a.png?size=1,2',
			'https://a.com/1.png, https://a.com/2.png',
			'https://a.com/1.png\nhttps://a.com/2.png',
			'https://a.com/1.png https://a.com/2.png',
			'https://a.com/1.png the fox',
		];
		const failed = await runCells(place, cells, { imageUrl: '={{ $json.cell }}' });
		expect(failed).toEqual([
			[2, expect.stringContaining('must be one address')],
			[3, expect.stringContaining('must be one address')],
			[4, expect.stringContaining('must be one address')],
			[5, expect.stringContaining('has other text behind the address')],
		]);
		const sent = sentTo(place).map(({ image }) => image);
		expect(sent.sort()).toEqual([
			'https://example.com/a.png?size=1,2',
			'https://example.com/my%20caf%C3%A9.png',
		]);
	});

	test('options that are one expression, which n8n drops, are refused', async () => {
		const own = seedance(place.credential, { operation: 'submit' });
		own.parameters.options = '={{ $json.options }}';
		const execution = await place.run(
			line(start(), items([{ options: { spendingLimit: 1 } }]), own),
		);
		expect(execution.error?.message).toContain("'Options' cannot be one expression");
		expect(place.sandbox.requests).toHaveLength(0);
	});
});
