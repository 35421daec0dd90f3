// The reference says what the documentation says: it agrees with the sandbox's own transcription, and every dropdown,
// range and default of the node comes from it.
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import openapi from '../../sandbox/openapi.json';
import { frameSize as sandboxFrameSize } from '../../sandbox';
import {
	ASPECT_RATIOS,
	DEFAULTS,
	frameSize,
	type Model,
	MODELS,
	MODELS_PATH,
	RANGES,
	RESOLUTIONS,
	resultPath,
	STATUSES,
	submissionPath,
} from '../../nodes/SeedanceImageToVideo/gptproto/reference';
import { displayedName, properties } from '../../nodes/SeedanceImageToVideo/description';
import { OPERATIONS } from '../../nodes/SeedanceImageToVideo/description/operation';
import { options } from '../../nodes/SeedanceImageToVideo/description/options';
import { SeedanceImageToVideo } from '../../nodes/SeedanceImageToVideo/SeedanceImageToVideo.node';

const submission = Object.values(openapi.paths).find((path) => 'post' in path) as never as {
	post: { requestBody: { content: { 'application/json': { schema: { $ref?: string } } } } };
};
const schemas = openapi.components.schemas as never as Record<
	string,
	{
		properties: Record<
			string,
			{ enum?: string[]; default?: unknown; minimum?: number; maximum?: number; type?: string }
		>;
		required: string[];
		enum?: string[];
	}
>;
const ref = submission.post.requestBody.content['application/json'].schema.$ref ?? '';
const body = schemas[ref.split('/').at(-1) ?? '']?.properties ?? {};

describe('the reference agrees with the sandbox’s transcription of the documentation', () => {
	it('in aspect ratios, resolutions and their order', () => {
		expect(body.aspect_ratio?.enum).toEqual([...ASPECT_RATIOS]);
		expect(body.resolution?.enum).toEqual([...RESOLUTIONS]);
	});

	it('in ranges', () => {
		expect(body.duration).toMatchObject({
			minimum: RANGES.duration.min,
			maximum: RANGES.duration.max,
		});
		expect(body.seed).toMatchObject({ minimum: RANGES.seed.min, maximum: RANGES.seed.max });
	});

	it('in defaults', () => {
		expect({
			aspectRatio: body.aspect_ratio?.default,
			resolution: body.resolution?.default,
			duration: body.duration?.default,
			seed: body.seed?.default,
			generateAudio: body.generate_audio?.default,
			cameraFixed: body.camera_fixed?.default,
		}).toEqual({ ...DEFAULTS, model: undefined });
	});

	it('in models, their resolutions and every frame size', () => {
		const models = openapi['x-models'] as Record<string, { resolutions: string[] }>;
		expect(Object.keys(models)).toEqual(Object.keys(MODELS));
		expect(Object.keys(models)[0]).toBe(DEFAULTS.model);
		for (const id of Object.keys(MODELS) as Model[]) {
			expect([...(models[id]?.resolutions ?? [])].sort()).toEqual(
				[...MODELS[id].resolutions].sort(),
			);
			for (const resolution of RESOLUTIONS) {
				for (const ratio of ASPECT_RATIOS) {
					expect(frameSize(id, resolution, ratio)).toEqual(sandboxFrameSize(id, resolution, ratio));
				}
			}
		}
	});

	it('in statuses and paths', () => {
		const documented = JSON.stringify(openapi);
		for (const status of Object.keys(STATUSES)) expect(documented).toContain(`"${status}"`);
		const paths = Object.keys(openapi.paths);
		expect(paths).toContain(MODELS_PATH);
		expect(paths).toContain(decodeURIComponent(submissionPath('{model}')));
		expect(paths).toContain(decodeURIComponent(resultPath('{id}')));
	});
});

const field = (name: string, list: readonly INodeProperties[] = properties): INodeProperties[] =>
	list.filter((property) => property.name === name);
const values = (property: INodeProperties | undefined) =>
	((property?.options ?? []) as INodePropertyOptions[]).map(({ value }) => value);
const names = (property: INodeProperties | undefined) =>
	((property?.options ?? []) as INodePropertyOptions[]).map(({ name }) => name);

