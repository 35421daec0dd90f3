// After a failure: what a person reads of each way to go on, and what that way pays, by the sandbox's own count.
import type { IRun } from 'n8n-workflow';
import {
	FAILED,
	itemsOf,
	SEEDANCE,
	SUCCESS,
	type SeedanceOptions,
} from '../../tools/engine/seedance';
import { errorOf, items, PAST_THE_TIMEOUT_MS, until, useEngine } from './harness';

const engine = useEngine();

const RETRY = '"Retry with currently saved workflow" under Executions';
const PAY_AGAIN = /Execute step and Execute workflow submit and pay/;
const NUMBERED = { prompt: '=Fox {{ $json.n }}' };

const ids = () => engine.sandbox.predictions.map(({ id }) => id);
const hintsOf = ({ data }: IRun) =>
	(data.resultData.runData[SEEDANCE]?.at(-1)?.hints ?? []).map(({ message }) => message).join('\n');

/** Three items of which GPTProto refuses the second, for its content. */
async function blocked(own: Partial<SeedanceOptions> = {}): Promise<IRun> {
	engine.sandbox.plan({
		on: 'submit',
		kind: 'contentPolicy',
		times: Infinity,
		match: ({ prompt }) => prompt === 'Fox 1',
	});
	return await engine.run({ items: items(3), parameters: NUMBERED, ...own });
}

const retry = async (failed: IRun, own: Partial<SeedanceOptions>) =>
	await engine.run({ executionId: '2', items: [], retryOf: failed.data, mode: 'retry', ...own });

async function timedOut(own: Partial<SeedanceOptions> = {}): Promise<IRun> {
	engine.sandbox.options.renderMs = Infinity;
	const run = engine.start(own);
	await until(() => (engine.sandbox.predictions.at(-1)?.resultRequests ?? 0) > 0);
	engine.leap(PAST_THE_TIMEOUT_MS);
	return await run.finished;
}

