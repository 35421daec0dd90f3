// Random histories, played on the product's own flow with a clock that makes nobody wait: whatever GPTProto and the network
// do, what was paid for is not paid for again, nobody asks too often or after the end, and a timeout holds.
import { setMaxListeners } from 'node:events';
import fc from 'fast-check';
import { bounds } from '../../nodes/SeedanceImageToVideo/prediction/bounds';
import { PredictionFailure } from '../../nodes/SeedanceImageToVideo/prediction/reason';
import { isFinalRefusal, type Outcome } from '../../nodes/SeedanceImageToVideo/prediction/retry';
import { pauseBeforeNextPoll } from '../../nodes/SeedanceImageToVideo/prediction/schedule';
import type { Limiter } from '../../nodes/SeedanceImageToVideo/prediction/limiter';
import { FakeClock } from './fake-clock';
import {
	type Api,
	limited,
	noResponse,
	type PlayedRequest,
	PlayedRun,
	reasonOf,
	refused,
	state,
	unreadable,
} from './played-run';

const TOLERANCE_MS = 1;

/** Answers that say nothing of a prediction. */
const retryAfter = fc.option(
	fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.constant(86_400_000)),
);
const obstacle = fc.oneof(
	fc.constantFrom('ECONNRESET', 'TIMEOUT', 'UNKNOWN').map((code) => noResponse(code)),
	fc
		.constantFrom('ECONNREFUSED', 'ETIMEDOUT', 'CERT_HAS_EXPIRED')
		.map((code) => noResponse(code, false)),
	retryAfter.map(limited),
	retryAfter.map(unreadable),
	fc
		.constantFrom('badRequest' as const, 'contentPolicy' as const, 'keyRefused' as const)
		.map((reason) => refused(reason)),
);
const obstacleToAQuestion = fc.oneof(
	obstacle,
	fc.constantFrom('notFound' as const, 'redirect' as const).map((reason) => refused(reason)),
);

/** A node run: the first one of a round of a loop, or another try of it. */
interface Try {
	/** Who tries again, when the run before did not end well. A run that did is followed by the next round. */
	readonly by: 'retry on fail' | 'a person' | 'the next round';
	/** The items' requests, all different. */
	readonly prompts: readonly string[];
	/** An expression such as `$now` gives another request each time. */
	readonly isVolatile: boolean;
	/** Items that are not put out although their prediction succeeded: a download that failed. */
	readonly undelivered: readonly boolean[];
	/** Two of the keys are one account's. */
	readonly key: Key;
}

type Key = 'mine' | 'my new one' | 'yours';
const ownerOf = (key: Key): string => (key === 'yours' ? 'you' : 'I');

interface History {
	readonly submissions: ReadonlyArray<Outcome | 'accepted' | 'accepted, answer lost'>;
	readonly answers: ReadonlyArray<Outcome | 'running' | 'failed' | 'succeeded' | 'no address'>;
	/** How long the API takes to answer; cut off where the node gives it less. */
	readonly answerMs: number;
	readonly pollingIntervalMs: number;
	readonly timeoutMs: number;
	readonly until: 'accepted' | 'ended';
	readonly tries: readonly Try[];
}

const prompts = fc.uniqueArray(fc.constantFrom('fox', 'owl', 'elk'), {
	minLength: 1,
	maxLength: 2,
});
const history: fc.Arbitrary<History> = fc.record({
	submissions: fc.array(
		fc.oneof(
			obstacle,
			fc.constantFrom('accepted' as const, 'accepted' as const, 'accepted, answer lost' as const),
		),
		{ maxLength: 8 },
	),
	answers: fc.array(
		fc.oneof(
			obstacleToAQuestion,
			fc.constantFrom(
				'running' as const,
				'running' as const,
				'failed' as const,
				'succeeded' as const,
				'no address' as const,
			),
		),
		{ maxLength: 20 },
	),
	answerMs: fc.oneof(
		{ weight: 3, arbitrary: fc.constant(40) },
		{ weight: 1, arbitrary: fc.integer({ min: 0, max: 200_000 }) },
	),
	pollingIntervalMs: fc.integer({ min: 100, max: 20_000 }),
	timeoutMs: fc.integer({ min: 500, max: 900_000 }),
	until: fc.constantFrom('accepted' as const, 'ended' as const, 'ended' as const),
	tries: fc.array(
		fc.record({
			by: fc.constantFrom('retry on fail' as const, 'a person' as const, 'the next round' as const),
			prompts,
			isVolatile: fc.boolean(),
			undelivered: fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
			key: fc.constantFrom<Key>('mine', 'mine', 'my new one', 'yours'),
		}),
		{ minLength: 1, maxLength: 6 },
	),
});

