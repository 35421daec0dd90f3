// Every known answer through the whole node: to a submission, to polls of an item that waits, to Get Result, and to a parked
// wait. What each has to come to stands beside it in known-answers.json; a new one needs no new code here.
import type { INodeExecutionData, IRun } from 'n8n-workflow';
import { PARKED } from '../../nodes/SeedanceImageToVideo/execute/messages';
import { type KnownAnswer, knownAnswers, type Reading } from '../../sandbox';
import { itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { SAMPLE, setBounds, useEngine } from './harness';

const engine = useEngine({ queueMs: 0, renderMs: 0 });
beforeEach(() => setBounds({ notFoundGraceMs: 2000, readMs: 6000 }));

const to = (request: 'submit' | 'result') =>
	knownAnswers
		.filter((known) => known.to.includes(request))
		.map((known) => [known.id, known] as const);

/** What a person reads of the item: of its error, or of the item itself. */
function wordsOf(item: INodeExecutionData | undefined): string {
	const { error, details, ...rest } = item?.json ?? {};
	if (error === undefined) return JSON.stringify(rest);
	const { description } = details as { readonly description: string };
	return `${String(error)}. ${description}`;
}

/** What a person reads where it did not come to a video, whatever was asked. */
const REFUSED: Partial<Readonly<Record<Reading, RegExp>>> = {
	keyRefused: /did not accept the API key.*Check the API key/,
	balance: /balance is not enough.*Top up/,
	contentPolicy: /content policy blocked/,
	forbiddenByUnknown: /proxy or firewall/,
};
const REFUSED_SUBMISSION: typeof REFUSED = {
	...REFUSED,
	notFound: /Unknown model/,
	badRequest: /refused the submission|image is too large to send/,
	answerLost: /answer to the submission was lost.*may be billed/,
	rateLimited: /rate limit held this item back/,
	limitReached: /reached a limit, and waiting does not lift it/,
};
const REFUSED_POLL: typeof REFUSED = {
	...REFUSED,
	notFound: /does not know prediction/,
	refusedIfItLasts: /refused to return prediction/,
	ended: /ended without a video/,
	passing: /keeps rendering/,
};
/** Not made of what GPTProto refuses to tell. */
const PROMISE = /keeps rendering/;

const promptFor = ({ id }: KnownAnswer, request = '') =>
	`The fox looks up (${request}answer: ${id})`;

/** What lasts until the timeout has a short one. */
function optionsFor({ reading }: KnownAnswer) {
	const lasts = ['rateLimited', 'passing'].includes(reading);
	return { ...SAMPLE.options, ...(lasts && { timeoutMinutes: 0.15 }) };
}

function expectVideo(item: INodeExecutionData | undefined, id: string | undefined): void {
	expect(item?.json).toMatchObject({ predictionId: id, status: 'succeeded' });
	expect(item?.binary?.data).toBeDefined();
}

describe('where the submission is answered', () => {
	it.each(to('submit'))('%s', async (_, known) => {
		const run = await engine.run({
			parameters: { prompt: promptFor(known), options: optionsFor(known) },
			onError: 'continueRegularOutput',
		});
		const [item] = itemsOf(run, SUCCESS);
		const [prediction, ...others] = engine.sandbox.predictions;
		expect(others).toEqual([]);
		if (known.reading === 'working') {
			expectVideo(item, prediction?.id);
			expect(engine.submissions()).toHaveLength(1);
			return;
		}
		expect(wordsOf(item)).toMatch(REFUSED_SUBMISSION[known.reading] ?? 'no such reading');
		expect(wordsOf(item)).toContain(known.words ?? '');
		expect(prediction).toBeUndefined();
		const log = engine.warnings.filter((line) => line.includes('rate limit holds requests back'));
		if (known.status === 429) {
			expect(log).toHaveLength(1);
			expect(log[0]).toContain(known.words ?? '');
			if (known.reading === 'limitReached') expect(engine.submissions()).toHaveLength(3);
		} else {
			expect(log).toEqual([]);
			expect(engine.submissions()).toHaveLength(1);
		}
	});
});

function expectOutcome(known: KnownAnswer, item: INodeExecutionData | undefined): void {
	const [prediction, ...others] = engine.sandbox.predictions;
	expect(others).toEqual([]);
	if (known.reading === 'succeeded') expectVideo(item, prediction?.id);
	else {
		const words = wordsOf(item);
		expect(words).toMatch(REFUSED_POLL[known.reading] ?? 'no such reading');
		expect(words).toContain(prediction?.id);
		expect(words).toContain(known.words ?? '');
		if (known.reading !== 'passing') expect(words).not.toMatch(PROMISE);
	}
	expect(engine.submissions()).toHaveLength(1);
}

describe('where polls are answered', () => {
	it.each(to('result'))('%s, Submit and Wait', async (_, known) => {
		const run = await engine.run({
			parameters: { prompt: promptFor(known, 'poll '), options: optionsFor(known) },
			onError: 'continueRegularOutput',
		});
		expectOutcome(known, itemsOf(run, SUCCESS)[0]);
	});

	it.each(to('result'))('%s, Submit and Wait with Survive Restarts', async (_, known) => {
		const run = engine.start({
			parameters: {
				prompt: promptFor(known, 'poll '),
				options: { ...optionsFor(known), surviveRestarts: true },
			},
			onError: 'continueRegularOutput',
		});
		await run.finished;
		const keeper = await run.subExecutions[0]?.finished;
		expectOutcome(known, itemsOf(keeper as IRun, PARKED.deliver)[0]);
	});

	it.each(to('result'))('%s, Get Result', async (_, known) => {
		await engine.run({ parameters: { operation: 'submit', prompt: promptFor(known, 'poll ') } });
		const [prediction] = engine.sandbox.predictions;
		const run = await engine.run({
			parameters: { operation: 'getResult', predictionId: String(prediction?.id) },
			onError: 'continueRegularOutput',
		});
		const [item] = itemsOf(run, SUCCESS);
		if (known.reading === 'passing') {
			expect(wordsOf(item)).toMatch(/could not be read.*prediction itself is not affected/);
		} else if (known.reading === 'ended') {
			// Any state is a result where nobody waits.
			expect(item?.json).toMatchObject({ predictionId: prediction?.id, videoUrl: null });
			expect(item?.json.failureReason).toContain(known.words ?? '');
		} else expectOutcome(known, item);
		expect(engine.submissions()).toHaveLength(1);
	});
});
