// A release of this package between a failure and its retry.
import type { INodeProperties } from 'n8n-workflow';
import type * as Options from '../../nodes/SeedanceImageToVideo/description/options';
import type * as Submission from '../../nodes/SeedanceImageToVideo/description/submission';
import type * as Node from '../../nodes/SeedanceImageToVideo/SeedanceImageToVideo.node';
import type { Product } from '../../tools/engine/engine';
import { itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { product, useEngine } from './harness';

const engine = useEngine();

const field = (name: string, type: INodeProperties['type'], initial: INodeProperties['default']) =>
	({ displayName: name, name, type, default: initial }) as INodeProperties;

const ADDED: readonly INodeProperties[] = [
	field('watermark', 'boolean', false),
	field('style', 'string', ''),
	field('cameraPath', 'fixedCollection', {}),
];

/** The node of a later release, which has more fields of the video and more options. */
function laterProduct(): Product {
	const folder = '../../nodes/SeedanceImageToVideo';
	let nodeType = product.nodeType;
	jest.isolateModules(() => {
		jest.doMock(`${folder}/description/submission`, () => {
			const actual = jest.requireActual<typeof Submission>(`${folder}/description/submission`);
			return { ...actual, submissionFields: [...actual.submissionFields, ...ADDED] };
		});
		jest.doMock(`${folder}/description/options`, () => {
			const actual = jest.requireActual<typeof Options>(`${folder}/description/options`);
			const options = [...(actual.options.options ?? []), field('draft', 'boolean', false)];
			return { ...actual, options: { ...actual.options, options } };
		});
		const { SeedanceImageToVideo } = jest.requireActual<typeof Node>(
			`${folder}/SeedanceImageToVideo.node`,
		);
		nodeType = new SeedanceImageToVideo();
	});
	return { ...product, nodeType };
}

const failDownloads = () => engine.sandbox.plan({ on: 'download', kind: 'download403', times: 4 });

it.each([
	['at its default', {}, 1],
	['that a person has set', { style: 'noir' }, 2],
])('a retry after a release that adds a field: with the field %s', async (_, added, paid) => {
	failDownloads();
	const failed = await engine.run();
	const retried = await engine.run({
		product: laterProduct(),
		executionId: '2',
		items: [],
		retryOf: failed.data,
		parameters: added,
	});
	expect(itemsOf(retried, SUCCESS)[0]?.json.predictionId).toBe(
		engine.sandbox.predictions.at(-1)?.id,
	);
	expect(engine.sandbox.predictions).toHaveLength(paid);
});

it('has the fields that it says it has', () => {
	const names = laterProduct().nodeType.description.properties.map(({ name }) => name);
	expect(names).toEqual(expect.arrayContaining(ADDED.map(({ name }) => name)));
});
