// Whether a body is accepted exactly when the documentation allows it.
import fc from 'fast-check';
import openapi from '../../sandbox/openapi.json';
import { violations } from '../../sandbox/validation';
import { fastModel, plainBody } from './client';

const { properties } = openapi.components.schemas.ImageToVideoRequest;
const models = openapi.components.schemas.Model.enum;

describe('Validation', () => {
	const fields = {
		prompt: fc.string({ minLength: 1 }),
		image: fc.webUrl(),
		last_image: fc.webUrl(),
		aspect_ratio: fc.constantFrom(...properties.aspect_ratio.enum),
		duration: fc.integer({ min: 4, max: 15 }),
		resolution: fc.constantFrom('480p', '720p'),
		generate_audio: fc.boolean(),
		camera_fixed: fc.boolean(),
		seed: fc.integer({ min: -1, max: 2147483647 }),
		is_upload_media: fc.boolean(),
	};
	const valid = fc.record(fields, { requiredKeys: ['prompt', 'image'] });

	it('finds nothing wrong with any documented body, for any model', () => {
		fc.assert(
			fc.property(fc.constantFrom(...models), valid, (model, body) => {
				expect(violations(model, body)).toEqual([]);
			}),
		);
	});

	it.each([
		['prompt', [undefined, '', 5]],
		['image', [undefined, null, 5]],
		['last_image', [7]],
		['aspect_ratio', ['2:1', 'adaptive', 1]],
		['duration', [3, 16, 4.5, '5']],
		['resolution', ['4k', 720, '1080p']],
		['generate_audio', ['true', 1]],
		['camera_fixed', [null, 0]],
		['seed', [-2, 2147483648, 0.5, '1']],
		['is_upload_media', ['yes']],
		['negative_prompt', ['rain']],
	])('names %s, and only that, when it is one of %j', (field, values) => {
		for (const value of values) {
			const lines = violations(fastModel, { ...plainBody, [field]: value });
			expect(lines).toEqual([expect.stringContaining(`'${field}'`)]);
		}
	});

	it('takes a picture as data only when is_upload_media says so', () => {
		const image = 'data:image/png;base64,iVBORw0KGgo=';
		const body = { ...plainBody, image, last_image: image, is_upload_media: true };
		expect(violations(fastModel, body)).toEqual([]);
		for (const name of ['image', 'last_image']) {
			const lines = violations(fastModel, { ...plainBody, [name]: image });
			expect(lines).toEqual([expect.stringContaining("'is_upload_media'")]);
		}
		expect(violations(fastModel, { ...body, image: '' })).toEqual([
			expect.stringContaining("'image'"),
		]);
	});

	it.each(Object.entries(openapi['x-models']))(
		'allows %s the resolutions that model offers, and no other',
		(model, { resolutions }) => {
			for (const resolution of properties.resolution.enum) {
				const lines = violations(model, { ...plainBody, resolution });
				const offered = expect.stringMatching(`'resolution'.*: ${resolutions.join(', ')}$`);
				expect(lines).toEqual(resolutions.includes(resolution) ? [] : [offered]);
			}
		},
	);

	it('never throws', () => {
		fc.assert(fc.property(fc.jsonValue(), (body) => Array.isArray(violations(fastModel, body))));
	});
});
