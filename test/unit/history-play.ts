// Plays a random history on the product's own flow, with a clock that makes nobody wait, beside a model of what was paid for;
// takes notes of what must not happen.
import { bounds } from '../../nodes/SeedanceImageToVideo/prediction/bounds';
import type { Limiter } from '../../nodes/SeedanceImageToVideo/prediction/limiter';
import { PredictionFailure } from '../../nodes/SeedanceImageToVideo/prediction/reason';
import { isFinalRefusal, type Outcome } from '../../nodes/SeedanceImageToVideo/prediction/retry';
import { pauseBeforeNextPoll } from '../../nodes/SeedanceImageToVideo/prediction/schedule';
import { FakeClock } from './fake-clock';
import {
	type Api,
	noResponse,
	type PlayedRequest,
	PlayedRun,
	state,
	unreadable,
} from './played-run';
import { type History, type Key, ownerOf, type Try } from './random-history';

const TOLERANCE_MS = 1;

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
export class Play implements Api {
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
			? this.history.foreign
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
			prediction.disowned ||=
				outcome.kind === 'refused' && ['notFound', 'forbidden'].includes(outcome.ground);
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
						if (own && ownerOf(own.key) !== ownerOf(key)) {
							this.violations.push(`${own.id} went to another account`);
						}
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
