// Survive Restarts, the node's own part: what it hands to the sub-execution, and that the sub-execution puts out exactly
// what the node would have put out. What n8n does with it is in the end-to-end tests.
import type { IRun } from 'n8n-workflow';
import { PARKED } from '../../nodes/SeedanceImageToVideo/execute/messages';
import {
	FAILED,
	itemsOf,
	SEEDANCE,
	type SeedanceOptions,
	SUCCESS,
} from '../../tools/engine/seedance';
import { errorOf, items, PAST_THE_TIMEOUT_MS, SAMPLE, until, useEngine } from './harness';

const engine = useEngine();
type Options = Partial<SeedanceOptions>;

const surviving = ({ parameters, ...options }: Options): Options => ({
	...options,
	parameters: {
		...parameters,
		options: { ...SAMPLE.options, ...(parameters?.options as object), surviveRestarts: true },
	},
});

/** Runs the node parked. @returns its own execution, and the one that keeps the wait */
async function park(options: Options): Promise<{ readonly parent: IRun; readonly keeper: IRun }> {
	const run = engine.start(surviving(options));
	const parent = await run.finished;
	const [keeper] = run.subExecutions;
	if (!keeper) throw new Error(`Nothing was parked: ${errorOf(parent).message}`);
	return { parent, keeper: await keeper.finished };
}

/** Without what differs between any two runs, and without what a retry does: n8n does not run the node again. */
function comparable(value: unknown): unknown {
	let text = JSON.stringify(value);
	for (const [index, { id }] of engine.sandbox.predictions.entries()) {
		text = text.replaceAll(id, `id ${index}`);
	}
	return JSON.parse(
		text
			.replace(/127\.0\.0\.1:\d+/g, 'host')
			.replace(/signature=\w+/g, 'signature')
			.replace(/"id":"filesystem[^"]*"/g, '"id":"stored"')
			.replace(/"(createdAt|created_at)":"[^"]+"/g, '"$1":"then"')
			.replace(/"(executionTime|execution_time)":\d+/g, '"$1":1')
			.replace(/"timings":\{[^}]*\}/g, '"timings":{}')
			.replace(/ Retry On Fail, and [^.]+, submit the item again\./g, ''),
	);
}

const TWO_FAIL = {
	items: items(4),
	parameters: { prompt: '=Item {{ $json.n }}', duration: '={{ $json.n === 3 ? 99 : 4 }}' },
} satisfies Options;

/** The second prediction ends without a video; the fourth item cannot be submitted at all. */
function endTheSecond(): void {
	engine.sandbox.options.outcome = ({ prompt }) =>
		prompt === 'Item 1' ? { status: 'failed', error: 'It gave up' } : 'succeeded';
}

const SAME: Record<string, Options> = {
	'three videos': { items: items(3) },
	'raw answers, in a field of their own': {
		items: items(2),
		parameters: { simplify: false, binaryOutputField: 'film' },
	},
	'addresses alone': { items: items(2), parameters: { downloadVideo: false } },
	'two that fail': { ...TWO_FAIL, onError: 'continueRegularOutput' },
	'two that fail, with the setting of older workflows': { ...TWO_FAIL, continueOnFail: true },
};

it.each(Object.keys(SAME))('puts out what it puts out when it waits itself: %s', async (name) => {
	endTheSecond();
	const options = SAME[name] as Options;
	const inMemory = comparable(itemsOf(await engine.run(options), SUCCESS));
	engine.sandbox.reset();
	const { keeper } = await park(options);
	expect(errorOf(keeper).message).toBe('');
	expect(comparable(itemsOf(keeper, PARKED.deliver))).toEqual(inMemory);
});

it('puts out what belongs on the error branch as n8n knows it there', async () => {
	endTheSecond();
	const inMemory = await engine.run({ ...TWO_FAIL, onError: 'continueErrorOutput' });
	const failed = itemsOf(inMemory, FAILED).map(({ json: { error, details } }) => ({
		error,
		details,
	}));
	const ids = engine.sandbox.predictions.map(({ id }) => id);
	engine.sandbox.reset();
	const { keeper } = await park({ ...TWO_FAIL, onError: 'continueErrorOutput' });
	const put = itemsOf(keeper, PARKED.deliver);
	expect(put.map(({ pairedItem }) => pairedItem)).toEqual([0, 1, 2, 3].map((item) => ({ item })));
	const parkedFailures = put.filter(({ json }) => 'error' in json).map(({ json }) => json);
	expect(parkedFailures).toHaveLength(2);
	let text = JSON.stringify(failed);
	for (const [index, id] of ids.entries()) text = text.replaceAll(id, `id ${index}`);
	expect(comparable(parkedFailures)).toEqual(comparable(JSON.parse(text)));
});

