// Spending Limit: the whole run is refused before anything is sent when it would newly submit more seconds.
import { FAILED, itemsOf, SEEDANCE, SUCCESS } from '../../tools/engine/seedance';
import { errorOf, items, useEngine } from './harness';

const engine = useEngine();

const limited = (spendingLimit: number) => ({ options: { pollingInterval: 0.1, spendingLimit } });

it('refuses a run that would cost more, before anything is sent, and says how much it would have been', async () => {
	const run = await engine.run({
		items: items(4),
		parameters: { ...limited(20), duration: '={{ 4 + $json.n }}' },
	});
	const { message, description } = errorOf(run);
	expect(message).toContain('4 items');
	expect(message).toContain('22 seconds');
	expect(message).toContain("'Spending Limit (Seconds)' is 20");
	expect(description).toContain('Nothing was submitted');
	expect(engine.sandbox.requests).toHaveLength(0);
});

it('lets through a run of exactly as much, and any run without a limit', async () => {
	for (const limit of [15, 0]) {
		const run = await engine.run({ items: items(3), parameters: limited(limit) });
		expect(itemsOf(run, SUCCESS)).toHaveLength(3);
	}
});

it('refuses every item where the node continues on fail', async () => {
	const run = await engine.run({
		items: items(3),
		onError: 'continueErrorOutput',
		parameters: limited(10),
	});
	expect(itemsOf(run, FAILED)).toHaveLength(3);
	expect(engine.sandbox.requests).toHaveLength(0);
});

it('does not count what an earlier try has paid for', async () => {
	engine.sandbox.plan({ on: 'download', kind: 'download403', times: 8 });
	const failed = await engine.run({ items: items(2), parameters: limited(10) });
	expect(errorOf(failed).message).toContain('could not be downloaded');
	const retried = await engine.run({
		items: [],
		executionId: '2',
		retryOf: failed.data,
		parameters: limited(1),
	});
	expect(itemsOf(retried, SUCCESS)).toHaveLength(2);
	expect(engine.sandbox.predictions).toHaveLength(2);
});

it('names what an earlier try has paid for where it refuses the others', async () => {
	engine.sandbox.plan(
		{ on: 'download', kind: 'download403', times: 4 },
		{ on: 'submit', kind: 'contentPolicy', match: ({ prompt }) => prompt === 'Item 1' },
	);
	const prompt = '=Item {{ $json.n }}';
	const failed = await engine.run({ items: items(3), parameters: { prompt } });
	const retry = {
		items: [],
		executionId: '2',
		retryOf: failed.data,
		parameters: { prompt, ...limited(1) },
	};
	const [first] = engine.sandbox.predictions;
	const stopped = errorOf(await engine.run(retry));
	expect(stopped.message).toContain('would submit 1 item with 5 seconds');
	expect(stopped.description).toContain(first?.id);
	expect(stopped.description).not.toContain('did not finish');
	const continued = await engine.run({ ...retry, onError: 'continueRegularOutput' });
	expect(itemsOf(continued, SUCCESS)[0]?.json.details).toMatchObject({ predictionId: first?.id });
	expect(engine.sandbox.predictions).toHaveLength(2);
});

it('counts what is bad input as nothing', async () => {
	const run = await engine.run({
		items: items(3),
		onError: 'continueErrorOutput',
		parameters: { ...limited(10), duration: '={{ $json.n === 2 ? 99 : 5 }}' },
	});
	expect(itemsOf(run, SUCCESS)).toHaveLength(2);
});

it('lets an item without its picture fail alone, also where an earlier round has left something', async () => {
	engine.sandbox.plan({ on: 'submit', kind: 'resetAfter' });
	const run = await engine.run({
		items: items(2),
		rounds: 2,
		onError: 'continueRegularOutput',
		parameters: {
			...limited(10),
			prompt: '=Item {{ $json.n }}',
			imageInputType: "={{ $runIndex === 1 && $json.n === 0 ? 'binary' : 'url' }}",
			binaryPropertyName: 'data',
			options: { pollingInterval: 0.1, spendingLimit: 10, maxConcurrentRequests: 1 },
		},
	});
	const [first, second] = itemsOf(run, SEEDANCE);
	expect(first?.json.error).toContain('names a field that does not exist');
	expect(second?.json).toMatchObject({ status: 'succeeded' });
});

it.each([
	[4, 0],
	[5, 1],
	[10, 2],
])(
	'counts what is submitted in place of a prediction that has ended: limit %i',
	async (limit, count) => {
		Object.assign(engine.sandbox.options, {
			renderMs: 300,
			outcome: (_: unknown, index: number) => (index < 2 ? { status: 'expired' } : 'succeeded'),
		});
		const failed = await engine.run({
			items: items(2),
			parameters: { options: { pollingInterval: 0.1, timeoutMinutes: 0.001 } },
		});
		expect(errorOf(failed).message).toContain('is not finished after');
		const retried = await engine.run({
			items: [],
			executionId: '2',
			retryOf: failed.data,
			onError: 'continueErrorOutput',
			parameters: limited(limit),
		});
		expect(itemsOf(retried, SUCCESS)).toHaveLength(count);
		for (const { json } of itemsOf(retried, FAILED)) expect(json.error).toContain('would exceed');
		expect(engine.submissions()).toHaveLength(2 + count);
	},
);

it.each(['={{ $json.options }}', '={{ { spendingLimit: 1 } }}', 'spendingLimit'])(
	'refuses a run whose options are one expression, which n8n drops: %s',
	async (options) => {
		for (const operation of ['submitAndWait', 'submit', 'getResult']) {
			const run = await engine.run({
				items: [{ json: { options: { spendingLimit: 1 } } }, { json: {} }],
				parameters: { operation, predictionId: 'abc', options },
			});
			const { message, description } = errorOf(run);
			expect(message).toContain("'Options' cannot be one expression");
			expect(description).toContain('Nothing was submitted. Add the options one by one');
		}
		expect(engine.sandbox.requests).toHaveLength(0);
	},
);
