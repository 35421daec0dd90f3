// A timeout holds, for one item and for many, whatever answers.
import { FAILED, itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { errorOf, items, setBounds, until, useEngine } from './harness';

const engine = useEngine();

/** 2.4 seconds of the node's clock. */
const IMPATIENT = { pollingInterval: 0.1, timeoutMinutes: 0.04 };
const forGood = { times: Infinity };

it('fails forty items at their timeout under a lasting 429', async () => {
	engine.sandbox.plan({ on: 'submit', kind: 'status429', ...forGood });
	const run = await engine.run({
		items: items(40),
		onError: 'continueErrorOutput',
		parameters: { options: { ...IMPATIENT, timeoutMinutes: 0.1 } },
	});
	const failed = itemsOf(run, FAILED).map(({ json }) => String(json.error));
	expect(failed).toHaveLength(40);
	// Each says how long it was held back: none longer than its timeout and a little.
	for (const message of failed)
		expect(message).toMatch(/rate limit held this item back for \d seconds/);
	expect(engine.sandbox.predictions).toHaveLength(0);
});

it('counts the time in every queue: what had no turn fails at the timeout too', async () => {
	engine.sandbox.plan({ on: 'submit', kind: 'slowBody', delayMs: 700, ...forGood });
	engine.sandbox.options.renderMs = 60_000;
	const run = await engine.run({
		items: items(6),
		onError: 'continueErrorOutput',
		parameters: { operation: 'submitAndWait', options: { ...IMPATIENT, maxConcurrentRequests: 1 } },
	});
	expect(itemsOf(run, FAILED)).toHaveLength(6);
	expect(engine.sandbox.predictions.length).toBeLessThan(5);
	expect(JSON.stringify(itemsOf(run, FAILED))).toContain('waited');
	for (const { id } of engine.sandbox.predictions) {
		expect(JSON.stringify(itemsOf(run, FAILED))).toContain(id);
	}
});

it('holds for twenty waits when questions meet a lasting 429', async () => {
	engine.sandbox.plan({ on: 'result', kind: 'status429', ...forGood });
	const run = await engine.run({
		items: items(20),
		onError: 'continueErrorOutput',
		parameters: { options: IMPATIENT },
	});
	const failed = itemsOf(run, FAILED).map(({ json }) => String(json.error));
	expect(failed).toHaveLength(20);
	for (const message of failed) expect(message).toMatch(/is not finished after \d seconds/);
});

it('holds in Get Result under a lasting 429, waiting or not', async () => {
	const predictionId = await engine.submitted();
	engine.sandbox.plan({ on: 'result', kind: 'status429', ...forGood });
	const getResult = { operation: 'getResult', predictionId };
	const waiting = await engine.run({
		parameters: { ...getResult, waitForCompletion: true, options: IMPATIENT },
	});
	expect(errorOf(waiting).message).toMatch(/is not finished after \d seconds/);
	const asked = engine.sandbox.requests.length;
	const asking = engine.start({ parameters: getResult });
	await until(() => engine.sandbox.requests.length > asked);
	// Who does not wait has no timeout to set: it is the default one.
	engine.leap(15 * 60_000);
	expect(errorOf(await asking.finished).message).toContain(`${predictionId} could not be read`);
});

it.each([
	['a submission', 'submit', 'status429'],
	['a question, 429', 'result', 'status429'],
] as const)(
	'follows a Retry-After of a day no longer than the timeout: %s',
	async (_name, on, kind) => {
		engine.sandbox.plan({ on, kind, retryAfter: 86_400, ...forGood });
		const run = await engine.run({ parameters: { options: IMPATIENT } });
		expect(errorOf(run).message).toMatch(
			/held this item back for \d seconds|is not finished after \d seconds/,
		);
	},
);

it.each([429, 503])(
	'follows a Retry-After of a day on a %i of Get Result no longer than the timeout',
	async (status) => {
		const predictionId = await engine.submitted();
		const answer = { status, headers: { 'retry-after': '86400' } };
		engine.sandbox.plan({ on: 'result', kind: 'custom', answer, ...forGood });
		const run = await engine.run({
			parameters: {
				operation: 'getResult',
				predictionId,
				waitForCompletion: true,
				options: IMPATIENT,
			},
		});
		expect(errorOf(run).message).toMatch(/is not finished after \d seconds/);
	},
);

it('tries a submission again after the longest pause, though Retry-After says a day', async () => {
	setBounds({ longestPauseMs: 400 });
	engine.sandbox.plan(
		{ on: 'submit', kind: 'status429', retryAfter: 86_400 },
		{ on: 'result', kind: 'status429', retryAfter: 86_400 },
	);
	const run = await engine.run();
	expect(itemsOf(run, SUCCESS)).toHaveLength(1);
});

it('ends a submission whose answer drips for ever, and says it may be billed', async () => {
	setBounds({ submissionMs: 1600 });
	engine.sandbox.plan({ on: 'submit', kind: 'drip', delayMs: 30 });
	const run = await engine.run();
	expect(errorOf(run).message).toContain('may exist and may be billed');
	expect(engine.sandbox.predictions).toHaveLength(1);
});

it('ends a question whose answer drips for ever, and asks again', async () => {
	setBounds({ resultMs: 1600 });
	engine.sandbox.plan({ on: 'result', kind: 'drip', delayMs: 30 });
	const run = await engine.run();
	expect(itemsOf(run, SUCCESS)).toHaveLength(1);
	expect(engine.sandbox.predictions[0]?.resultRequests).toBe(2);
});

it('ends the wait at its timeout though every answer drips', async () => {
	engine.sandbox.plan({ on: 'result', kind: 'drip', delayMs: 30, ...forGood });
	const run = await engine.run({ parameters: { options: IMPATIENT } });
	expect(errorOf(run).message).toContain(`${engine.sandbox.predictions[0]?.id} is not finished`);
});

it('ends a download that drips for ever, with id and address', async () => {
	engine.sandbox.plan({ on: 'download', kind: 'drip', delayMs: 30, ...forGood });
	const run = await engine.run({ parameters: { options: IMPATIENT } });
	const { message, description } = errorOf(run);
	expect(message).toContain(`${engine.sandbox.predictions[0]?.id} is finished but could not`);
	expect(description).toContain(`${engine.sandbox.mediaUrl}/videos/`);
});

it('ends a submission that drips a moment after cancelling', async () => {
	setBounds({ submissionMs: 600_000, graceMs: 1200 });
	engine.sandbox.plan({ on: 'submit', kind: 'drip', delayMs: 30 });
	const run = engine.start();
	await until(() => engine.sandbox.predictions.length === 1);
	run.cancel();
	await run.finished;
	await until(() => engine.warnings.length > 0);
	expect(engine.warnings.join()).toContain('may exist and may be billed');
});