it('shows the ids meanwhile, and hands over no prompt, picture or key', async () => {
	const prompt = 'A prompt that nobody else has to read';
	const { parent, keeper } = await park({
		items: items(2),
		parameters: { prompt, imageUrl: 'data:image/png;base64,iVBORw0KGgo=' },
	});
	expect(parent.waitTill).toBeDefined();
	const ids = engine.sandbox.predictions.map(({ id }) => id);
	expect(itemsOf(parent, SEEDANCE).map(({ json }) => json.predictionId)).toEqual(ids);
	const handedOver = JSON.stringify(itemsOf(keeper, PARKED.trigger));
	for (const id of ids) expect(handedOver).toContain(id);
	for (const secret of [prompt, 'iVBORw0KGgo', engine.sandbox.apiKey]) {
		expect(handedOver).not.toContain(secret);
	}
});

it('leads to the execution that keeps the wait', async () => {
	const { parent } = await park({});
	const [run] = parent.data.resultData.runData[SEEDANCE] ?? [];
	expect(run?.metadata).toMatchObject({
		subExecution: { executionId: '1.1', workflowId: expect.any(String) },
		subExecutionsCount: 1,
	});
});

it('asks about all items until the last has ended', async () => {
	engine.sandbox.options.renderMs = (_body, index) => index * 300;
	const { keeper } = await park({ items: items(3) });
	expect(itemsOf(keeper, PARKED.deliver)).toHaveLength(3);
	expect(keeper.data.resultData.runData[PARKED.check]?.length).toBeGreaterThan(2);
	expect(engine.submissions()).toHaveLength(3);
});

it('fails the execution that waits, and says where the finished videos are, on Stop', async () => {
	endTheSecond();
	const { keeper } = await park({ items: items(3), parameters: { prompt: '=Item {{ $json.n }}' } });
	const { message, description } = errorOf(keeper);
	const [first, second, third] = engine.sandbox.predictions;
	expect(message).toContain(`Prediction ${second?.id} ended without a video`);
	for (const one of [first, third]) expect(description).toContain(String(one?.id));
	expect(description).toContain('Get Result');
	expect(engine.sandbox.predictions.every(({ downloads }) => downloads === 0)).toBe(true);
});

it('parks nothing where every item was refused', async () => {
	engine.sandbox.plan({ on: 'submit', kind: 'contentPolicy', times: Infinity });
	const run = engine.start(surviving({ items: items(2), onError: 'continueErrorOutput' }));
	expect(itemsOf(await run.finished, FAILED)).toHaveLength(2);
	expect(run.subExecutions).toHaveLength(0);
});

it('waits itself where n8n does not take the wait, and pays once', async () => {
	endTheSecond();
	const run = engine.start(
		surviving({
			items: items(2),
			parameters: { prompt: '=Item {{ $json.n }}' },
			onError: 'continueErrorOutput',
			refusesSubExecutions: true,
		}),
	);
	const finished = await run.finished;
	expect(itemsOf(finished, SUCCESS)).toHaveLength(1);
	expect(itemsOf(finished, FAILED)).toHaveLength(1);
	expect(engine.submissions()).toHaveLength(2);
	expect(engine.warnings.join()).toContain('n8n could not take over the wait');
	// Nothing of it is of an earlier try.
	expect(finished.data.resultData.runData[SEEDANCE]?.[0]?.hints).toEqual([]);
});

it.each(['continueErrorOutput', undefined] as const)(
	'puts out the videos, and no ids in their place, where the other execution ends without being parked: %s',
	async (onError) => {
		const run = engine.start(
			surviving({ items: items(2), subExecutionsEndAtOnce: true, ...(onError && { onError }) }),
		);
		const put = itemsOf(await run.finished, SUCCESS);
		expect(put).toMatchObject(
			[0, 1].map((item) => ({ json: { status: 'succeeded' }, pairedItem: { item } })),
		);
		expect(put.every(({ binary }) => binary?.data)).toBe(true);
		expect(engine.submissions()).toHaveLength(2);
	},
);

