// Pictures that come as files from n8n's own nodes.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { compareVersions } from '../../tools/n8n/versions';
import { inEveryN8n, type PlaceOptions } from './in-every-n8n';
import { items, line, node, seedance, start } from './workflows';

const PICTURE = readFileSync(join(__dirname, '..', '..', 'sandbox', 'watermark.png'));
const SHA256 = createHash('sha256').update(PICTURE).digest('hex');

// The sandbox looks at a picture only where it is to render a video of it.
const RENDERED: PlaceOptions = { sandbox: { video: { kind: 'render' } } };

inEveryN8n((place) => {
	let server: Server;
	let address: string;
	beforeAll(async () => {
		server = createServer((_request, response) => {
			response.setHeader('content-type', 'image/png').end(PICTURE);
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/picture.png`;
	});
	afterAll(() => new Promise((resolve) => server.close(resolve)));

	const submit = { operation: 'submit', imageInputType: 'binary' };

	test('a file downloaded by the HTTP Request node arrives as it is', async () => {
		const download = node('Download', 'n8n-nodes-base.httpRequest', 4.2, {
			url: address,
			options: { response: { response: { responseFormat: 'file' } } },
		});
		const execution = await place.run(line(start(), download, seedance(place.credential, submit)));

		expect(execution.error).toBeUndefined();
		expect(place.sandbox.predictions).toMatchObject([{ pictureSha256: SHA256 }]);
	});

	test('a file made by the Convert to File node arrives as it is, as first and as last frame', async () => {
		const convert = node('Convert', 'n8n-nodes-base.convertToFile', 1.1, {
			operation: 'toBinary',
			sourceProperty: 'base64',
			binaryPropertyName: 'frame',
			options: { fileName: 'frame.png', mimeType: 'image/png' },
		});
		const execution = await place.run(
			line(
				start(),
				items([{ base64: PICTURE.toString('base64') }]),
				convert,
				seedance(place.credential, {
					...submit,
					binaryPropertyName: 'frame',
					options: { lastFrameInputType: 'binary', lastFrameBinaryPropertyName: 'frame' },
				}),
			),
		);

		expect(execution.error).toBeUndefined();
		const [prediction] = place.sandbox.predictions;
		expect(prediction?.pictureSha256).toBe(SHA256);
		expect(prediction?.body.last_image).toBe(prediction?.body.image);
	});

	// The nodes of newer versions take a file from an expression; the newest can keep files in the items' json.
	const given = ["={{ $('Convert').item.binary.data }}", '_files.data'];
	test.each(given)('the file given as %s arrives, where n8n knows such a thing', async (name) => {
		const isCombined = name.startsWith('_');
		const file = items([{ base64: PICTURE.toString('base64') }]);
		const convert = node('Convert', 'n8n-nodes-base.convertToFile', 1.1, {
			operation: 'toBinary',
			sourceProperty: 'base64',
			options: { fileName: 'frame.png', mimeType: 'image/png' },
		});
		const workflow = line(
			start(),
			file,
			convert,
			seedance(place.credential, { ...submit, binaryPropertyName: name }),
		);
		const execution = await place.run({
			...workflow,
			settings: { executionOrder: 'v1', ...(isCombined && { binaryMode: 'combined' }) },
		});

		const since = isCombined ? '2.5.0' : '1.114.0';
		const isKnown = compareVersions(place.version, since) >= 0;
		const sent = place.sandbox.predictions.map(({ pictureSha256 }) => pictureSha256);
		expect(sent).toEqual(isKnown ? [SHA256] : []);
		const message = expect.stringContaining("'Input Data Field Name'");
		expect(execution.error).toEqual(isKnown ? undefined : expect.objectContaining({ message }));
	});

	test('a field that holds no file is named in the message', async () => {
		const execution = await place.run(line(start(), seedance(place.credential, submit)));

		expect(execution.status).toBe('error');
		expect(execution.error?.message).toContain('[Item 0]');
		expect(place.sandbox.predictions).toHaveLength(0);
	});
}, RENDERED);
