// Pictures from fields and data URIs go out as data URIs, whole, with is_upload_media.
import { itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { items, useEngine } from './harness';

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

it.each([
	['image/png', '89504e47'],
	['image/jpeg', 'ffd8ffe0'],
	['image/webp', '524946460000000057454250'],
	['image/gif', '474946383961'],
	['image/bmp', '424d0000'],
	['image/tiff', '49492a00'],
])('finds out that an untyped file is %s', async (mimeType, hex) => {
	const content = Buffer.from(hex, 'hex');
	await engine.run({
		items: [{ json: {}, binary: { data: field(content, 'application/octet-stream') } }],
		parameters: { imageInputType: 'binary' },
	});
	expect(body()?.image).toBe(`data:${mimeType};base64,${content.toString('base64')}`);
});

it('sends a data URI as it is, and a last frame from a field', async () => {
	await engine.run({
		items: [{ json: {}, binary: { end: field(PNG, 'image/png; charset=binary') } }],
		parameters: {
			imageUrl: 'data:image/webp;base64,AAAA',
			options: {
				pollingInterval: 0.1,
				lastFrameInputType: 'binary',
				lastFrameBinaryPropertyName: 'end',
			},
		},
	});
	expect(body()).toMatchObject({
		image: 'data:image/webp;base64,AAAA',
		last_image: `data:image/png;base64,${PNG.toString('base64')}`,
		is_upload_media: true,
	});
});

it('sends no is_upload_media with addresses', async () => {
	await engine.run();
	expect(body()).not.toHaveProperty('is_upload_media');
});

it('holds one picture at a time, however many items there are', async () => {
	let most = 0;
	let now = 0;
	const read = engine.binaryData.getAsBuffer.bind(engine.binaryData);
	const spy = jest.spyOn(engine.binaryData, 'getAsBuffer').mockImplementation(async (data) => {
		most = Math.max(most, ++now);
		const content = await read(data);
		await new Promise((resolve) => setTimeout(resolve, 20));
		now--;
		return content;
	});
	await engine.run({
		items: items(8).map((item) => ({ ...item, binary: { data: field(PNG, 'image/png') } })),
		parameters: { imageInputType: 'binary', downloadVideo: false },
	});
	spy.mockRestore();
	expect(engine.sandbox.predictions).toHaveLength(8);
	expect(most).toBe(1);
});
