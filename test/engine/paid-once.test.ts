// Never paid twice, whatever changes between two tries: an expression, the loop round, the account, the words of an error.
import { FAILED, itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { errorOf, items, setBounds, until, useEngine } from './harness';

const engine = useEngine();

const accepted = () => engine.sandbox.predictions.length;
const RANDOM_SEED = {
	options: { pollingInterval: 0.1, seed: '={{ Math.floor(Math.random() * 2e9) }}' },
};
/** A download that fails for a whole try of so many items. */
const failDownloads = (count: number) =>
	engine.sandbox.plan({ on: 'download', kind: 'download403', times: 4 * count });

it('takes an item for the same under Retry On Fail, whatever its expressions give this time', async () => {
	failDownloads(2);
	const run = await engine.run({
		items: items(2),
		retryOnFail: true,
		parameters: { ...RANDOM_SEED, prompt: '=A fox at {{ $now.toMillis() }}' },
	});
	expect(itemsOf(run, SUCCESS)).toHaveLength(2);
	expect(accepted()).toBe(2);
});

it('leaves a lost answer alone under Retry On Fail, whatever its expressions give this time', async () => {
	engine.sandbox.plan({ on: 'submit', kind: 'resetAfter' });
	const run = await engine.run({ retryOnFail: true, maxTries: 3, parameters: RANDOM_SEED });
	expect(errorOf(run).message).toContain('may exist and may be billed');
	expect(engine.submissions()).toHaveLength(1);
});

it('takes an item for the same under "Retry execution" while the parameters as written are unchanged', async () => {
	failDownloads(1);
	const failed = await engine.run({ parameters: RANDOM_SEED });
	const retry = { executionId: '2', items: [], retryOf: failed.data };
	const retried = await engine.run({ ...retry, parameters: RANDOM_SEED });
	expect(itemsOf(retried, SUCCESS)).toHaveLength(1);
	expect(accepted()).toBe(1);
});

it('takes a parameter that a person changed for a wish for another video', async () => {
	failDownloads(1);
	const failed = await engine.run({ parameters: RANDOM_SEED });
	await engine.run({
		executionId: '2',
		items: [],
		retryOf: failed.data,
		parameters: { ...RANDOM_SEED, duration: 6 },
	});
	expect(accepted()).toBe(2);
});

it('takes an option that says how a run goes, and not which video is made, for no other wish', async () => {
	failDownloads(1);
	const failed = await engine.run({ parameters: RANDOM_SEED });
	const options = { ...RANDOM_SEED.options, fileName: 'fox', timeoutMinutes: 3 };
	const retry = { executionId: '2', items: [], retryOf: failed.data };
	await engine.run({ ...retry, parameters: { options } });
	expect(accepted()).toBe(1);
});

it('picks up an item that its error branch sends round again', async () => {
	failDownloads(1);
	const run = await engine.run({
		onError: 'continueErrorOutput',
		failedGoRound: true,
	});
	expect(itemsOf(run, SUCCESS)).toHaveLength(1);
	expect(accepted()).toBe(1);
});

it('picks up the one that came round again among others, with a seed of chance', async () => {
	engine.sandbox.plan({
		on: 'download',
		kind: 'download403',
		times: 4,
		match: (id) => id === engine.sandbox.predictions[1]?.id,
	});
	const run = await engine.run({
		items: items(3),
		onError: 'continueErrorOutput',
		failedGoRound: true,
		parameters: RANDOM_SEED,
	});
	const rounds = [0, 1].flatMap((round) => itemsOf(run, SUCCESS, 0, round));
	expect(rounds.map(({ json }) => json.predictionId).sort()).toEqual(
		engine.sandbox.predictions.map(({ id }) => id).sort(),
	);
	expect(accepted()).toBe(3);
});

it.each([
	[504, 'timeout in front of the content safety service'],
	[500, 'moderation backend unavailable'],
	[408, 'sensitive information service timed out'],
	[303, 'see the prediction'],
])('never submits again after HTTP %i, whatever it mentions (%s)', async (status, message) => {
	const answer = { status, type: 'application/json', body: JSON.stringify({ error: { message } }) };
	engine.sandbox.plan({ on: 'submit', kind: 'custom', answer, accepted: true });
	const run = await engine.run({ retryOnFail: true });
	expect(errorOf(run)).toMatchObject({
		message: expect.stringContaining('may exist and may be billed'),
		description: expect.stringContaining(message),
	});
	expect(accepted()).toBe(1);
});

it('waits out a 429 that speaks of moderation', async () => {
	const answer = {
		status: 429,
		type: 'application/json',
		body: JSON.stringify({ error: { message: 'moderation queue is full' } }),
	};
	engine.sandbox.plan({ on: 'submit', kind: 'custom', answer });
	const run = await engine.run();
	expect(itemsOf(run, SUCCESS)).toHaveLength(1);
	expect(accepted()).toBe(1);
});

it('stops all items after a 401 that calls the key case-sensitive', async () => {
	const answer = {
		status: 401,
		type: 'application/json',
		body: JSON.stringify({
			error: { message: 'Invalid key: keys are case-sensitive information' },
		}),
	};
	engine.sandbox.plan({ on: 'submit', kind: 'custom', answer, times: Infinity });
	const run = await engine.run({
		items: items(5),
		parameters: { options: { pollingInterval: 0.1, maxConcurrentRequests: 1 } },
	});
	expect(errorOf(run).message).toContain('did not accept the API key');
	expect(engine.submissions()).toHaveLength(1);
});

it('asks on after a result that answers 500 with words of moderation', async () => {
	const answer = {
		status: 500,
		type: 'application/json',
		body: JSON.stringify({ error: { message: 'moderation backend unavailable' } }),
	};
	engine.sandbox.plan({ on: 'result', kind: 'custom', answer });
	const run = await engine.run();
	expect(itemsOf(run, SUCCESS)).toHaveLength(1);
});

it('says of a connection that never came about that nothing was submitted', async () => {
	setBounds({ connectAttempts: 1 });
	await engine.sandbox.goOffline('api');
	const run = await engine.run();
	await engine.sandbox.comeBack('api');
	expect(errorOf(run).description).toContain('Nothing was submitted');
});

it('picks up what was accepted where the same host is spelled anew', async () => {
	failDownloads(1);
	const failed = await engine.run();
	const { apiKey, baseUrl } = engine.sandbox;
	const retried = await engine.run({
		executionId: '2',
		items: [],
		retryOf: failed.data,
		credential: { apiKey, baseUrl: baseUrl.replace('http://127.0.0.1', 'HTTP://localhost') },
	});
	expect(itemsOf(retried, SUCCESS)[0]?.json.predictionId).toBe(engine.sandbox.predictions[0]?.id);
	expect(engine.sandbox.predictions).toHaveLength(1);
});

it('lets a person submit again what GPTProto never came to know', async () => {
	engine.sandbox.plan({
		on: 'result',
		kind: 'notFound',
		times: Infinity,
		match: (id) => id === engine.sandbox.predictions[0]?.id,
	});
	setBounds({ notFoundGraceMs: 1000 });
	const failed = await engine.run({ retryOnFail: true });
	expect(errorOf(failed).description).toContain(
		'"Retry with currently saved workflow" under Executions submits the item again',
	);
	expect(errorOf(failed).description).not.toContain('without paying again');
	expect(accepted()).toBe(1);
	// What the failed run found unknown, its own retries do not find: they look once.
	const first = await engine.run({ executionId: '2', items: [], retryOf: failed.data });
	expect(itemsOf(first, SUCCESS)[0]?.json.predictionId).toBe(engine.sandbox.predictions[1]?.id);
	expect(accepted()).toBe(2);
});

it('says so before it stops: everything accepted is in the log, even where one item was refused', async () => {
	engine.sandbox.plan({ on: 'submit', kind: 'contentPolicy', after: 1 });
	const run = await engine.run({ items: items(3) });
	await until(() => engine.notes.length >= 2);
	for (const { id } of engine.sandbox.predictions) {
		expect(errorOf(run).description).toContain(id);
		expect(engine.notes.join()).toContain(id);
	}
	expect(itemsOf(run, FAILED)).toEqual([]);
});

it.each([undefined, 'continueRegularOutput'] as const)(
	'names what was accepted also where the item’s parameters cannot be used this time: On Error %s',
	async (onError) => {
		failDownloads(1);
		const parameters = { prompt: "={{ $execution.id === '2' ? '' : 'A fox' }}" };
		const failed = await engine.run({ parameters });
		const retry = { executionId: '2', items: [], retryOf: failed.data, parameters };
		const retried = await engine.run({ ...retry, ...(onError && { onError }) });
		const said = JSON.stringify(onError ? itemsOf(retried, SUCCESS) : errorOf(retried));
		expect(said).toContain("'Prompt'");
		expect(said).toContain(engine.sandbox.predictions[0]?.id);
	},
);