describe('where one of three items is refused', () => {
	it('says who picks up the others, on which condition, and what to do instead', async () => {
		const { description } = errorOf(await blocked());
		const [first, third] = ids();
		expect(description).toContain(`[Item 0] ${first}, [Item 2] ${third}.`);
		expect(description).toContain(RETRY);
		expect(description).toMatch(/only while this node's image, prompt and other settings/);
		expect(description).toMatch(/run that item alone/);
		expect(description).toMatch(PAY_AGAIN);
	});

	it('a retry with another prompt names what it does not use: as a hint, and in the log', async () => {
		const failed = await blocked();
		const unused = ids();
		const retried = await retry(failed, { parameters: { prompt: 'A drawn fox' } });
		expect(itemsOf(retried, SUCCESS)).toHaveLength(3);
		expect(ids()).toHaveLength(5);
		for (const text of [hintsOf(retried), engine.warnings.join()]) {
			expect(text).toContain(`[Item 0] ${unused[0]}, [Item 2] ${unused[1]}`);
			expect(text).toContain('Use Get Result');
		}
	});

	it('a retry with On Error set to Continue puts out the videos that were paid for, as the message says', async () => {
		const failed = await blocked();
		const paid = ids();
		const retried = await retry(failed, { parameters: NUMBERED, onError: 'continueErrorOutput' });
		expect(itemsOf(retried, SUCCESS).map(({ json }) => json.predictionId)).toEqual(paid);
		expect(itemsOf(retried, FAILED)).toHaveLength(1);
		expect(ids()).toEqual(paid);
		expect(hintsOf(retried)).toContain('2 predictions of an earlier try were picked up');
	});
});

describe('a timeout', () => {
	it('says in two sentences how to get the video, and what pays again', async () => {
		const { message, description } = errorOf(await timedOut());
		expect(message).toMatch(/ is not finished after 15(\.\d)? minutes \[Item 0\]$/);
		expect(description.match(/[^.]+\./g)).toHaveLength(2);
		expect(description).toContain("raise 'Timeout (Minutes)', save, and use " + RETRY);
		expect(description).toMatch(PAY_AGAIN);
	});

	it('of Get Result says nothing of paying again: it submits nothing', async () => {
		engine.sandbox.options.renderMs = Infinity;
		const predictionId = await engine.submitted();
		const run = await timedOut({
			parameters: { operation: 'getResult', predictionId, waitForCompletion: true },
		});
		expect(errorOf(run).description).toMatch(/use Get Result with this prediction ID\.$/);
	});
});

/** As the editor writes a title over an error of a node with several items, in 1.100 to 2.41. */
function titleInTheEditor({ data }: IRun): string {
	const error = data.resultData.error;
	const { itemIndex } = (error && 'context' in error ? error.context : {}) as {
		itemIndex?: number;
	};
	const suffix = itemIndex === undefined ? '' : `item ${itemIndex}`;
	const message = error?.message ?? '';
	return message.includes(suffix) ? message : `${message} [${suffix}]`;
}

it.each([
	['a refusal', {}],
	['a parameter', { duration: '={{ $json.n === 1 ? 99 : 4 }}' }],
])('the item of %s is named once', async (_, parameters) => {
	const run = await blocked({ parameters: { ...NUMBERED, ...parameters } });
	expect(titleInTheEditor(run).match(/\[item 1\]/gi)).toEqual(['[Item 1]']);
});

it('a number is not put in quotation marks as if it were text', async () => {
	const number = await engine.run({ parameters: { duration: 99 } });
	expect(errorOf(number).message).toContain('but is 99 [Item 0]');
	const text = await engine.run({ parameters: { duration: '={{ "long" }}' } });
	expect(errorOf(text).message).toContain('but is "long" [Item 0]');
});

describe('hints', () => {
	it('of a manual run that submitted say how to go on building without paying again', async () => {
		const run = await engine.run({ mode: 'manual' });
		expect(hintsOf(run)).toMatch(/Execute step on the next node/);
	});

	it('say nothing of it where nobody is building, or nothing was submitted', async () => {
		const predictionId = await engine.submitted();
		const parameters = { operation: 'getResult', predictionId };
		const runs = [await engine.run(), await engine.run({ mode: 'manual', parameters })];
		expect(runs.map(hintsOf).join()).not.toContain('Execute step');
	});

	it('of Get Result say that a video is not finished', async () => {
		engine.sandbox.options.renderMs = Infinity;
		const predictionId = await engine.submitted();
		const run = await engine.run({ parameters: { operation: 'getResult', predictionId } });
		expect(hintsOf(run)).toMatch(/^1 video is not finished\. Switch on 'Wait for Completion'/);
	});
});

describe('a stopped execution', () => {
	it('keeps the ids that were paid for, as highlighted data', async () => {
		engine.sandbox.options.renderMs = Infinity;
		const run = engine.start({ items: items(40) });
		await until(() => engine.sandbox.predictions.length === 40);
		await until(() => engine.sandbox.predictions.every(({ resultRequests }) => resultRequests > 0));
		run.cancel();
		const { data } = await run.finished;
		const kept = Object.entries(data.resultData.metadata ?? {});
		expect(kept.flatMap(([, text]) => text.split(' ')).sort()).toEqual(ids().sort());
		expect(kept.every(([, text]) => text.length <= 512)).toBe(true);
		expect(kept[0]?.[0]).toBe('predictions_1');
	});
});

it('File Name names the video, whichever output its item comes out of', async () => {
	const own = {
		parameters: { ...NUMBERED, options: { pollingInterval: 0.1, fileName: '=fox-{{ $json.n }}' } },
	};
	const run = await blocked({ ...own, onError: 'continueErrorOutput' });
	const names = itemsOf(run, SUCCESS).map(({ binary }) => binary?.data?.fileName);
	expect(names).toEqual(['fox-0.mp4', 'fox-2.mp4']);
	const paired = [SUCCESS, FAILED].map((node) =>
		itemsOf(run, node).map(({ pairedItem }) => pairedItem),
	);
	expect(paired).toHaveLength(2);
});
