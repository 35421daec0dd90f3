// An id that was paid for is found wherever GPTProto puts it, comes out as it is, and goes in again.
import { itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { errorOf, setBounds, useEngine } from './harness';

const engine = useEngine();

it.each(['dataArray', 'noEnvelope', 'taskId'] as const)(
	'reads the answer to a submission as %s and pays once',
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

it('quotes the beginning of an accepted-looking answer that cannot be read', async () => {
	const body = JSON.stringify({
		code: 200,
		result: { prediction: 'hidden-42' },
		more: 'x'.repeat(400),
	});
	const answer = { status: 200, type: 'application/json', body };
	engine.sandbox.plan({ on: 'submit', kind: 'custom', answer, accepted: true });
	const { message, description } = errorOf(await engine.run());
	expect(message).toContain('may exist and may be billed');
	expect(description).toContain('hidden-42');
	expect(description).not.toContain('x'.repeat(200));
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

it.each([{ 'content-length': '300' }, { 'content-length': '300', connection: 'close' }])(
	'takes an id from an answer whose end never comes: %j',
	async (headers) => {
		setBounds({ submissionMs: 8000 });
		const body = JSON.stringify({ data: { id: 'id-1', status: 'created' }, code: 200 });
		const answer = { status: 200, type: 'application/json', body, headers };
		engine.sandbox.plan({ on: 'submit', kind: 'custom', answer });
		const run = await engine.run({ parameters: { operation: 'submit' } });
		expect(itemsOf(run, SUCCESS)[0]?.json.predictionId).toBe('id-1');
	},
);
