// Any parameters give either a body that is valid by openapi.json or a refusal that names a parameter.
import fc from 'fast-check';
import { InvalidParameter, readBoolean } from '../../nodes/SeedanceImageToVideo/gptproto/input';
import type { PictureReference } from '../../nodes/SeedanceImageToVideo/gptproto/picture';
import {
	buildRequest,
	readPredictionId,
	readSettings,
	type RequestParameters,
	type SubmissionRequest,
} from '../../nodes/SeedanceImageToVideo/gptproto/request';
import {
	ASPECT_RATIOS,
	DEFAULT_BASE_URL,
	DEFAULTS,
	MODELS,
	RANGES,
	RESOLUTIONS,
} from '../../nodes/SeedanceImageToVideo/gptproto/reference';
import { displayedName } from '../../nodes/SeedanceImageToVideo/description';
import { violations } from '../../sandbox/validation';

const models = Object.keys(MODELS);

const mostly = <Value>(good: fc.Arbitrary<Value>): fc.Arbitrary<unknown> =>
	fc.oneof({ weight: 6, arbitrary: good }, { weight: 1, arbitrary: fc.anything() });

const picture = fc.oneof(
	fc.webUrl({ withQueryParameters: true }),
	fc.base64String({ minLength: 4 }).map((content) => `data:image/gif;base64,R0lGODlh${content}`),
	fc.string(),
);

interface Given extends RequestParameters {
	readonly image: PictureReference;
	readonly lastImage: PictureReference | undefined;
}
const build = ({ image, lastImage, ...given }: Given): SubmissionRequest =>
	buildRequest(readSettings(given), image, lastImage, DEFAULT_BASE_URL);

const parameters: fc.Arbitrary<Given> = fc.record({
	model: mostly(fc.constantFrom(...models)),
	prompt: mostly(fc.string({ minLength: 1, unit: 'binary' })),
	image: mostly(picture).map((value) => ({ parameter: 'imageUrl', value })),
	lastImage: fc.option(
		mostly(picture).map((value) => ({ parameter: 'lastFrameUrl', value })),
		{ nil: undefined },
	),
	aspectRatio: mostly(fc.constantFrom(...ASPECT_RATIOS)),
	resolution: mostly(fc.constantFrom(...RESOLUTIONS)),
	duration: mostly(
		fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 4, max: 15 }).map(String)),
	),
	seed: fc.option(mostly(fc.integer({ min: -3, max: RANGES.seed.max })), { nil: undefined }),
	cameraFixed: fc.option(mostly(fc.boolean()), { nil: undefined }),
	generateAudio: fc.option(mostly(fc.constantFrom('true', 'FALSE', true)), { nil: undefined }),
});

it('gives a valid body or a refusal that names a parameter as displayed', () => {
	let valid = 0;
	fc.assert(
		fc.property(parameters, (given) => {
			try {
				const { model, body } = build(given);
				valid++;
				if (models.includes(model)) expect(violations(model, body)).toEqual([]);
				expect(body.image).toMatch(/^(https?|data):/i);
				expect(body.prompt).not.toMatch(/\p{Surrogate}/u);
				expect(body.is_upload_media ?? false).toBe(
					[body.image, body.last_image].some((one) => /^data:/i.test(one ?? '')),
				);
			} catch (refusal) {
				if (!(refusal instanceof InvalidParameter)) throw refusal;
				expect(displayedName(refusal.parameter)).toMatch(/^[A-Z]/);
			}
		}),
		{ numRuns: 2000 },
	);
	// A property that only ever saw refusals would say nothing.
	expect(valid).toBeGreaterThan(100);
});

const good = {
	model: DEFAULTS.model,
	prompt: 'A fox',
	aspectRatio: '16:9',
	resolution: '720p',
	duration: 5,
};
const image = { parameter: 'imageUrl', value: 'https://example.com/a.png' };

it('leaves out what the user left out, but for the seed', () => {
	expect(build({ ...good, image, lastImage: undefined })).toEqual({
		model: DEFAULTS.model,
		body: {
			prompt: 'A fox',
			image: image.value,
			aspect_ratio: '16:9',
			resolution: '720p',
			duration: 5,
			seed: -1,
		},
	});
});