/** A prediction as GPTProto knows it, and what the node knows of it. */
interface Prediction {
	readonly id: string;
	readonly prompt: string;
	/** The key it was last known under. */
	key: Key;
	/** It was said not to exist under another key than that. */
	disowned: boolean;
	/** The round and the item it was last worked on for. */
	round: number;
	item: number;
	/** The node has read its id. */
	readonly told: boolean;
	readonly acceptedAt: number;
	/** Its end without a video has been told. */
	ended: boolean;
	delivered: boolean;
	/** The node said that GPTProto does not know it. */
	unknown: boolean;
	/** A person has read that its answer was lost, or that it is unknown, and chose to submit again. */
	writtenOff: boolean;
}

interface Question {
	readonly id: string;
	readonly at: number;
	readonly answeredAt: number;
	readonly outcome: Outcome;
}

/** Plays a history, and takes notes of what should not happen. */
class Play implements Api {
	readonly clock = new FakeClock();
	readonly violations: string[] = [];
	private readonly predictions: Prediction[] = [];
	private readonly limiters = new Map<string, Limiter>();
	private readonly context = {};
	private questions: Question[] = [];
	private submissions = 0;
	private answers = 0;
	private executionId = 1;
	private round = 0;
	private nonce = 0;
	private run: PlayedRun | null = null;
	private key: Key = 'mine';

	constructor(private readonly history: History) {}

	private async answering(limitMs: number): Promise<boolean> {
		await this.clock.sleep(Math.min(this.history.answerMs, limitMs));
		return this.history.answerMs <= limitMs;
	}

	/** What was paid for an item and has neither ended nor been put out; of an earlier round, for the same request. */
	private owedTo(item: number, prompt: string): Prediction[] {
		const taken = (this.run?.run.ledger.accepted() ?? []).filter((one) => one.item !== item);
		const ids = new Set(taken.map(({ predictionId }) => predictionId));
		return this.predictions
			.filter(({ ended, delivered, writtenOff }) => !ended && !delivered && !writtenOff)
			.filter(({ id, disowned }) => !ids.has(id) && !disowned)
			.filter((one) =>
				one.round === this.round
					? one.item === item && ownerOf(one.key) === ownerOf(this.key)
					: one.prompt === prompt && one.key === this.key,
			);
	}

	async submit({ item, body: { prompt } }: PlayedRequest, limitMs: number): Promise<Outcome> {
		const [owed] = this.owedTo(item, prompt);
		if (owed) this.violations.push(`submitted ${prompt} although ${owed.id} was accepted for it`);
		const inTime = await this.answering(limitMs);
		const next = this.history.submissions[this.submissions++] ?? 'accepted';
		if (typeof next !== 'string') return inTime ? next : noResponse('TIMEOUT');
		const told = next === 'accepted' && inTime;
		const prediction: Prediction = {
			id: `id-${this.predictions.length}`,
			prompt,
			key: this.key,
			disowned: false,
			round: this.round,
			item,
			told,
			acceptedAt: this.clock.now(),
			ended: false,
			delivered: false,
			unknown: false,
			writtenOff: false,
		};
		this.predictions.push(prediction);
		if (told) return state(prediction.id, 'created');
		return this.submissions % 2 === 0 ? unreadable() : noResponse('ECONNRESET');
	}

