// The address of a picture, of the first frame and of the last one alike: one, encoded, and within GPTProto's reach.
import { errorOf, useEngine } from './harness';

const engine = useEngine();

const FRAMES = [
	['Image URL', (imageUrl: string) => ({ imageUrl })],
	['Last Frame Image URL', (lastFrameUrl: string) => ({ options: { lastFrameUrl } })],
] as const;

/** As a cell of the item gives it, which is how texts of any kind come in. */
const fromCell = (cell: string, parametersOf: (value: string) => object) => ({
	items: [{ json: { cell } }],
	parameters: { operation: 'submit', ...parametersOf('={{ $json.cell }}') },
});

describe.each(FRAMES)('%s', (name, parametersOf) => {
	it.each([
		['https://example.com/a.png\u200b\n', 'https://example.com/a.png'],
		['https://example.com/my café.png', 'https://example.com/my%20caf%C3%A9.png'],
		['https://example.com/a.png?size=1,2', 'https://example.com/a.png?size=1,2'],
		['<https://example.com/%C3%A9.png>', 'https://example.com/%C3%A9.png'],
	])('%j is sent as %s', async (cell, expected) => {
		await engine.run(fromCell(cell, parametersOf));
		const { image, last_image } = engine.submissions()[0]?.body as Record<string, string>;
		expect(name === 'Image URL' ? image : last_image).toBe(expected);
	});

	it.each([
		['https://a.com/1.png, https://a.com/2.png', 'must be one address', 'Split Out'],
		['https://a.com/1.png\nhttps://a.com/2.png', 'must be one address', 'Split Out'],
		['https://a.com/1.png https://a.com/2.png', 'must be one address', 'Split Out'],
		['https://a.com/1.png the fox', 'has other text behind the address', '%20'],
		['minio:9000/a.png', 'must be an http(s) URL', 'Binary File'],
	])('%j is refused before anything is sent', async (cell, said, advice) => {
		const { message, description } = errorOf(await engine.run(fromCell(cell, parametersOf)));
		expect(message).toContain(`'${name}' ${said}`);
		expect(description).toContain(advice);
		expect(engine.sandbox.requests).toHaveLength(0);
	});

	it('refuses a list of addresses with the same advice', async () => {
		const list = "={{ ['https://a.com/1.png', 'https://a.com/2.png'] }}";
		const run = await engine.run({ parameters: { operation: 'submit', ...parametersOf(list) } });
		expect(errorOf(run).description).toContain('Split Out');
		expect(engine.sandbox.requests).toHaveLength(0);
	});

	it.each(['http://localhost:5678/a.png', 'http://minio:9000/a.png', 'http://192.168.1.5/a.png'])(
		'%s, which GPTProto cannot reach, is refused where the Base URL is public',
		async (cell) => {
			const credential = { apiKey: 'sk-x', baseUrl: 'http://gptproto.invalid' };
			const run = await engine.run({ ...fromCell(cell, parametersOf), credential });
			const { message, description } = errorOf(run);
			expect(message).toBe(`'${name}' must be open to the internet, but is "${cell}" [Item 0]`);
			expect(description).toContain('GPTProto fetches the image itself');
			expect(description).toContain('Binary File');
		},
	);

	it('is taken from a private network where the Base URL is on one, too', async () => {
		await engine.run(fromCell('http://minio:9000/a.png', parametersOf));
		expect(engine.submissions()).toHaveLength(1);
	});
});
