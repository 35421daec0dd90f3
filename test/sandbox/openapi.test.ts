import { documentedSchemas } from '../../sandbox/validation';
import openapi from '../../sandbox/openapi.json';

const { schemas } = openapi.components;

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
	it('is an OpenAPI 3.1 document', () => {
		expect(openapi.openapi).toBe('3.1.0');
		expect(openapi.info).toMatchObject({
			title: expect.any(String),
			version: expect.any(String),
		});
		const known = ['openapi', 'info', 'jsonSchemaDialect', 'servers', 'security', 'paths'];
		for (const key of Object.keys(openapi)) {
			expect([...known, 'components', key.startsWith('x-') ? key : '']).toContain(key);
		}
	});

	it('gives every operation an id, and every answer a description', () => {
		const operations = Object.values(openapi.paths).flatMap((path) => Object.values(path));
		const ids = operations.map(({ operationId }) => operationId);
		expect(new Set(ids)).toEqual(new Set(['submitImageToVideo', 'getResult', 'listModels']));
		for (const { responses } of operations) {
			for (const response of Object.values(responses)) {
				const whole = '$ref' in response ? follow(response.$ref) : response;
				expect(whole).toHaveProperty('description', expect.any(String));
			}
		}
	});

	it('describes every parameter its paths have', () => {
		for (const [path, operations] of Object.entries(openapi.paths)) {
			const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
			const [operation] = Object.values(operations) as Array<{
				parameters?: Array<{ name: string; required: boolean }>;
			}>;
			expect(operation?.parameters?.map(({ name }) => name) ?? []).toEqual(inPath);
			expect(operation?.parameters?.every(({ required }) => required) ?? true).toBe(true);
		}
	});

	it('refers to nothing that is not there', () => {
		const all = references(openapi);
		expect(all.length).toBeGreaterThan(0);
		for (const reference of all) expect([reference, follow(reference)]).not.toContain(undefined);
	});

	it.each(Object.keys(schemas))('has a schema %s that compiles', (name) => {
		const validate = documentedSchemas().getSchema(`openapi.json#/components/schemas/${name}`);
		expect(validate).toBeInstanceOf(Function);
	});

	it('has examples that its own schemas accept', () => {
		const ajv = documentedSchemas();
		const check = (name: string, value: unknown) => {
			const validate = ajv.getSchema(`openapi.json#/components/schemas/${name}`);
			validate?.(value);
			expect(validate?.errors ?? null).toBeNull();
		};
		for (const example of schemas.PredictionEnvelope.examples) check('PredictionEnvelope', example);
		const { post } = openapi.paths['/api/v3/bytedance/{model}/image-to-video'];
		check('ImageToVideoRequest', post.requestBody.content['application/json'].example);
	});

	it('has defaults that its own schemas accept', () => {
		const ajv = documentedSchemas();
		for (const [name, property] of Object.entries(schemas.ImageToVideoRequest.properties)) {
			if (!('default' in property)) continue;
			const { default: value, ...schema } = property;
			expect([name, ajv.validate(schema, value)]).toEqual([name, true]);
		}
	});

	it('says of every documented model which frame sizes and resolutions it has', () => {
		const models: Record<string, { frameSizes: string; resolutions: string[] }> =
			openapi['x-models'];
		expect(Object.keys(models)).toEqual(schemas.Model.enum);
		for (const { frameSizes, resolutions } of Object.values(models)) {
			expect(Object.keys(openapi['x-frame-sizes'])).toContain(frameSizes);
			expect(schemas.ImageToVideoRequest.properties.resolution.enum).toEqual(
				expect.arrayContaining(resolutions),
			);
		}
	});

	it('has a frame size for each resolution and aspect ratio, even for H.264, and of about that ratio', () => {
		const { resolution, aspect_ratio } = schemas.ImageToVideoRequest.properties;
		const tables: Record<string, Record<string, Record<string, string>>> = openapi['x-frame-sizes'];
		for (const table of Object.values(tables)) {
			expect(Object.keys(table).sort()).toEqual([...resolution.enum].sort());
			for (const sizes of Object.values(table)) {
				expect(Object.keys(sizes).sort()).toEqual([...aspect_ratio.enum].sort());
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
