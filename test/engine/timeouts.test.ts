// A timeout holds, for one item and for many, whatever answers.
import type { IRun } from 'n8n-workflow';
import { FAILED, itemsOf, SUCCESS } from '../../tools/engine/seedance';
import {
	errorOf,
	items,
	PAST_THE_TIMEOUT_MS,
	setBounds,
	settle,
	until,
	useEngine,
} from './harness';

const engine = useEngine();

const forGood = { times: Infinity };

/** Starts the node, and lets its timeout pass when it has come so far. */
async function untilTimeout(
	options: Parameters<typeof engine.start>[0],
	hasComeSoFar: () => boolean,
): Promise<IRun> {
	const run = engine.start(options);
	await until(hasComeSoFar);
	// What is on its way comes home first.
	await settle(200);
	engine.leap(PAST_THE_TIMEOUT_MS);
	return await run.finished;
}
const asked = () => engine.sandbox.predictions.some(({ resultRequests }) => resultRequests > 0);
const refused = () => engine.sandbox.refused > 0;
const failedItems = (run: IRun) => itemsOf(run, FAILED).map(({ json }) => String(json.error));

it('fails forty items at their timeout under a lasting 429', async () => {
	engine.sandbox.plan({ on: 'submit', kind: 'status429', ...forGood });
	const run = await engine.run({
		items: items(40),
		onError: 'continueErrorOutput',
		parameters: { options: { pollingInterval: 0.1, timeoutMinutes: 0.1 } },
	});
	const failed = failedItems(run);
	expect(failed).toHaveLength(40);
	// None was held back for longer than its timeout and a little.
	for (const message of failed) expect(message).toMatch(/(held .* back for|waited) \d\d? seconds/);
	expect(engine.sandbox.predictions).toHaveLength(0);
});

it('counts the time in every queue: what had no turn fails at the timeout too', async () => {
	engine.sandbox.plan({ on: 'submit', kind: 'slowBody', delayMs: Infinity, ...forGood });
	setBounds({ submissionMs: 3_600_000 });
	const run = await untilTimeout(
		{
			items: items(6),
			onError: 'continueErrorOutput',
			parameters: { options: { pollingInterval: 0.1, maxConcurrentRequests: 1 } },
		},
		() => engine.sandbox.predictions.length > 0,
	);
	const failed = failedItems(run);
	expect(failed[0]).toContain('may exist and may be billed');
	for (const message of failed.slice(1)) expect(message).toContain('waited 15');
	expect(failed).toHaveLength(6);
	expect(engine.sandbox.predictions).toHaveLength(1);
});

it('holds for twenty waits when questions meet a lasting 429', async () => {
	engine.sandbox.plan({ on: 'result', kind: 'status429', ...forGood });
	const twenty = { items: items(20), onError: 'continueErrorOutput' } as const;
	const failed = failedItems(
		await untilTimeout(twenty, () => refused() && engine.sandbox.predictions.length === 20),
	);
	expect(failed).toHaveLength(20);
	for (const message of failed) expect(message).toContain('is not finished after 15');
});

it.each([true, false])(
	'holds in Get Result under a lasting 429 (waiting: %s)',
	async (waitForCompletion) => {
		const predictionId = await engine.submitted();
		engine.sandbox.plan({ on: 'result', kind: 'status429', ...forGood });
		const parameters = { operation: 'getResult', predictionId, waitForCompletion };
		const { message } = errorOf(await untilTimeout({ parameters }, refused));
		expect(message).toContain(predictionId);
		expect(message).toMatch(/is not finished after 15|could not be read/);
	},
);

it.each(['submit', 'result'] as const)(
	'follows a Retry-After of a day no longer than the timeout: %s',
	async (on) => {
		engine.sandbox.plan({ on, kind: 'status429', retryAfter: 86_400, ...forGood });
		const { message } = errorOf(await untilTimeout({}, refused));
		expect(message).toMatch(/held this item back for 15|is not finished after 15/);
	},
);

it.each([
	[429, true],
	[503, true],
	[503, false],
])(
	'follows a Retry-After of a day on a %i of Get Result no longer than the timeout (waiting: %s)',
	async (status, waitForCompletion) => {
		const predictionId = await engine.submitted();
		const answer = { status, headers: { 'retry-after': '86400' } };
		engine.sandbox.plan({ on: 'result', kind: 'custom', answer, ...forGood });
		const parameters = { operation: 'getResult', predictionId, waitForCompletion };
		const { message } = errorOf(await untilTimeout({ parameters }, asked));
		expect(message).toMatch(/is not finished after 15|could not be read/);
	},
);

it.each([429, 503])(
	'says at once that a %i asks Get Result, which does not wait, for a pause of a day',
	async (status) => {
		const predictionId = await engine.submitted();
		const body = JSON.stringify({ error: { message: 'Come back tomorrow', type: String(status) } });
		const answer = { status, body, headers: { 'retry-after': '86400' } };
		engine.sandbox.plan({ on: 'result', kind: 'custom', answer, ...forGood });
		const run = await engine.run({ parameters: { operation: 'getResult', predictionId } });
		const { message, description } = errorOf(run);
		expect(message).toContain(`${predictionId} could not be read`);
		expect(description).toContain('asks for a pause of 24 hours');
		expect(description).toContain('Come back tomorrow');
		expect(engine.sandbox.predictions[0]?.resultRequests).toBe(1);
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
	const { message } = errorOf(await untilTimeout({}, asked));
	expect(message).toContain(`${engine.sandbox.predictions[0]?.id} is not finished`);
});

it('ends a download that drips for ever, with id and address', async () => {
	engine.sandbox.plan({ on: 'download', kind: 'drip', delayMs: 30, ...forGood });
	const isDownloading = () => engine.sandbox.predictions.some(({ downloads }) => downloads > 0);
	const { message, description } = errorOf(await untilTimeout({}, isDownloading));
	expect(message).toContain(`${engine.sandbox.predictions[0]?.id} is finished but could not`);
	expect(description).toContain(`${engine.sandbox.mediaUrl}/videos/`);
});

it('lets no video that is tried again later keep another one from being downloaded', async () => {
	const { predictions } = engine.sandbox;
	engine.sandbox.plan({
		on: 'download',
		kind: 'status429',
		retryAfter: 86_400,
		match: (id) => id !== predictions[4]?.id,
		...forGood,
	});
	const run = await untilTimeout(
		{ items: items(5), onError: 'continueErrorOutput' },
		() => predictions.length === 5 && predictions.every(({ downloads }) => downloads > 0),
	);
	expect(failedItems(run)).toHaveLength(4);
	expect(itemsOf(run, SUCCESS)).toHaveLength(1);
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
