// Prediction IDs: found wherever GPTProto puts them, put out as they are, and taken in again.
import { itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { useEngine } from './harness';

const engine = useEngine();

it.each(['dataArray', 'noEnvelope', 'taskId'] as const)(
	'reads the response to a submission as %s and pays once',
	async (kind) => {
		engine.sandbox.plan({ on: 'submit', kind });
		const run = await engine.run({ parameters: { operation: 'submit' } });
		expect(itemsOf(run, SUCCESS)[0]?.json.predictionId).toBe(engine.sandbox.predictions[0]?.id);
	},
);

it('rounds no id that is a number beyond 2^53', async () => {
	engine.sandbox.options.predictionId = () => '9007199254740993123';
	engine.sandbox.plan(
		{ on: 'submit', kind: 'numericId' },
		{ on: 'result', kind: 'numericId', times: Infinity },
	);
	const run = await engine.run();
	expect(itemsOf(run, SUCCESS)[0]?.json).toMatchObject({
		predictionId: '9007199254740993123',
		status: 'succeeded',
	});
});

it.each(['a/b+c==', '../../v1/models', 'pr€d 1?x#y', 'p:1~2@3'])(
	'takes in Get Result what Submit puts out: %s',
	async (id) => {
		engine.sandbox.options.predictionId = () => id;
		const predictionId = await engine.submitted();
		expect(predictionId).toBe(id);
		const run = await engine.run({
			parameters: { operation: 'getResult', predictionId, waitForCompletion: true },
		});
		const [item] = itemsOf(run, SUCCESS);
		expect(item?.json).toMatchObject({ predictionId: id, status: 'succeeded' });
		expect(item?.binary?.data?.fileName).toMatch(/^[^/\\]+\.mp4$/);
	},
);

it('finishes a wait for a prediction whose id needs escaping', async () => {
	engine.sandbox.options.predictionId = () => 'a/b+c==';
	const run = await engine.run();
	expect(itemsOf(run, SUCCESS)[0]?.binary).toBeDefined();
});