describe('the node shows what the reference says', () => {
	it('models, sorted by name, each with its resolutions, whether it has sound, and its ID', () => {
		const [model] = field('model');
		const sorted = Object.entries(MODELS).sort(([, a], [, b]) => (a.name < b.name ? -1 : 1));
		expect(values(model)).toEqual(sorted.map(([id]) => id));
		expect(names(model)).toEqual(sorted.map(([, { name }]) => name));
		expect(model?.default).toBe(DEFAULTS.model);
		const [first] = (model?.options ?? []) as INodePropertyOptions[];
		expect(first?.description).toBe(
			'Renders 720p, 480p, 1080p, sound not documented (doubao-seedance-1-0-lite-i2v-250428)',
		);
	});

	it('aspect ratios, sorted by name as n8n asks from five on', () => {
		const [ratio] = field('aspectRatio');
		expect(values(ratio)).toEqual([...ASPECT_RATIOS].sort());
		expect(names(ratio)).toEqual(values(ratio));
		expect(ratio?.default).toBe(DEFAULTS.aspectRatio);
	});

	it('resolutions of the chosen model: no 1080p with the 2.0 Fast models', () => {
		const [full, limited] = field('resolution');
		expect(values(limited)).toEqual(['720p', '480p']);
		expect(values(full)).toEqual([...RESOLUTIONS]);
		const fast = Object.entries(MODELS)
			.filter(([, { resolutions }]) => resolutions.length < RESOLUTIONS.length)
			.map(([id]) => id);
		expect(fast).toEqual(['doubao-seedance-2-0-fast-260128', 'dreamina-seedance-2-0-fast-260128']);
		expect(limited?.displayOptions?.show?.model).toEqual(fast);
		expect(full?.displayOptions?.hide?.model).toEqual(fast);
		for (const { default: value } of [limited, full].filter((property) => !!property)) {
			expect(value).toBe(DEFAULTS.resolution);
		}
	});

	it('ranges and defaults', () => {
		expect(field('duration')[0]).toMatchObject({
			default: DEFAULTS.duration,
			typeOptions: { minValue: RANGES.duration.min, maxValue: RANGES.duration.max },
		});
		const list = options.options as INodeProperties[];
		expect(field('seed', list)[0]).toMatchObject({
			default: DEFAULTS.seed,
			typeOptions: { minValue: RANGES.seed.min, maxValue: RANGES.seed.max },
		});
		expect(field('generateAudio', list)[0]?.default).toBe(DEFAULTS.generateAudio);
		expect(field('cameraFixed', list)[0]?.default).toBe(DEFAULTS.cameraFixed);
	});

	it('how to wait by default', () => {
		const list = options.options as INodeProperties[];
		const defaults = (name: string) => field(name, list).map((one) => one.default);
		expect(defaults('maxConcurrentRequests')).toEqual([10]);
		expect(defaults('pollingInterval')).toEqual([4]);
		expect(defaults('timeoutMinutes')).toEqual([15]);
	});

	it('which models may stay silent: those of the 1.0 series', () => {
		const silent = Object.values(MODELS).filter(({ audio }) => !audio);
		expect(silent.map(({ name }) => name.slice(0, 12))).toEqual(silent.map(() => 'Seedance 1.0'));
		expect(silent).toHaveLength(3);
	});

	it('options in alphabetical order, and a name for each that users can read', () => {
		const shown = (options.options as INodeProperties[]).map(({ displayName }) => displayName);
		expect(shown).toEqual([...shown].sort());
	});

	it('the names that workflows store', () => {
		const { description } = new SeedanceImageToVideo();
		expect(description).toMatchObject({
			name: 'seedanceImageToVideo',
			displayName: 'Seedance Image to Video',
			version: 1,
			usableAsTool: true,
			credentials: [{ name: 'gptProtoApi', required: true }],
		});
		expect(values(field('operation')[0])).toEqual(['submitAndWait', 'submit', 'getResult']);
		expect(values(field('operation')[0])).toEqual([...OPERATIONS]);
		for (const name of names(field('operation')[0])) expect(description.subtitle).toContain(name);
		expect(field('operation')[0]?.default).toBe('submitAndWait');
		const stored = (list: readonly INodeProperties[]) =>
			[
				...new Set(list.map(({ name, default: value }) => `${name}=${JSON.stringify(value)}`)),
			].sort();
		expect(stored(properties)).toEqual(
			[
				'aspectRatio="16:9"',
				'binaryOutputField="data"',
				'binaryPropertyName="data"',
				'downloadVideo=true',
				'duration=5',
				'imageInputType="url"',
				'imageUrl=""',
				'model="doubao-seedance-2-0-fast-260128"',
				'operation="submitAndWait"',
				'options={}',
				'predictionId=""',
				'prompt=""',
				'resolution="720p"',
				'simplify=true',
				'stage=""',
				'waitForCompletion=false',
			].sort(),
		);
		expect(stored(options.options as INodeProperties[])).toEqual(
			[
				'cameraFixed=false',
				'fileName=""',
				'generateAudio=true',
				'lastFrameBinaryPropertyName=""',
				'lastFrameInputType="url"',
				'lastFrameUrl=""',
				'length=0',
				'maxConcurrentRequests=10',
				'pollingInterval=4',
				'seed=-1',
				'spendingLimit=0',
				'surviveRestarts=false',
				'timeoutMinutes=15',
			].sort(),
		);
	});

	it('a parameter and an option under the name that the editor shows', () => {
		expect(displayedName('binaryPropertyName')).toBe('Input Data Field Name');
		expect(displayedName('timeoutMinutes')).toBe('Timeout (Minutes)');
		expect(displayedName('somethingElse')).toBe('somethingElse');
	});

	it('no parameter twice in one operation, whatever is chosen', () => {
		const all = [...properties, ...(options.options as INodeProperties[])];
		const twice = all.filter(
			({ name }, index) => all.findIndex((one) => one.name === name) < index,
		);
		expect(twice.map(({ name }) => name).sort()).toEqual(['resolution']);
	});
});