it('fails where the other execution fails without being parked, and pays once', async () => {
	endTheSecond();
	const parameters = { prompt: '=Item {{ $json.n }}' };
	const run = engine.start(
		surviving({ items: items(2), parameters, subExecutionsEndAtOnce: true }),
	);
	expect(errorOf(await run.finished).message).toContain('ended without a video');
	expect(engine.submissions()).toHaveLength(2);
});

it('forgives a prediction that is not known yet where n8n does not take the wait', async () => {
	engine.sandbox.plan({ on: 'result', kind: 'notFound', times: 2 });
	const run = engine.start(surviving({ refusesSubExecutions: true }));
	expect(itemsOf(await run.finished, SUCCESS)).toHaveLength(1);
	expect(engine.submissions()).toHaveLength(1);
});

it.each([
	['the item', '={{ $json.key }}'],
	['another node', "={{ $('Start').first().json.key }}"],
])('refuses a credential that depends on %s, before anything is sent', async (_, expression) => {
	const { apiKey, baseUrl } = engine.sandbox;
	const run = engine.start(
		surviving({
			items: [{ json: { key: apiKey } }],
			credential: { apiKey: expression, baseUrl },
		}),
	);
	expect(errorOf(await run.finished).message).toContain("'Survive Restarts' does not work with");
	expect(engine.submissions()).toHaveLength(0);
});

it('refuses it also where the item is not waited for', async () => {
	const { apiKey, baseUrl } = engine.sandbox;
	const predictionId = await engine.submitted();
	const run = engine.start(
		surviving({
			items: [{ json: { waits: true } }, { json: { waits: false, key: 'sk-of-somebody-else' } }],
			credential: { apiKey: `={{ $json.key ?? "${apiKey}" }}`, baseUrl },
			parameters: {
				operation: 'getResult',
				predictionId,
				waitForCompletion: '={{ $json.waits }}',
			},
		}),
	);
	expect(errorOf(await run.finished).message).toContain("'Survive Restarts' does not work with");
});

it('takes over a prediction that Get Result waits for', async () => {
	engine.sandbox.options.renderMs = 300;
	const predictionId = await engine.submitted();
	const { keeper } = await park({
		parameters: { operation: 'getResult', waitForCompletion: true, predictionId },
	});
	expect(itemsOf(keeper, PARKED.deliver)[0]?.binary?.data).toBeDefined();
});

it('keeps up nobody for an item of Get Result that does not wait', async () => {
	Object.assign(engine.sandbox.options, { queueMs: 0, renderMs: 0 });
	const ids = [await engine.submitted(), await engine.submitted(), await engine.submitted()];
	engine.sandbox.plan({
		on: 'result',
		kind: 'status500',
		times: Infinity,
		match: (id) => id === ids[1],
	});
	const options: Options = {
		items: ids.map((id, n) => ({ json: { id, n } })),
		onError: 'continueRegularOutput',
		parameters: {
			operation: 'getResult',
			predictionId: '={{ $json.id }}',
			waitForCompletion: '={{ $json.n === 0 }}',
		},
	};
	const inMemory = comparable(itemsOf(await engine.run(options), SUCCESS));
	const { keeper } = await park(options);
	expect(comparable(itemsOf(keeper, PARKED.deliver))).toEqual(inMemory);
});

it.each([
	['cannot be used any more', { baseUrl: 'gptproto' }],
	['cannot be read any more', { baseUrl: '={{ $("Nowhere").first().json.a }}' }],
])('names the prediction where the credential %s', async (_, changed) => {
	const { apiKey, baseUrl } = engine.sandbox;
	const credential = { apiKey, baseUrl };
	const run = engine.start(surviving({ credential, onError: 'continueRegularOutput' }));
	await run.finished;
	Object.assign(credential, changed);
	const keeper = await run.subExecutions[0]?.finished;
	const [failed] = itemsOf(keeper as IRun, PARKED.deliver);
	const [prediction] = engine.sandbox.predictions;
	expect(failed?.json.error).toContain('credential');
	expect(failed?.json.details).toMatchObject({ predictionId: prediction?.id });
	expect(JSON.stringify(failed?.json)).not.toContain('Nothing was submitted');
});