	async result(id: string, limitMs: number): Promise<Outcome> {
		const prediction = this.predictions.find((one) => one.id === id);
		if (!prediction?.told) throw new Error(`Nobody was told of ${id}`);
		if (prediction.ended) this.violations.push(`asked for ${id} after its end`);
		const lines = this.run?.run.ledger.accepted() ?? [];
		const { item } = lines.find(({ predictionId }) => predictionId === id) ?? prediction;
		Object.assign(prediction, { item, round: this.round });
		const at = this.clock.now();
		const inTime = await this.answering(limitMs);
		const isForeign = ownerOf(prediction.key) !== ownerOf(this.key);
		const next = isForeign
			? refused('notFound', '404')
			: (this.history.answers[this.answers++] ?? 'succeeded');
		const outcome = !inTime
			? noResponse('TIMEOUT')
			: next === 'no address'
				? state(id, 'succeeded', [])
				: typeof next === 'string'
					? state(id, next)
					: next;
		if (outcome.kind === 'prediction') {
			prediction.unknown = false;
			prediction.ended = outcome.prediction.state === 'ended';
			prediction.key = this.key;
		} else if (prediction.key !== this.key) {
			prediction.disowned ||= outcome.kind === 'refused' && outcome.ground === 'notFound';
		}
		this.questions.push({ id, at, answeredAt: this.clock.now(), outcome });
		return outcome;
	}

	async play(): Promise<void> {
		let wentWell = true;
		for (const [index, one] of this.history.tries.entries()) {
			const isRetry = index > 0 && !wentWell && one.by !== 'the next round';
			if (index > 0 && !isRetry) this.round++;
			for (const prediction of this.predictions) {
				prediction.disowned = false;
				// n8n throws away what a run put out that it repeats.
				const isRepeated = prediction.round === this.round && prediction.item < one.prompts.length;
				if (isRetry && isRepeated) prediction.delivered = false;
			}
			if (isRetry && one.by === 'a person') {
				this.executionId++;
				for (const prediction of this.predictions) {
					prediction.writtenOff ||= !prediction.told || prediction.unknown;
				}
			}
			wentWell = await this.playRun(one);
		}
	}

	private async playRun({ prompts, isVolatile, undelivered, key }: Try): Promise<boolean> {
		const { clock, limiters, context } = this;
		const { pollingIntervalMs, timeoutMs, until } = this.history;
		const scope = { round: this.round, executionId: String(this.executionId) };
		this.key = key;
		this.questions = [];
		const played = new PlayedRun({
			...{ clock, limiters, context, scope, pollingIntervalMs, timeoutMs },
			api: this,
		});
		this.run = played;
		const requests = prompts.map((prompt) => ({
			account: key,
			prompt: `${prompt}${isVolatile ? ` ${this.nonce++}` : ''}`,
		}));
		const orders = requests.map((request, item) => played.order(item, request));
		const results = await clock.until(
			Promise.allSettled(
				orders.map(async (order, item) => {
					try {
						const { prediction } = await played.obtain(order, until);
						const own = this.predictions.find(({ id }) => id === prediction.id);
						if (prediction.state === 'ended' && until === 'ended') return false;
						if (undelivered[item]) return false;
						order.record.saveDelivered();
						if (own) own.delivered = true;
						return true;
					} finally {
						const tookMs = clock.now() - played.startedAt;
						if (tookMs > timeoutMs + bounds.graceMs + TOLERANCE_MS) {
							this.violations.push(
								`item ${item} took ${tookMs} ms, with a timeout of ${timeoutMs}`,
							);
						}
					}
				}),
			),
		);
		for (const [item, result] of results.entries()) this.note(item, requests[item], result);
		const wentWell = results.every((one) => one.status === 'fulfilled' && one.value);
		played.run.ledger.close(wentWell);
		for (const [, id] of new Map(this.questions.map((one) => [one.id, one.id]))) {
			this.checkQuestions(id, played.startedAt);
		}
		return wentWell;
	}

	/** Keeps what an item's failure says of a prediction. */
	private note(
		item: number,
		request: { readonly prompt: string } | undefined,
		result: PromiseSettledResult<boolean>,
	): void {
		if (result.status === 'fulfilled') return;
		const failure: unknown = result.reason;
		if (!(failure instanceof PredictionFailure)) throw failure;
		const { reason, facts } = failure;
		const own = this.predictions.find(({ id }) => id === facts.predictionId);
		if (reason.kind === 'refused' && reason.refusal.ground === 'notFound' && own)
			own.unknown = true;
		if (reason.kind === 'responseLost') {
			// From now on it is this item whose answer was lost.
			const lost = this.owedTo(item, request?.prompt ?? '').find(({ told }) => !told);
			if (lost) Object.assign(lost, { item, round: this.round });
		}
		if (reason.kind === 'timedOut' && !facts.predictionId) this.violations.push('an id was lost');
	}

