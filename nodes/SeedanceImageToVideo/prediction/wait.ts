// Asks for a result: once, or until it has ended or the time is up. Asking is harmless, so nearly every fault is forgiven.
import type { Prediction } from '../gptproto/prediction';
import { bounds } from './bounds';
import { Cancelled, HeldBack } from './limiter';
import { PredictionFailure } from './reason';
import { backoffMs, isFinalRefusal, type Obstacle, type Outcome } from './retry';
import type { Account, Run } from './run';
import { pauseBeforeNextPoll } from './schedule';

export interface WaitOptions {
	readonly account: Account;
	readonly pollingIntervalMs: number;
	/** When the item began, and how long it may take; on the clock's scale. */
	readonly startedAt: number;
	readonly timeoutMs: number;
	/** When it was accepted, on the clock's scale; null where it is not this execution's. */
	readonly acceptedAt: number | null;
}

/** @throws Cancelled */
export function throwIfCancelled({ signal }: Pick<Run, 'signal'>): void {
	if (signal?.aborted) throw new Cancelled();
}

/**
 * Asks one question when it may be sent, and cuts the answer off at `end`; both on the clock's scale.
 *
 * @returns null where it was not let through before the deadline
 * @throws Cancelled
 */
export async function askOnce(
	run: Run,
	predictionId: string,
	{ transport, session }: Account,
	deadline: number,
	end: number = deadline + bounds.graceMs,
	onSent: () => void = () => undefined,
): Promise<Outcome | null> {
	const question = session.request('poll', deadline, async () => {
		throwIfCancelled(run);
		onSent();
		const remainingMs = end - run.clock.now();
		return await transport.result(predictionId, Math.min(bounds.resultMs, remainingMs));
	});
	const outcome = await question.catch((fault: unknown) => {
		if (fault instanceof HeldBack) return null;
		throw fault;
	});
	throwIfCancelled(run);
	return outcome;
}

function retryAfterOf(outcome: Outcome): number {
	const retryAfterMs = 'retryAfterMs' in outcome ? outcome.retryAfterMs : null;
	return Math.min(retryAfterMs ?? 0, bounds.longestPauseMs);
}

/**
 * Waits for a prediction's end.
 *
 * @returns the prediction: succeeded, with an address, or ended without a video
 * @throws PredictionFailure at the timeout, after one last question, and where GPTProto refuses to answer
 * @throws Cancelled
 */
export async function waitForEnd(
	run: Run,
	predictionId: string,
	options: WaitOptions,
): Promise<Prediction> {
	const { account, pollingIntervalMs, startedAt, timeoutMs, acceptedAt } = options;
	const { clock } = run;
	const deadline = startedAt + timeoutMs;
	const end = deadline + bounds.graceMs;
	const waitingSince = acceptedAt ?? clock.now();
	let status: string | undefined;
	let obstacle: Obstacle | null = null;
	let faults = 0;
	let lastPollAt = waitingSince;
	let notBefore = waitingSince;
	let addressMissingSince: number | null = null;

	const fail = (reason: PredictionFailure['reason']) =>
		new PredictionFailure(reason, { predictionId, status });
	const timedOut = () =>
		fail(
			addressMissingSince === null
				? { kind: 'timedOut', waitedMs: clock.now() - startedAt, obstacle }
				: { kind: 'noVideoAddress' },
		);

	for (let isFirst = true; ; isFirst = false) {
		if (!isFirst || acceptedAt !== null) {
			const waitedMs = isFirst ? 0 : Math.max(lastPollAt - waitingSince, 1);
			const pauseMs = pauseBeforeNextPoll(pollingIntervalMs, waitedMs);
			const dueAt = Math.max(lastPollAt + pauseMs, notBefore);
			await clock.sleep(Math.min(dueAt, deadline) - clock.now(), run.signal);
		}
		const isLast = clock.now() >= deadline;
		// The last question has a moment to be let through and answered.
		const outcome = await askOnce(
			run,
			predictionId,
			account,
			isLast ? Math.min(clock.now() + bounds.graceMs / 2, end) : deadline,
			end,
			() => (lastPollAt = clock.now()),
		);
		if (outcome === null) throw timedOut();
		const now = clock.now();
		if (outcome.kind === 'prediction') {
			const { prediction } = outcome;
			({ status } = prediction);
			obstacle = null;
			faults = 0;
			if (prediction.state === 'ended') return prediction;
			if (prediction.state === 'succeeded') {
				if (prediction.videoUrl !== null) return prediction;
				addressMissingSince ??= now;
				const isOver = isLast || now - addressMissingSince >= bounds.addressGraceMs;
				if (isOver) throw fail({ kind: 'noVideoAddress' });
			}
		} else {
			const sinceAcceptedMs = acceptedAt === null ? null : now - acceptedAt;
			if (isFinalRefusal(outcome, sinceAcceptedMs)) {
				throw fail({ kind: 'refused', what: 'result', refusal: outcome });
			}
			obstacle = outcome;
			// A 429 is the limiter's affair.
			if (outcome.kind !== 'rateLimited') faults++;
		}
		if (isLast) throw timedOut();
		const longest = Math.max(3 * pollingIntervalMs, bounds.backoffBaseMs);
		const backoff = faults > 0 ? Math.min(backoffMs(faults, run.random()), longest) : 0;
		notBefore = now + Math.max(backoff, retryAfterOf(outcome));
	}
}

/**
 * Asks for a prediction's present state, which may be any; gives up at the timeout, whatever answers.
 *
 * @throws PredictionFailure where GPTProto refuses to answer, or gives none to several tries
 * @throws Cancelled
 */
export async function askForState(
	run: Run,
	predictionId: string,
	{ account, startedAt, timeoutMs, acceptedAt }: WaitOptions,
): Promise<Prediction> {
	const deadline = startedAt + timeoutMs;
	let obstacle: Obstacle | null = null;
	for (let faults = 0; faults < bounds.pollAttempts;) {
		const outcome = await askOnce(run, predictionId, account, deadline);
		if (outcome === null) break;
		if (outcome.kind === 'prediction') return outcome.prediction;
		if (isFinalRefusal(outcome, acceptedAt === null ? null : run.clock.now() - acceptedAt)) {
			throw new PredictionFailure(
				{ kind: 'refused', what: 'result', refusal: outcome },
				{ predictionId },
			);
		}
		obstacle = outcome;
		if (outcome.kind === 'rateLimited') continue;
		const pauseMs = Math.max(backoffMs(++faults, run.random()), retryAfterOf(outcome));
		const remainingMs = deadline - run.clock.now();
		if (faults >= bounds.pollAttempts || remainingMs <= 0) break;
		await run.clock.sleep(Math.min(pauseMs, remainingMs), run.signal);
	}
	throw new PredictionFailure({ kind: 'stateUnknown', obstacle }, { predictionId });
}
