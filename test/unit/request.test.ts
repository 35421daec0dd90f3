// Any parameters give either a body that is valid by openapi.json or a refusal that names a parameter.
import fc from 'fast-check';
import {
	buildRequest,
	InvalidParameter,
	type RequestParameters,
	readPredictionId,
} from '../../nodes/SeedanceImageToVideo/api/request';
import {
	ASPECT_RATIOS,
	DEFAULTS,
	MODELS,
	RANGES,
	RESOLUTIONS,
} from '../../nodes/SeedanceImageToVideo/api/reference';
import { displayedName } from '../../nodes/SeedanceImageToVideo/description';
import { violations } from '../../sandbox/validation';

const models = Object.keys(MODELS);

const mostly = <Value>(good: fc.Arbitrary<Value>): fc.Arbitrary<unknown> =>
	fc.oneof({ weight: 6, arbitrary: good }, { weight: 1, arbitrary: fc.anything() });

const picture = fc.oneof(
	fc.webUrl({ withQueryParameters: true }),
	fc.base64String({ minLength: 4 }).map((content) => `data:image/png;base64,${content}`),
	fc.string(),
);

const parameters: fc.Arbitrary<RequestParameters> = fc.record({
	model: mostly(fc.constantFrom(...models)),
	prompt: mostly(fc.string({ minLength: 1 })),
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
				const { model, body } = buildRequest(given);
				valid++;
				if (models.includes(model)) expect(violations(model, body)).toEqual([]);
				if (given.image.value === body.image) expect(body.image).toMatch(/^(https?|data):/i);
			} catch (refusal) {
				if (!(refusal instanceof InvalidParameter)) throw refusal;
				expect(displayedName(refusal.parameter)).toMatch(/^[A-Z]/);
				expect(refusal.problem.length).toBeLessThan(250);
				expect(refusal.remedy).toMatch(/\.$/);
			}
		}),
		{ numRuns: 3000 },
	);
	// A property that only ever saw refusals would say nothing.
	expect(valid).toBeGreaterThan(100);
});

it('quotes a long value short, and checks a long picture without choking on it', () => {
	const good = {
		model: DEFAULTS.model,
		prompt: 'A fox',
		aspectRatio: '16:9',
		resolution: '720p',
		duration: 5,
	};
	const image = { parameter: 'imageUrl', value: `data:image/png;base64,${'A'.repeat(40_000_000)}` };
	expect(buildRequest({ ...good, image }).body.is_upload_media).toBe(true);
	const bad = { parameter: 'imageUrl', value: `${image.value}!` };
	expect(() => buildRequest({ ...good, image: bad })).toThrow(/\.\.\."/);
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
		{ numRuns: 2000 },
	);
});