	/** The questions of one run for one prediction keep their distance and stop at the end. */
	private checkQuestions(id: string, startedAt: number): void {
		const { pollingIntervalMs, timeoutMs, until } = this.history;
		const deadline = startedAt + timeoutMs;
		const questions = this.questions.filter((one) => one.id === id);
		const { acceptedAt = NaN } = this.predictions.find((one) => one.id === id) ?? {};
		questions.forEach(({ at, outcome, answeredAt }, index) => {
			const isLast = at >= deadline - TOLERANCE_MS;
			const before = questions[index - 1]?.at;
			const wanted =
				before === undefined ? pauseBeforeNextPoll(pollingIntervalMs, 0) : pollingIntervalMs;
			const since = before ?? acceptedAt;
			if (until === 'ended' && !isLast && at - since < wanted - TOLERANCE_MS) {
				this.violations.push(`asked for ${id} after ${at - since} ms`);
			}
			const isOver =
				(outcome.kind === 'prediction' &&
					(outcome.prediction.state === 'ended' ||
						(outcome.prediction.state === 'succeeded' && outcome.prediction.videoUrl !== null))) ||
				(outcome.kind !== 'prediction' && isFinalRefusal(outcome, answeredAt - acceptedAt, 0));
			if (isOver && index < questions.length - 1)
				this.violations.push(`asked for ${id} after the last answer`);
		});
	}
}

it('pays for nothing twice, asks neither too often nor after the end, and keeps to the timeout', async () => {
	await fc.assert(
		fc.asyncProperty(history, async (given) => {
			const play = new Play(given);
			await play.play();
			expect(play.violations).toEqual([]);
		}),
		{ numRuns: 1500 },
	);
});

