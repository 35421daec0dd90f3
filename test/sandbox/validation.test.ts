import fc from 'fast-check';
import openapi from '../../sandbox/openapi.json';
import { violations } from '../../sandbox/validation';
import { fastModel } from './client';

const { properties } = openapi.components.schemas.ImageToVideoRequest;

describe('Validation', () => {
	const model = fc.constantFrom(...openapi.components.schemas.Model.enum);
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

	/** What the documentation allows, said once more in another way than the schema does. */
	const allowed: Record<keyof typeof fields, (value: unknown) => boolean> = {
		prompt: (value) => typeof value === 'string' && value !== '',
		image: (value) => typeof value === 'string' && /^https?:\/\//i.test(value),
		last_image: (value) => typeof value === 'string' && /^https?:\/\//i.test(value),
		aspect_ratio: (value) =>
			['21:9', '16:9', '4:3', '1:1', '3:4', '9:16'].includes(value as string),
		duration: (value) => Number.isInteger(value) && Number(value) >= 4 && Number(value) <= 15,
		resolution: (value) => ['480p', '720p'].includes(value as string),
		generate_audio: (value) => typeof value === 'boolean',
		camera_fixed: (value) => typeof value === 'boolean',
		seed: (value) => Number.isInteger(value) && Number(value) >= -1 && Number(value) < 2 ** 31,
		is_upload_media: (value) => typeof value === 'boolean',
	};

	it('finds nothing wrong with any documented body, for any model', () => {
		fc.assert(fc.property(model, valid, (id, body) => violations(id, body).length === 0));
	});

	it('names the one field that is spoiled, whatever it is spoiled with', () => {
		const names = Object.keys(fields) as Array<keyof typeof fields>;
		fc.assert(
			fc.property(
				fc.constantFrom(...names),
				fc.oneof(fc.jsonValue(), fc.integer(), fc.string()),
				valid,
				(name, value, body) => {
					// A picture sent as data asks for a second field; the submission tests look at that.
					fc.pre(!allowed[name](value) && !(name.endsWith('image') && typeof value === 'string'));
					const lines = violations(fastModel, { ...body, [name]: value });
					expect(lines).toHaveLength(1);
					expect(lines[0]).toContain(`'${name}'`);
				},
			),
		);
	});

	it('never throws', () => {
		fc.assert(fc.property(fc.jsonValue(), (body) => Array.isArray(violations(fastModel, body))));
	});
});
