// Pictures from fields and data URIs go out as data URIs, whole, with is_upload_media.
import { FAILED, itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { items, setBounds, settle, until, useEngine } from './harness';

const engine = useEngine();

const PNG = Buffer.from('89504e470d0a1a0a00', 'hex');
const field = (content: Buffer, mimeType: string) => ({
	mimeType,
	data: content.toString('base64'),
});
const body = () => engine.sandbox.requests[0]?.body as Record<string, unknown> | undefined;

it('sends a file of the input item as a data URI', async () => {
	const run = await engine.run({
		items: [{ json: {}, binary: { picture: field(PNG, 'image/png') } }],
		parameters: { imageInputType: 'binary', binaryPropertyName: 'picture' },
	});
	expect(itemsOf(run, SUCCESS)).toHaveLength(1);
	expect(body()).toMatchObject({
		image: `data:image/png;base64,${PNG.toString('base64')}`,
		is_upload_media: true,
	});
});

it('sends the file that an expression gives, as n8n itself allows', async () => {
	const binaryPropertyName = "={{ $('Start').first().binary.picture }}";
	const run = await engine.run({
		items: [{ json: {}, binary: { picture: field(PNG, 'image/png') } }, { json: {} }],
		parameters: { imageInputType: 'binary', binaryPropertyName },
	});
	expect(itemsOf(run, SUCCESS)).toHaveLength(2);
	for (const { body: sent } of engine.submissions()) {
		expect(sent).toMatchObject({ image: `data:image/png;base64,${PNG.toString('base64')}` });
	}
});

describe("in a workflow that keeps files in the items' json, as a setting of n8n has it", () => {
	const inJson = {
		items: [{ json: { _files: { picture: field(PNG, 'image/png') } as never } }],
		settings: { binaryMode: 'combined' },
	} as const;

	it.each(['_files.picture', '={{ $json._files.picture }}'])('sends %s', async (name) => {
		const parameters = { imageInputType: 'binary', binaryPropertyName: name };
		const run = await engine.run({ ...inJson, items: [...inJson.items], parameters });
		expect(itemsOf(run, SUCCESS)).toHaveLength(1);
		expect(body()?.image).toBe(`data:image/png;base64,${PNG.toString('base64')}`);
	});

	it('names the files there are where there is none of the name', async () => {
		const parameters = { imageInputType: 'binary' };
		const run = await engine.run({ ...inJson, items: [...inJson.items], parameters });
		expect(run.data.resultData.error).toMatchObject({
			message: expect.stringContaining('names a field that does not exist: "data"'),
			description: expect.stringContaining('This item has: _files.picture.'),
		});
	});
});

const BEGINNINGS = [
	['image/png', '89504e470d0a1a0a'],
	['image/jpeg', 'ffd8ffe0'],
	['image/webp', '524946460000000057454250'],
	['image/gif', '474946383961'],
	['image/bmp', '424d46000000'],
	['image/tiff', '49492a00'],
] as const;
const DECLARED = [
	'image/jpeg',
	'image/png; charset=binary',
	'application/octet-stream',
	'text/html',
];

it.each(BEGINNINGS)(
	'sends as %s what its bytes say is one, whatever is declared',
	async (type, hex) => {
		const content = Buffer.from(hex, 'hex');
		const sent = `data:${type};base64,${content.toString('base64')}`;
		const files = DECLARED.map((mimeType) => ({
			...field(content, mimeType),
			fileName: 'image.jpg',
		}));
		await engine.run({
			items: files.map((data) => ({ json: {}, binary: { data } })),
			parameters: {
				operation: 'submit',
				imageInputType: 'binary',
				options: { lastFrameInputType: 'binary', lastFrameBinaryPropertyName: 'data' },
			},
		});
		await engine.run({
			items: DECLARED.map((mimeType) => ({
				json: { uri: `data:${mimeType};base64,${content.toString('base64')}` },
			})),
			parameters: {
				operation: 'submit',
				imageUrl: '={{ $json.uri }}',
				options: { lastFrameUrl: '={{ $json.uri }}' },
			},
		});
		const bodies = engine.submissions().map(({ body: submitted }) => submitted);
		expect(bodies).toHaveLength(8);
		for (const one of bodies) expect(one).toMatchObject({ image: sent, last_image: sent });
	},
);

const NO_PICTURES: ReadonlyArray<readonly [what: string, content: Buffer, help: string]> = [
	[
		'a HEIC image',
		Buffer.from('\0\0\0\x24ftypheic\0\0\0\0mif1MiHE', 'latin1'),
		'Convert it to JPEG before this node',
	],
	[
		'an AVIF image',
		Buffer.from('\0\0\0\x20ftypavif\0\0\0\0avif', 'latin1'),
		'Convert it to PNG or JPEG',
	],
	['an SVG drawing', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'Convert it'],
	['a web page', Buffer.from('<!DOCTYPE html><title>Sign in</title>'), 'a sign-in'],
	['text', Buffer.from('hello'), 'a sign-in'],
	['of an unknown format', Buffer.from([0, 1, 2, 3]), 'Check the node'],
	['empty', Buffer.alloc(0), 'Check the node'],
	['the word "undefined"', Buffer.from('undefined'), 'a field that is missing'],
];
const SIX_FORMATS = 'must give a PNG, JPEG, WebP, BMP, TIFF or GIF image';

describe.each(NO_PICTURES)('what is %s', (what, content, help) => {
	it.each([
		['Input Data Field Name', { imageInputType: 'binary' }],
		[
			'Last Frame Field Name',
			{ options: { lastFrameInputType: 'binary', lastFrameBinaryPropertyName: 'data' } },
		],
	] as const)('is not submitted from the field of %s', async (name, parameters) => {
		const data = { ...field(content, 'image/png'), fileName: 'fox.png' };
		const run = await engine.run({ items: [{ json: {}, binary: { data } }], parameters });
		expect(run.data.resultData.error).toMatchObject({
			message: `'${name}' ${SIX_FORMATS}, but "data" is ${what} [Item 0]`,
			description: expect.stringMatching(`${help}.*This item has: data\\.$`),
		});
		expect(engine.sandbox.requests).toHaveLength(0);
	});

	it.each([
		['Image URL', (uri: string) => ({ imageUrl: uri })],
		['Last Frame Image URL', (lastFrameUrl: string) => ({ options: { lastFrameUrl } })],
	])('is not submitted from the data URI of %s', async (name, parametersOf) => {
		const uri = `data:image/png;base64,${content.toString('base64')}`;
		const run = await engine.run({ parameters: parametersOf(uri) });
		expect(run.data.resultData.error).toMatchObject({
			message: `'${name}' ${SIX_FORMATS}, but "${uri.length > 60 ? `${uri.slice(0, 57)}...` : uri}" is ${what} [Item 0]`,
			description: expect.stringContaining(help),
		});
		expect(engine.sandbox.requests).toHaveLength(0);
	});
});

it('names the word where a data URI is put together with a field that is missing', async () => {
	const run = await engine.run({
		parameters: { imageUrl: 'data:image/png;base64,undefined' },
	});
	expect(run.data.resultData.error?.message).toContain('is the word "undefined"');
	expect(engine.sandbox.requests).toHaveLength(0);
});

it('sends a data URI as it is, and a last frame from a field', async () => {
	await engine.run({
		items: [{ json: {}, binary: { end: field(PNG, 'image/png; charset=binary') } }],
		parameters: {
			imageUrl: 'data:image/gif;base64,R0lGODlhAQAB',
			options: {
				pollingInterval: 0.1,
				lastFrameInputType: 'binary',
				lastFrameBinaryPropertyName: 'end',
			},
		},
	});
	expect(body()).toMatchObject({
		image: 'data:image/gif;base64,R0lGODlhAQAB',
		last_image: `data:image/png;base64,${PNG.toString('base64')}`,
		is_upload_media: true,
	});
});

it('takes a last frame from a field whose name alone is given', async () => {
	await engine.run({
		items: [{ json: {}, binary: { end: field(PNG, 'image/png') } }],
		parameters: { options: { pollingInterval: 0.1, lastFrameBinaryPropertyName: 'end' } },
	});
	expect(body()?.last_image).toBe(`data:image/png;base64,${PNG.toString('base64')}`);
});

it('sends no is_upload_media with addresses', async () => {
	await engine.run();
	expect(body()).not.toHaveProperty('is_upload_media');
});

/** Counts how many pictures are read at one time, and all of them. */
function watchReads() {
	const seen = { most: 0, all: 0 };
	let now = 0;
	const read = engine.binaryData.getAsBuffer.bind(engine.binaryData);
	const spy = jest.spyOn(engine.binaryData, 'getAsBuffer').mockImplementation(async (data) => {
		seen.all++;
		seen.most = Math.max(seen.most, ++now);
		const content = await read(data);
		await settle(20);
		now--;
		return content;
	});
	return { seen, restore: () => spy.mockRestore() };
}

const withPictures = (count: number, content: Buffer) =>
	items(count).map((item) => ({ ...item, binary: { data: field(content, 'image/png') } }));
const fromFields = { imageInputType: 'binary', downloadVideo: false };

it('holds as many bytes of pictures as the bound says, however many items there are', async () => {
	const picture = Buffer.concat([PNG, Buffer.alloc(3000)]);
	setBounds({ pictureBytes: 2.5 * picture.toString('base64').length });
	const reads = watchReads();
	await engine.run({ items: withPictures(8, picture), parameters: fromFields });
	reads.restore();
	expect(engine.sandbox.predictions).toHaveLength(8);
	expect(reads.seen.most).toBe(2);
});

it('reads a picture larger than the bound alone', async () => {
	setBounds({ pictureBytes: 10 });
	const reads = watchReads();
	await engine.run({ items: withPictures(3, PNG), parameters: fromFields });
	reads.restore();
	expect(engine.sandbox.predictions).toHaveLength(3);
	expect(reads.seen.most).toBe(1);
});

it('lets no picture keep its place while a connection is tried again', async () => {
	setBounds({ pictureBytes: 10 });
	const read: string[] = [];
	const getAsBuffer = engine.binaryData.getAsBuffer.bind(engine.binaryData);
	const spy = jest.spyOn(engine.binaryData, 'getAsBuffer').mockImplementation(async (data) => {
		read.push(data.data);
		return await getAsBuffer(data);
	});
	await engine.sandbox.goOffline('api');
	const run = await engine.run({
		items: items(100).map((item) => ({
			...item,
			binary: { data: field(Buffer.concat([PNG, Buffer.from([item.json.n])]), 'image/png') },
		})),
		onError: 'continueErrorOutput',
		parameters: fromFields,
	});
	spy.mockRestore();
	await engine.sandbox.comeBack('api');
	expect(itemsOf(run, FAILED)).toHaveLength(100);
	// Every item has its first try before any has its second: the first version let each wait for the one before it.
	expect(new Set(read.slice(0, 100)).size).toBe(100);
	expect(read.length).toBeGreaterThan(100);
});

it('reads no picture any more after cancelling', async () => {
	setBounds({ pictureBytes: 10 });
	engine.sandbox.plan({ on: 'submit', kind: 'slowBody', delayMs: 300, times: Infinity });
	const reads = watchReads();
	const run = engine.start({ items: withPictures(30, PNG), parameters: fromFields });
	await until(() => engine.sandbox.predictions.length === 1);
	run.cancel();
	await run.finished;
	const readBefore = reads.seen.all;
	await settle(500);
	expect(reads.seen.all).toBe(readBefore);
	reads.restore();
	expect(engine.sandbox.predictions).toHaveLength(1);
});

/** Milliseconds of the longest time in which the event loop did nothing else. */
async function longestGap(work: Promise<unknown>): Promise<number> {
	let longest = 0;
	let last = performance.now();
	const timer = setInterval(() => {
		const now = performance.now();
		longest = Math.max(longest, now - last);
		last = now;
	}, 1);
	await work;
	clearInterval(timer);
	return longest;
}

it('blocks the event loop with data URIs no longer than with files', async () => {
	const picture = Buffer.concat([PNG, Buffer.alloc(2_000_000, 7)]);
	const address = `data:image/png;base64,${picture.toString('base64')}`;
	const submit = { operation: 'submit' };
	const files = async () =>
		await longestGap(
			engine.run({ items: withPictures(10, picture), parameters: { ...fromFields, ...submit } }),
		);
	const addresses = async () =>
		await longestGap(
			engine.run({
				items: items(10).map(() => ({ json: { address } })),
				parameters: { ...submit, imageUrl: '={{ $json.address }}' },
			}),
		);
	// Twice, since whoever else is at work on the machine makes gaps of their own.
	const ofFiles = Math.max(await files(), await files());
	const ofAddresses = Math.min(await addresses(), await addresses());
	expect(engine.sandbox.predictions).toHaveLength(40);
	// The first version took eight times as long.
	expect(ofAddresses / ofFiles).toBeLessThan(4);
}, 60_000);
