// An empty cell of a sheet, or what an AI agent leaves out, is not set: its default counts, and only what is required is missed.
import { defaultOf } from '../../nodes/SeedanceImageToVideo/description';
import { itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { errorOf, SAMPLE, useEngine } from './harness';

const engine = useEngine();

const BLANKS = [
	['nothing between quotation marks', ''],
	['white space', ' \n\t\u00a0'],
	['a zero-width space', '\u200b'],
	['null', null],
	['undefined', undefined],
] as const;

const OPTIONS = [
	'cameraFixed',
	'fileName',
	'generateAudio',
	'lastFrameUrl',
	'maxConcurrentRequests',
	'pollingInterval',
	'seed',
	'spendingLimit',
	'surviveRestarts',
	'timeoutMinutes',
];
const FIELDS = [
	'model',
	'imageInputType',
	'aspectRatio',
	'resolution',
	'duration',
	'downloadVideo',
	'simplify',
];
const fromCell = (names: readonly string[]) =>
	Object.fromEntries(names.map((name) => [name, '={{ $json.cell }}']));

it.each(BLANKS)('takes %s for what is not set, in every field and option', async (_, cell) => {
	const run = await engine.run({
		items: [{ json: cell === undefined ? {} : { cell } }],
		parameters: { ...fromCell(FIELDS), options: fromCell(OPTIONS) },
	});
	const [item] = itemsOf(run, SUCCESS);
	expect(item?.json).toMatchObject({ status: 'succeeded', model: defaultOf('model') });
	expect(item?.binary?.data?.fileName).toBe(`${item?.json.predictionId}.mp4`);
	expect(engine.submissions().map(({ body }) => body)).toEqual([
		{
			prompt: SAMPLE.prompt,
			image: SAMPLE.imageUrl,
			aspect_ratio: '16:9',
			resolution: '720p',
			duration: 5,
			seed: -1,
		},
	]);
});

it.each(BLANKS)('takes %s for a switch of Get Result that is not set', async (_, cell) => {
	const predictionId = await engine.submitted();
	const run = await engine.run({
		items: [{ json: cell === undefined ? {} : { cell } }],
		parameters: {
			operation: 'getResult',
			predictionId,
			...fromCell(['waitForCompletion', 'downloadVideo', 'simplify']),
		},
	});
	expect(itemsOf(run, SUCCESS)[0]?.json).toMatchObject({ predictionId });
});

it.each(BLANKS)(
	'takes %s for no last frame where its type is given alone with it',
	async (_, cell) => {
		await engine.run({
			items: [{ json: cell === undefined ? {} : { cell } }],
			parameters: {
				operation: 'submit',
				options: { lastFrameInputType: 'url', ...fromCell(['lastFrameUrl']) },
			},
		});
		expect(engine.submissions()[0]?.body).not.toHaveProperty('last_image');
	},
);

it('takes each row of a sheet for itself', async () => {
	const rows = [
		{ seed: 7, last: 'https://example.com/b.png' },
		{ seed: '', last: '' },
		{ seed: '8', last: null },
	];
	await engine.run({
		items: rows.map((json) => ({ json })),
		parameters: {
			operation: 'submit',
			options: { seed: '={{ $json.seed }}', lastFrameUrl: '={{ $json.last }}' },
		},
	});
	const sent = engine.submissions().map(({ body }) => body as Record<string, unknown>);
	expect(sent.map(({ seed }) => seed).sort()).toEqual([-1, 7, 8]);
	expect(sent.filter((body) => 'last_image' in body)).toHaveLength(1);
});

describe.each(BLANKS)('%s', (_, cell) => {
	it.each([
		['Prompt', { prompt: '={{ $json.cell }}' }],
		['Image URL', { imageUrl: '={{ $json.cell }}' }],
		[
			'Input Data Field Name',
			{ imageInputType: 'binary', binaryPropertyName: '={{ $json.cell }}' },
		],
		['Put Output File in Field', { binaryOutputField: '={{ $json.cell }}' }],
		['Prediction ID', { operation: 'getResult', predictionId: '={{ $json.cell }}' }],
		[
			'Last Frame Field Name',
			{
				options: {
					lastFrameInputType: 'binary',
					lastFrameBinaryPropertyName: '={{ $json.cell }}',
				},
			},
		],
	])("is said to be empty in '%s', which has to be there", async (name, parameters) => {
		const items = [{ json: cell === undefined ? {} : { cell } }];
		expect(errorOf(await engine.run({ items, parameters })).message).toBe(
			`'${name}' is empty [Item 0]`,
		);
		expect(engine.sandbox.requests).toHaveLength(0);
	});
});

it('says of the word "null" that it is none of what may be there', async () => {
	const run = await engine.run({ parameters: { options: { seed: 'null' } } });
	expect(errorOf(run).message).toContain('but is "null"');
});