describe('one item after the other', () => {
	let clock: FakeClock;
	let context: object;
	let limiters: Map<string, Limiter>;
	beforeEach(() => {
		clock = new FakeClock();
		context = {};
		limiters = new Map();
	});

	/** An API that gives these answers in order, the last one for good, and counts. */
	class Scripted implements Api {
		readonly submitted: string[] = [];
		readonly asked: string[] = [];
		constructor(
			private readonly submissions: ReadonlyArray<Outcome | null>,
			private readonly answers: ReadonlyArray<Outcome | string> = ['succeeded'],
		) {}

		async submit({ body: { prompt } }: PlayedRequest): Promise<Outcome> {
			const next = this.submissions[Math.min(this.submitted.length, this.submissions.length - 1)];
			const id = `id-${this.submitted.push(prompt)}`;
			await clock.sleep(40);
			return next ?? state(id, 'created');
		}

		async result(id: string): Promise<Outcome> {
			const next = this.answers[Math.min(this.asked.length, this.answers.length - 1)] ?? '';
			this.asked.push(id);
			await clock.sleep(40);
			return typeof next === 'string' ? state(id, next) : next;
		}
	}

	const FOX = { prompt: 'fox' };
	type Scope = {
		readonly executionId?: string;
		readonly round?: number;
		readonly parameters?: string;
	};
	const playedRun = (api: Api, scope: Scope = {}, more: object = {}) =>
		new PlayedRun({ clock, limiters, api, context, scope, ...more });
	/** A run that is not put out; its ledger is closed as after a run that did not end well. */
	async function undelivered(api: Api, scope: Scope = {}, item = FOX, more: object = {}) {
		const played = playedRun(api, scope, more);
		const [result] = await clock.until(played.obtainAll([item]));
		played.run.ledger.close(false);
		return result;
	}

	it.each([
		['Retry On Fail', '1'],
		['"Retry execution"', '2'],
	])('%s picks up what was accepted, whatever its expressions give this time', async (_, id) => {
		const api = new Scripted([null], ['running']);
		const first = await undelivered(api, { executionId: '1' }, FOX, { timeoutMs: 20_000 });
		expect(reasonOf(first)).toMatchObject({ kind: 'timedOut' });
		const second = await undelivered(
			new Scripted([]),
			{ executionId: id },
			{ prompt: 'fox, 9:41' },
		);
		expect(second).toMatchObject({ value: { pickedUp: true, prediction: { id: 'id-1' } } });
	});

	it('a person who changed the node’s parameters gets a new submission', async () => {
		await undelivered(new Scripted([null]), { parameters: 'a fox' });
		const api = new Scripted([null]);
		await undelivered(api, { executionId: '2', parameters: 'an owl' }, { prompt: 'owl' });
		expect(api.submitted).toEqual(['owl']);
	});

	it.each([
		['Retry On Fail does not submit', '1', 0],
		['"Retry execution" submits once', '2', 1],
	])('after a lost answer %s again', async (_, executionId, submissions) => {
		for (const lost of [noResponse('ECONNRESET'), unreadable(), noResponse('TIMEOUT')]) {
			context = {};
			expect(reasonOf(await undelivered(new Scripted([lost])))).toEqual({
				kind: 'responseLost',
				obstacle: lost,
			});
			const api = new Scripted([null]);
			await undelivered(api, { executionId }, { prompt: 'fox, 9:41' });
			expect(api.submitted).toHaveLength(submissions);
		}
	});

	it('after a 404 beyond the grace "Retry execution" submits again, as the message says', async () => {
		const unknown = new Scripted([null], [refused('notFound', '404')]);
		expect(reasonOf(await undelivered(unknown))).toMatchObject({ kind: 'refused' });
		expect(unknown.asked.length).toBeGreaterThan(1);
		const sameExecution = new Scripted([null], [refused('notFound', '404')]);
		await undelivered(sameExecution, { executionId: '1' });
		expect(sameExecution.submitted).toEqual([]);
		const api = new Scripted([null]);
		await undelivered(api, { executionId: '2' });
		expect(api.submitted).toHaveLength(1);
	});

	it.each(['accepted', 'ended'] as const)(
		'a prediction that is not known yet when Retry On Fail looks is not paid for again: until %s',
		async (until) => {
			const submitted = playedRun(new Scripted([null]));
			await clock.until(submitted.obtainAll([FOX], 'accepted'));
			submitted.run.ledger.close(false);
			await clock.until(clock.sleep(1000));
			const late = new Scripted([], [refused('notFound', '404'), 'succeeded']);
			const [retried] = await clock.until(playedRun(late).obtainAll([FOX], until));
			expect(retried).toMatchObject({ value: { prediction: { id: 'id-1' } } });
		},
	);

	it('a prediction that was unknown for a while is not paid for again', async () => {
		await undelivered(new Scripted([null], [refused('notFound', '404')]));
		await undelivered(new Scripted([], ['running']), {}, FOX, { timeoutMs: 20_000 });
		const api = new Scripted([null]);
		await undelivered(api, { executionId: '2' });
		expect(api.submitted).toEqual([]);
	});

	it('a later round takes over the same request, and pays for another one', async () => {
		await undelivered(new Scripted([null], ['running']), {}, FOX, { timeoutMs: 20_000 });
		const api = new Scripted([null]);
		const played = playedRun(api, { round: 1 });
		const results = await clock.until(played.obtainAll([{ prompt: 'owl' }, FOX]));
		expect(results).toMatchObject([
			{ value: { pickedUp: false } },
			{ value: { pickedUp: true, prediction: { id: 'id-1' } } },
		]);
		expect(api.submitted).toEqual(['owl']);
	});

	it('an error item that comes back names its prediction itself', async () => {
		await undelivered(new Scripted([null], ['running']), {}, FOX, { timeoutMs: 20_000 });
		const api = new Scripted([null]);
		const item = { prompt: 'fox, 9:41', namedId: 'id-1' };
		expect(await undelivered(api, { round: 1 }, item)).toMatchObject({ value: { pickedUp: true } });
		expect(api.submitted).toEqual([]);
	});

	it('of two that an earlier round has left the second is picked up when the first one failed', async () => {
		const first = playedRun(new Scripted([null], ['running']), {}, { timeoutMs: 20_000 });
		await clock.until(first.obtainAll([FOX, FOX]));
		first.run.ledger.close(false);
		const api = new Scripted([null], ['failed', 'succeeded']);
		await undelivered(api, { round: 1 });
		expect(api.asked).toEqual(['id-1', 'id-2']);
		expect(api.submitted).toEqual([]);
	});

	it('of two that an earlier round has left the accepted one is picked up before the lost one', async () => {
		const lost = new Scripted([noResponse('ECONNRESET'), null], ['running']);
		const first = playedRun(lost, {}, { timeoutMs: 20_000, maxConcurrentRequests: 1 });
		await clock.until(first.obtainAll([FOX, FOX]));
		first.run.ledger.close(false);
		const api = new Scripted([null]);
		const found = await undelivered(api, { round: 1 });
		expect(found).toMatchObject({ value: { pickedUp: true, prediction: { id: 'id-2' } } });
	});

	it('what cannot be read just now is shown with the model it was submitted to', async () => {
		const submitted = playedRun(new Scripted([null]));
		await clock.until(submitted.obtainAll([{ ...FOX, model: 'a' }], 'accepted'));
		submitted.run.ledger.close(false);
		const again = playedRun(new Scripted([], [unreadable()]));
		const [result] = await clock.until(again.obtainAll([{ ...FOX, model: 'b' }], 'accepted'));
		expect(result).toMatchObject({ value: { model: 'a', prediction: { model: 'a' } } });
	});

	it.each([
		['Retry On Fail', '1'],
		['"Retry execution"', '2'],
	])('under a new key of the account %s picks up what was accepted', async (_, executionId) => {
		await undelivered(new Scripted([null]), {}, { ...FOX, account: 'mine' } as typeof FOX);
		const api = new Scripted([null]);
		const rotated = { ...FOX, account: 'my new one' } as typeof FOX;
		const result = await undelivered(api, { executionId }, rotated);
		expect(result).toMatchObject({ value: { pickedUp: true, prediction: { id: 'id-1' } } });
		expect(api.submitted).toEqual([]);
	});

	it('what was put out, picked up again and then not put out is not paid for by a later round', async () => {
		const first = playedRun(new Scripted([null]));
		const order = first.order(0, FOX);
		await clock.until(first.obtain(order));
		order.record.saveDelivered();
		// Another item failed: n8n runs the node again, and this time the download fails.
		first.run.ledger.close(false);
		await undelivered(new Scripted([]));
		const api = new Scripted([null]);
		const [result] = await clock.until(playedRun(api, { round: 1 }).obtainAll([FOX]));
		expect(result).toMatchObject({ value: { pickedUp: true, prediction: { id: 'id-1' } } });
		expect(api.submitted).toEqual([]);
	});

	it('a key that is refused submits nothing, and the next one picks up what was accepted', async () => {
		await undelivered(new Scripted([null]), {}, { ...FOX, account: 'mine' } as typeof FOX);
		const mistyped = new Scripted([null], [refused('keyRefused', '401')]);
		await undelivered(mistyped, {}, { ...FOX, account: 'mistyped' } as typeof FOX);
		expect(mistyped.submitted).toEqual([]);
		const api = new Scripted([null]);
		await undelivered(api, {}, { ...FOX, account: 'my new one' } as typeof FOX);
		expect(api.submitted).toEqual([]);
	});

	it('another account’s prediction is left alone, named, and picked up when that account is back', async () => {
		await undelivered(new Scripted([null]), {}, { ...FOX, account: 'mine' } as typeof FOX);
		const yours = playedRun(
			new Scripted(
				[state('id-2', 'created')],
				[refused('notFound', '404'), refused('notFound', '404'), 'succeeded'],
			),
		);
		await clock.until(clock.sleep(bounds.notFoundGraceMs));
		const [other] = await clock.until(yours.obtainAll([{ ...FOX, account: 'yours' }]));
		expect(other).toMatchObject({ value: { pickedUp: false, prediction: { id: 'id-2' } } });
		expect(yours.run.ledger.leftAlone()).toEqual([{ item: 0, predictionId: 'id-1' }]);
		yours.run.ledger.close(false);
		const mine = await undelivered(new Scripted([]), {}, { ...FOX, account: 'mine' } as typeof FOX);
		expect(mine).toMatchObject({ value: { pickedUp: true, prediction: { id: 'id-1' } } });
	});

	it('a host that cannot be reached is given up on after a few tries, with nothing submitted', async () => {
		const api = new Scripted([noResponse('ECONNREFUSED', false)]);
		expect(reasonOf(await undelivered(api))).toMatchObject({ kind: 'unreachable' });
		expect(api.submitted).toHaveLength(bounds.connectAttempts);
		await undelivered(new Scripted([null]), {});
	});

	it('a certificate that nobody trusts is not tried again', async () => {
		const api = new Scripted([noResponse('CERT_HAS_EXPIRED', false)]);
		expect(reasonOf(await undelivered(api))).toMatchObject({ kind: 'unreachable' });
		expect(api.submitted).toHaveLength(1);
	});

	it('a succeeded prediction without an address is asked for again, for half a minute', async () => {
		const empty = state('id-1', 'succeeded', []);
		const late = await undelivered(new Scripted([null], [empty, empty, 'succeeded']));
		expect(late).toMatchObject({ value: { prediction: { videoUrl: 'https://x.com/id-1' } } });
		const startedAt = clock.now();
		context = {};
		expect(reasonOf(await undelivered(new Scripted([null], [empty])))).toEqual({
			kind: 'noVideoAddress',
		});
		expect(clock.now() - startedAt).toBeLessThan(60_000);
		context = {};
		const atOnce = await undelivered(new Scripted([empty], ['succeeded']));
		expect(atOnce).toMatchObject({ value: { prediction: { videoUrl: 'https://x.com/id-1' } } });
	});

	it('a finished prediction whose address never came is not called unfinished at the timeout', async () => {
		const empty = state('id-1', 'succeeded', []);
		const api = new Scripted([null], [empty, unreadable()]);
		expect(reasonOf(await undelivered(api))).toEqual({ kind: 'noVideoAddress' });
	});

	it('a picture that is loaded only after the timeout is not sent, and no answer is missed', async () => {
		const api = new Scripted([null]);
		const played = playedRun(api, {}, { timeoutMs: 1000 });
		const order = played.order(0, { ...FOX, bytes: 1 });
		const load = async () => {
			await clock.sleep(1000 + bounds.graceMs);
			return await order.load();
		};
		const [result] = await clock.until(Promise.allSettled([played.obtain({ ...order, load })]));
		expect(reasonOf(result)).toMatchObject({ kind: 'heldBack' });
		expect(api.submitted).toEqual([]);
	});

	it.each([
		['401 stops every item of the account', refused('keyRefused', '401'), ['a', 'b'], 1],
		['403 stops the items of its model', refused('forbidden', '403'), ['a', 'a'], 1],
		['403 lets another model’s items go on', refused('forbidden', '403'), ['a', 'b'], 2],
		['400 is about one item', refused('badRequest', '400'), ['a', 'a'], 2],
	])('HTTP %s', async (_, refusal, models, submissions) => {
		const api = new Scripted([refusal]);
		const played = playedRun(api, {}, { maxConcurrentRequests: 1 });
		const results = await clock.until(
			played.obtainAll(models.map((model) => ({ prompt: 'fox', model }))),
		);
		expect(api.submitted).toHaveLength(submissions);
		const [, second] = results.map((result) => reasonOf(result).kind);
		expect(second).toBe(submissions === 1 ? 'notSentAfterRefusal' : 'refused');
	});

	it('cancelling ends every wait at once and starts no further request', async () => {
		const controller = new AbortController();
		// As n8n does with the execution's signal.
		setMaxListeners(Infinity, controller.signal);
		const api = new Scripted([null], ['running']);
		const played = playedRun(api, {}, { signal: controller.signal });
		const pictures = Array.from({ length: 100 }, () => ({ prompt: 'fox', bytes: 1e7 }));
		const all = played.obtainAll(pictures);
		await clock.until(clock.sleep(20_000));
		const { loads } = played;
		const [asked, submitted, now] = [api.asked.length, api.submitted.length, clock.now()];
		controller.abort();
		const results = await clock.until(all);
		expect(
			new Set(results.map((one) => one.status === 'rejected' && one.reason.constructor.name)),
		).toEqual(new Set(['Cancelled']));
		expect(clock.now() - now).toBeLessThan(1000);
		expect([api.asked.length, api.submitted.length, played.loads]).toEqual([
			asked,
			submitted,
			loads,
		]);
	});

	it('what is accepted or lost while cancelling is told', async () => {
		for (const [answer, kind] of [
			[state('id-1', 'created'), 'acceptedWhileCancelled'],
			[noResponse('CANCELLED'), 'responseLost'],
		] as const) {
			const controller = new AbortController();
			const api = new Scripted([answer]);
			const played = playedRun(api, {}, { signal: controller.signal });
			const [order] = [played.order(0, FOX)];
			const obtaining = Promise.allSettled([played.obtain(order)]);
			await new Promise((resolve) => setImmediate(resolve));
			controller.abort();
			await clock.until(obtaining);
			expect(played.events.map((event) => event.kind)).toContain(kind);
			context = {};
		}
	});

	describe('the timeout holds', () => {
		const DAY = 86_400_000;
		const TIMEOUT = 900_000;
		const end = TIMEOUT + bounds.graceMs;

		it.each([1, 40, 1000])('for %i items under a lasting 429', async (items) => {
			for (const retryAfterMs of [null, 2000, DAY]) {
				context = {};
				limiters.clear();
				const api = new Scripted([limited(retryAfterMs)]);
				const startedAt = clock.now();
				const results = await clock.until(
					playedRun(api).obtainAll(Array.from({ length: items }, () => FOX)),
				);
				expect(new Set(results.map((result) => JSON.stringify(reasonOf(result))))).toEqual(
					new Set([
						JSON.stringify({ kind: 'heldBack', waitedMs: TIMEOUT, limit: limited(retryAfterMs) }),
					]),
				);
				expect(clock.now() - startedAt).toBeLessThanOrEqual(end);
				// Nor is anybody hammered meanwhile.
				expect(api.submitted.length).toBeLessThan(10 + TIMEOUT / 10_000);
			}
		});

		it.each([1, 1000])('for %i items whose questions meet a lasting 429', async (items) => {
			for (const retryAfterMs of [null, DAY]) {
				context = {};
				limiters.clear();
				const api = new Scripted([null], [limited(retryAfterMs)]);
				const startedAt = clock.now();
				const results = await clock.until(
					playedRun(api).obtainAll(Array.from({ length: items }, () => FOX)),
				);
				const kinds = new Set(results.map((result) => reasonOf(result).kind));
				expect([...kinds].filter((kind) => kind !== 'heldBack')).toEqual(['timedOut']);
				expect(clock.now() - startedAt).toBeLessThanOrEqual(end);
			}
		});

		it('for a Retry-After of a day on a 503', async () => {
			const api = new Scripted([null], [unreadable(DAY)]);
			const startedAt = clock.now();
			const result = await undelivered(api);
			expect(reasonOf(result)).toMatchObject({ kind: 'timedOut', obstacle: unreadable(DAY) });
			expect(clock.now() - startedAt).toBeLessThanOrEqual(end);
		});

		it('for a question that nobody waits with', async () => {
			await undelivered(new Scripted([null]));
			for (const answer of [limited(DAY), unreadable(DAY), limited()]) {
				const startedAt = clock.now();
				const played = playedRun(new Scripted([], [answer]));
				await clock.until(played.obtainAll([FOX], 'accepted'));
				played.run.ledger.close(false);
				expect(clock.now() - startedAt).toBeLessThanOrEqual(end);
			}
		});

		it('for 1000 pictures under a lasting 429, of which few are loaded', async () => {
			const played = playedRun(new Scripted([limited()]));
			const startedAt = clock.now();
			const pictures = Array.from({ length: 1000 }, () => ({ prompt: 'fox', bytes: 4e6 }));
			const results = await clock.until(played.obtainAll(pictures));
			expect(new Set(results.map((result) => reasonOf(result).kind))).toEqual(
				new Set(['heldBack']),
			);
			expect(clock.now() - startedAt).toBeLessThanOrEqual(end);
			expect(played.loads).toBeLessThan(100);
		});
	});
});