it('names the prediction of a refused question on Stop, where no retry will', async () => {
	engine.sandbox.plan({ on: 'result', kind: 'unauthorized', times: Infinity });
	const { keeper } = await park({ items: items(2) });
	const { message, description } = errorOf(keeper);
	for (const { id } of engine.sandbox.predictions) expect(message + description).toContain(id);
});

it('submits nothing again in a later round of a loop where an answer was lost', async () => {
	engine.sandbox.plan({ on: 'submit', kind: 'status502Html', match: (_, count) => count === 1 });
	const options = surviving({
		items: items(2),
		parameters: { prompt: '=Item {{ $json.n }}' },
		onError: 'continueRegularOutput',
	});
	const { data } = await engine.start(options).finished;
	expect(engine.submissions()).toHaveLength(2);
	// The next round, when the parked one has ended.
	delete data.waitTill;
	const later = await engine.run({ ...options, items: [], retryOf: data });
	expect(JSON.stringify(itemsOf(later, SEEDANCE, 0))).toContain('may exist and may be billed');
	expect(engine.submissions()).toHaveLength(3);
});

describe('an answer that is none', () => {
	/** Parks one item and lets its timeout pass. @returns what it puts out */
	async function parkPastTheTimeout() {
		const run = engine.start(surviving({ onError: 'continueRegularOutput' }));
		await run.finished;
		engine.leap(PAST_THE_TIMEOUT_MS);
		const keeper = await run.subExecutions[0]?.finished;
		return itemsOf(keeper as IRun, PARKED.deliver)[0];
	}

	it('is forgiven while there is time, also when all have ended', async () => {
		engine.sandbox.options.renderMs = 0;
		engine.sandbox.plan({ on: 'result', kind: 'status500', after: 1, times: 8 });
		const { keeper } = await park({ onError: 'continueRegularOutput' });
		expect(itemsOf(keeper, PARKED.deliver)[0]?.binary?.data).toBeDefined();
	});

	it('to a finished prediction does not call it unfinished', async () => {
		engine.sandbox.options.renderMs = 0;
		engine.sandbox.plan({ on: 'result', kind: 'status500', after: 1, times: Infinity });
		const run = engine.start(surviving({ onError: 'continueRegularOutput' }));
		await run.finished;
		const [prediction] = engine.sandbox.predictions;
		await until(() => Number(prediction?.resultRequests) > 2);
		engine.leap(PAST_THE_TIMEOUT_MS);
		const keeper = await run.subExecutions[0]?.finished;
		const [failed] = itemsOf(keeper as IRun, PARKED.deliver);
		expect(failed?.json.error).toContain(`${prediction?.id} could not be read`);
		expect(failed?.json.details).toMatchObject({ status: 'succeeded' });
	});

	it('without an address is not called unfinished at the timeout', async () => {
		engine.sandbox.options.renderMs = 0;
		engine.sandbox.plan({ on: 'result', kind: 'succeededWithoutOutputs', times: Infinity });
		const failed = await parkPastTheTimeout();
		expect(failed?.json.error).toContain('gave no http(s) address');
	});

	it('ends the item where asking again would change nothing', async () => {
		engine.sandbox.plan({ on: 'result', kind: 'unauthorized', times: Infinity });
		const { keeper } = await park({ onError: 'continueRegularOutput' });
		const [failed] = itemsOf(keeper, PARKED.deliver);
		expect(failed?.json.error).toContain('GPTProto did not accept the API key');
		expect(failed?.json.details).toMatchObject({ predictionId: engine.sandbox.predictions[0]?.id });
	});

	it('is forgiven while there is time', async () => {
		engine.sandbox.plan({ on: 'result', kind: 'status500', times: 4 });
		const { keeper } = await park({});
		expect(itemsOf(keeper, PARKED.deliver)[0]?.binary?.data).toBeDefined();
	});

	it('at the timeout ends the item with its id', async () => {
		engine.sandbox.options.renderMs = Infinity;
		const failed = await parkPastTheTimeout();
		expect(failed?.json.error).toContain('is not finished after');
		expect(failed?.json.details).toMatchObject({ predictionId: engine.sandbox.predictions[0]?.id });
	});

	it('without an address fails, when it was asked for once more', async () => {
		engine.sandbox.plan({ on: 'result', kind: 'succeededWithoutOutputs', times: Infinity });
		const { keeper } = await park({ onError: 'continueRegularOutput' });
		const [failed] = itemsOf(keeper, PARKED.deliver);
		expect(failed?.json.error).toContain('gave no http(s) address');
	});
});

