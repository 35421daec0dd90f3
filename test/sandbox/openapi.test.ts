// Whether the transcribed documentation is sound in itself; test/unit compares it with the node.
import { errorBody, errors } from '../../sandbox/answers';
import { documentedSchemas } from '../../sandbox/validation';
import openapi from '../../sandbox/openapi.json';

const { schemas } = openapi.components;
const { properties } = schemas.ImageToVideoRequest;

/** Every `$ref` of a value, however deep. */
function references(value: unknown): string[] {
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]) =>
		key === '$ref' ? [String(inner)] : references(inner),
	);
}

const follow = (reference: string): unknown =>
	reference
		.slice(2)
		.split('/')
		.reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], openapi);

describe('The transcribed documentation', () => {
	it('refers to nothing that is not there, and has schemas that compile', () => {
		expect(openapi.openapi).toBe('3.1.0');
		for (const reference of references(openapi)) {
			expect([reference, follow(reference)]).not.toContain(undefined);
		}
		const ajv = documentedSchemas();
		for (const name of Object.keys(schemas)) {
			expect(ajv.getSchema(`openapi.json#/components/schemas/${name}`)).toBeInstanceOf(Function);
		}
	});

	it('has examples and defaults that its own schemas accept', () => {
		const ajv = documentedSchemas();
		const { post } = openapi.paths['/api/v3/bytedance/{model}/image-to-video'];
		const examples = [
			...schemas.PredictionEnvelope.examples.map((value) => ['PredictionEnvelope', value] as const),
			['ImageToVideoRequest', post.requestBody.content['application/json'].example] as const,
		];
		for (const [name, value] of examples) {
			const validate = ajv.getSchema(`openapi.json#/components/schemas/${name}`);
			validate?.(value);
			expect(validate?.errors ?? null).toBeNull();
		}
		for (const [name, property] of Object.entries(properties)) {
			if (!('default' in property)) continue;
			const { default: value, ...schema } = property;
			expect([name, ajv.validate(schema, value)]).toEqual([name, true]);
		}
	});

	it('specifies the errors: every one of the sandbox is as documented, and so is every example', () => {
		const ajv = documentedSchemas();
		const isDocumented = (body: object) =>
			ajv.validate({ $ref: 'openapi.json#/components/schemas/ErrorBody' }, body);
		const given = [
			errors.badRequest('Why'),
			errors.contentPolicy(),
			errors.unauthorized(),
			errors.forbidden(),
			errors.notFound('What'),
			errors.misdirected('Where'),
			errors.tooManyRequests(),
			errors.internal(),
			errors.unavailable(),
		];
		const bodies = given.map((error) => errorBody(error));
		const examples = Object.values(openapi.components.responses).flatMap(({ content }) =>
			'examples' in content['application/json']
				? Object.values(content['application/json'].examples).map(({ value }) => value)
				: [],
		);
		expect(examples.length).toBeGreaterThan(4);
		expect([...bodies, ...examples].filter((body) => !isDocumented(body))).toEqual([]);
		expect(isDocumented(errorBody(errors.internal(), 'nested'))).toBe(false);
		expect(isDocumented(errorBody(errors.internal(), 'flat'))).toBe(false);
	});

	it('says of every documented model which frame sizes and resolutions it has', () => {
		const models: Record<string, { frameSizes: string; resolutions: string[] }> =
			openapi['x-models'];
		expect(Object.keys(models)).toEqual(schemas.Model.enum);
		for (const { frameSizes, resolutions } of Object.values(models)) {
			expect(Object.keys(openapi['x-frame-sizes'])).toContain(frameSizes);
			expect(properties.resolution.enum).toEqual(expect.arrayContaining(resolutions));
		}
	});

	it('has a frame size for each resolution and aspect ratio, even for H.264, and of about that ratio', () => {
		const tables: Record<string, Record<string, Record<string, string>>> = openapi['x-frame-sizes'];
		for (const table of Object.values(tables)) {
			expect(Object.keys(table).sort()).toEqual([...properties.resolution.enum].sort());
			for (const sizes of Object.values(table)) {
				expect(Object.keys(sizes).sort()).toEqual([...properties.aspect_ratio.enum].sort());
				for (const [ratio, size] of Object.entries(sizes)) {
					const [width = 0, height = 0] = size.split('x').map(Number);
					const [across = 0, down = 0] = ratio.split(':').map(Number);
					expect([size, width % 2, height % 2]).toEqual([size, 0, 0]);
					expect(Math.abs(width / height / (across / down) - 1)).toBeLessThan(0.05);
				}
			}
		}
	});
});
