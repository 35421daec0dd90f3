// Polls a prediction: to its end, until its state is read, or once. Polling is harmless, so nearly every fault is forgiven.
import { hasVideoOrEnded, type Prediction } from '../gptproto/prediction';
import { bounds } from './bounds';
import { throwIfCancelled } from './cancellation';
import { HeldBack } from './limiter';
import { PredictionFailure, type Reason } from './reason';
import { backoffMs, isFinalRefusal, type Obstacle, type Outcome } from './retry';
import { type Account, deadlineOf, type Run, type Timing } from './run';
import { pauseBeforeNextPoll } from './schedule';

/** `ended`: a video, or an end without one. `read`: its state, whatever it is. `once`: the same, from the first response. */
export type Until = 'ended' | 'read' | 'once';

export interface PollOptions {
	readonly account: Account;
	readonly timing: Timing;
	/** When it was accepted, on the clock's scale; null where it is not this execution's. */
	readonly acceptedAt: number | null;
}

/**
 * Polls once, when the account's turn has come.
 *
 * @param deadline of the turn; the response is cut off at `end`. Both on the clock's scale
 * @throws Cancelled
 */
async function pollOnce(
	run: Run,
	predictionId: string,
	{ transport, session }: Account,
	deadline: number,
	end: number,
	onSent: () => void,
): Promise<Outcome | HeldBack> {
	const send = async () => {
		throwIfCancelled(run);
		onSent();
		return await transport.result(predictionId, Math.min(bounds.resultMs, end - run.clock.now()));
	};
	const outcome = await session.request('poll', deadline, send).catch((fault: unknown) => {
		if (fault instanceof HeldBack) return fault;
		throw fault;
	});
	throwIfCancelled(run);
	return outcome;
}

function retryAfterOf(obstacle: Obstacle | null): number {
	return (obstacle && 'retryAfterMs' in obstacle && obstacle.retryAfterMs) || 0;
}

/**
 * Polls a prediction.
 *
 * @returns the prediction; until `ended` one that has a video's address or has ended without a video
 * @throws PredictionFailure where GPTProto refuses the poll, at the timeout after one last poll, and, where only the state
 * is wanted, when that could not be read within a minute
 * @throws Cancelled
 */
export async function poll(
	run: Run,
	predictionId: string,
	{ account, timing, acceptedAt }: PollOptions,
	until: Until,
): Promise<Prediction> {
	const { clock } = run;
	const { pollingIntervalMs } = timing;
	const waits = until === 'ended';
	const patience = () =>
		Math.min(deadlineOf(timing), waits ? Infinity : clock.now() + bounds.readMs);
	const waitingSince = acceptedAt ?? clock.now();
	let deadline = patience();
	let status: string | undefined;
	let obstacle: Obstacle | null = null;
	let faultsInARow = 0;
	let refusedSince: number | null = null;
	let addressMissingSince: number | null = null;
	let lastPollAt = waitingSince;
	let dueAt = waitingSince;
	if (waits && acceptedAt !== null) dueAt += pauseBeforeNextPoll(pollingIntervalMs, 0);

	const failed = (reason: Reason) => new PredictionFailure(reason, { predictionId, status });
	const gaveUp = () => {
		if (!waits) {
			const pauseMs = retryAfterOf(obstacle);
			const isTooLong = clock.now() + pauseMs >= deadline;
			return failed({ kind: 'stateUnknown', obstacle, pauseMs: isTooLong ? pauseMs : 0 });
		}
		if (addressMissingSince !== null) return failed({ kind: 'noVideoAddress' });
		return failed({ kind: 'timedOut', waitedMs: clock.now() - timing.startedAt, obstacle });
	};

	for (;;) {
		await clock.sleep(Math.min(dueAt, deadline) - clock.now(), run.signal);
		const isLast = clock.now() >= deadline;
		const end = deadline + bounds.graceMs;
		// The last poll has a moment to be let through and to bring its response.
		const turn = isLast ? Math.min(clock.now() + bounds.graceMs / 2, end) : deadline;
		const onSent = () => (lastPollAt = clock.now());
		const outcome = await pollOnce(run, predictionId, account, turn, end, onSent);
		const now = clock.now();
		if (outcome instanceof HeldBack) {
			obstacle ??= outcome.limit;
			// Where nobody waits, its turn among many others may still come.
			if (waits || outcome.limit || now >= deadlineOf(timing)) throw gaveUp();
			deadline = patience();
			continue;
		}
		if (outcome.kind === 'prediction') {
			const { prediction } = outcome;
			if (!waits || hasVideoOrEnded(prediction)) return prediction;
			({ status } = prediction);
			obstacle = refusedSince = null;
			faultsInARow = 0;
			if (prediction.state === 'succeeded') {
				addressMissingSince ??= now;
				if (now - addressMissingSince >= bounds.addressGraceMs) throw gaveUp();
			}
		} else {
			if (outcome.kind === 'rateLimited') run.report({ kind: 'rateLimited', limit: outcome });
			obstacle = outcome;
			refusedSince = outcome.kind === 'refused' ? (refusedSince ?? now) : null;
			const sinceAcceptedMs = acceptedAt === null ? null : now - acceptedAt;
			if (isFinalRefusal(outcome, sinceAcceptedMs, now - (refusedSince ?? now))) {
				throw failed({ kind: 'refused', what: 'result', refusal: outcome });
			}
			// A 429 is the limiter's affair.
			if (outcome.kind !== 'rateLimited') faultsInARow++;
		}
		const askedMs = Math.min(retryAfterOf(obstacle), bounds.longestPauseMs);
		const waitedMs = Math.max(lastPollAt - waitingSince, 1);
		const pauseMs = waits ? pauseBeforeNextPoll(pollingIntervalMs, waitedMs) : 0;
		const longest = Math.max(3 * pollingIntervalMs, bounds.backoffBaseMs);
		const backoff = faultsInARow > 0 ? Math.min(backoffMs(faultsInARow, run.random()), longest) : 0;
		dueAt = Math.max(lastPollAt + pauseMs, now + Math.max(backoff, askedMs));
		if (isLast || until === 'once' || (!waits && dueAt >= deadline)) throw gaveUp();
	}
}