describe('a key that is rotated while the node is parked', () => {
	const NEW_KEY = 'sk-rotated-41c0ffee';
	const OTHER_KEY = 'sk-of-somebody-else-99';

	/** Parks one item under the sandbox's own key, and goes on with another one. */
	async function goOnWith(apiKey: string, keys: Record<string, string>, options: Options = {}) {
		engine.sandbox.options.renderMs = 300;
		const credential = { apiKey: engine.sandbox.apiKey, baseUrl: engine.sandbox.baseUrl };
		const run = engine.start(surviving({ ...options, credential }));
		await run.finished;
		credential.apiKey = apiKey;
		engine.sandbox.options.keys = keys;
		return (await run.subExecutions[0]?.finished) as IRun;
	}

	it.each([
		['while the old one is valid', (key: string) => ({ [key]: 'own', [NEW_KEY]: 'own' })],
		['and the old one revoked', () => ({ [NEW_KEY]: 'own' })],
	])('lets the wait go on with the new one, %s', async (_, keysWith) => {
		const keeper = await goOnWith(NEW_KEY, keysWith(engine.sandbox.apiKey));
		expect(errorOf(keeper).message).toBe('');
		expect(itemsOf(keeper, PARKED.deliver)[0]?.binary?.data).toBeDefined();
	});

	it.each([
		['does not know the prediction', OTHER_KEY, 404],
		['may not see the prediction', OTHER_KEY, 403],
		['is not accepted', 'sk-mistyped-0000', 404],
	] as const)(
		'says which prediction it is and which key gets it, where the new one %s',
		async (_, key, foreignResult) => {
			Object.assign(engine.sandbox.options, { foreignResult });
			const keys = { [engine.sandbox.apiKey]: 'own', [OTHER_KEY]: 'yours' };
			const stopped = errorOf(await goOnWith(key, keys));
			const [mine] = engine.sandbox.predictions;
			expect(stopped.message).toContain(mine?.id);
			expect(stopped.description).toContain(
				'Use Get Result with this prediction ID and a credential of the account that submitted it.',
			);
			engine.sandbox.reset();
			const continued = await goOnWith(key, keys, { onError: 'continueRegularOutput' });
			const [again] = engine.sandbox.predictions;
			expect(itemsOf(continued, PARKED.deliver)[0]?.json).toMatchObject({
				error: expect.stringContaining(String(again?.id)),
				details: {
					predictionId: again?.id,
					description: expect.stringContaining('a credential of the account that submitted it.'),
				},
			});
		},
	);
});

it('lists a video that could not be stored once, as what it is, on Stop', async () => {
	const store = jest.spyOn(engine.binaryData, 'store');
	const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
		code: 'ENOSPC',
	});
	for (let attempt = 0; attempt < 8; attempt++) store.mockRejectedValueOnce(full);
	const { keeper } = await park({ items: items(2) });
	store.mockRestore();
	const { message, description } = errorOf(keeper);
	const [first, second] = engine.sandbox.predictions.map(({ id }) => id);
	expect(message).toContain(`The video of prediction ${first} is finished but n8n could not store`);
	expect(description).toContain(
		`1 more item did not finish: [Item 1] The video of prediction ${second} is finished but n8n`,
	);
	expect(description).not.toMatch(/\d videos? finished/);
	expect(`${message} ${description}`.split(String(second))).toHaveLength(2);
});

it.each(['check', 'download'] as const)('ends at once when it is stopped: %s', async (when) => {
	engine.sandbox.options.renderMs = when === 'check' ? Infinity : 0;
	if (when === 'download') {
		engine.sandbox.plan({ on: 'download', kind: 'drip', delayMs: 30, times: Infinity });
	}
	const run = engine.start(surviving({}));
	await run.finished;
	const [prediction] = engine.sandbox.predictions;
	await until(() =>
		when === 'check' ? Number(prediction?.resultRequests) > 1 : Number(prediction?.downloads) > 0,
	);
	run.subExecutions[0]?.cancel();
	const keeper = await run.subExecutions[0]?.finished;
	expect(errorOf(keeper as IRun).message).toContain('The execution was cancelled');
});