it.each([
	[{ model: 'a/b' }, 'model', 'notAModelId'],
	[{ model: 7 }, 'model', 'notAModelId'],
	[{ prompt: ' ' }, 'prompt', 'empty'],
	[{ prompt: undefined }, 'prompt', 'empty'],
	[{ prompt: null }, 'prompt', 'empty'],
	[{ prompt: { text: 'A fox' } }, 'prompt', 'notText'],
	[{ prompt: 7 }, 'prompt', 'notText'],
	[{ aspectRatio: '2:1' }, 'aspectRatio', 'notOneOf'],
	[{ resolution: '1080p' }, 'resolution', 'notOneOf'],
	[{ duration: 3 }, 'duration', 'notANumber'],
	[{ duration: 5.5 }, 'duration', 'notANumber'],
	[{ duration: '' }, 'duration', 'notANumber'],
	[{ duration: NaN }, 'duration', 'notANumber'],
	[{ seed: 2147483648 }, 'seed', 'notANumber'],
	[{ cameraFixed: 'yes' }, 'cameraFixed', 'notBoolean'],
	[{ generateAudio: 1 }, 'generateAudio', 'notBoolean'],
])('refuses %j by the name of the parameter', (wrong, parameter, kind) => {
	expect(() => readSettings({ ...good, ...wrong })).toThrow(
		expect.objectContaining({ parameter, fault: expect.objectContaining({ kind }) }),
	);
});

it.each([
	['A fox 🦊'.slice(0, -1), 'A fox'],
	['🦊'.slice(1) + ' runs', 'runs'],
	['A \ud83e fox', 'A  fox'],
	['A fox 🦊', 'A fox 🦊'],
])('makes the prompt %j well-formed', (prompt, expected) => {
	expect(readSettings({ ...good, prompt }).body.prompt).toBe(expected);
});

it('takes half an emoji alone for no prompt', () => {
	expect(() => readSettings({ ...good, prompt: '\ud83c' })).toThrow(InvalidParameter);
});

it('names the model that does not render a resolution, and takes any documented one with a model unknown', () => {
	expect(() => readSettings({ ...good, resolution: '1080p' })).toThrow(
		expect.objectContaining({
			fault: { kind: 'notOneOf', allowed: ['720p', '480p'], model: 'Seedance 2.0 Fast' },
		}),
	);
	const unknown = readSettings({ ...good, model: 'seedance-9', resolution: '1080p' });
	expect(unknown).toMatchObject({ model: 'seedance-9', frame: null });
});

it('takes a choice with space around it, as it comes out of a sheet', () => {
	const spaced = { model: `${DEFAULTS.model}\n`, aspectRatio: ' 16:9', resolution: '720p ' };
	expect(readSettings({ ...good, ...spaced })).toEqual(readSettings(good));
});

it.each([
	[true, true],
	['TRUE ', true],
	[false, false],
	['false', false],
])('reads %j as a switch', (value, expected) => {
	expect(readBoolean('simplify', value)).toBe(expected);
});

it('lets no prediction id change the address it becomes part of', () => {
	fc.assert(
		fc.property(fc.oneof(fc.string(), fc.webPath()), (id) => {
			try {
				const read = readPredictionId(id);
				const url = new URL(`https://example.com/a/${encodeURIComponent(read)}/result`);
				expect(url.pathname.split('/')).toHaveLength(4);
				expect(url.search + url.hash).toBe('');
				expect(decodeURIComponent(url.pathname.split('/')[2] ?? '')).toBe(id.trim());
			} catch (refusal) {
				expect(refusal).toBeInstanceOf(InvalidParameter);
			}
		}),
		{ numRuns: 1000 },
	);
});

it.each(['a/b', 'a+b=', 'ab==', 'a b', 'ä', '..a', 7])(
	'takes the id %j, as Submit may put it out',
	(id) => {
		expect(readPredictionId(id)).toBe(String(id));
	},
);

it.each(['.', '..', '', ' ', '\ud800', 'x'.repeat(501), {}, true, NaN, Infinity, 1.5, 2 ** 60])(
	'refuses %j as an id',
	(id) => {
		expect(() => readPredictionId(id)).toThrow(InvalidParameter);
	},
);
