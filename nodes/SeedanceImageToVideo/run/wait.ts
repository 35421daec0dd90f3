// Asks for a result until it has ended or the time is up. Asking is harmless, so nearly every fault is forgiven.
import type { EndedPrediction, Prediction, SucceededPrediction } from '../api/prediction';
import { inWords, ItemFailure, obstacle, refusalFacts } from './failure';
import { limits } from './limits';
import { NOTHING_KNOWN, type Watch } from './renderTimes';
import { backoffMs, judgeResult, meetsEveryItem, type Outcome, type Refused } from './retry';
import { type Run, throwIfCancelled } from './run';
import { pauseBeforeNextQuestion } from './schedule';

export interface WaitOptions {
	readonly pollingIntervalMs: number;
	readonly timeoutMs: number;
	/** When this run's own submission was accepted, on the clock's scale; null for any other prediction. */
	readonly acceptedAt: number | null;
	/** What decides how long a render takes: predictions of one kind learn from each other. */
	readonly kind?: string;
}

/** A pause is thought over so often, as a share of the polling interval: others may have ended meanwhile. */
const SECOND_THOUGHT = 0.25;

/**
 * Asks once.
 *
 * @param onSent called when the question leaves, after it has had its turn
 * @throws Cancelled
 */
async function ask(run: Run, predictionId: string, onSent?: () => void): Promise<Outcome> {
	const outcome = await run.pace.request(async () => {
		if (run.signal?.aborted) return null;
		onSent?.();
		const answer = await run.transport.result(predictionId);
		if (meetsEveryItem(answer)) {
			run.refusedForAll ??= new ItemFailure(refusalFacts(answer, 'the question for a result'));
		}
		return answer;
	});
	throwIfCancelled(run);
	return outcome ?? { kind: 'noAnswer', code: 'UNKNOWN', message: '' };
}

function refusal(predictionId: string, outcome: Refused): ItemFailure {
	return new ItemFailure({ ...refusalFacts(outcome, `prediction ${predictionId}`), predictionId });
}

function retryAfterOf(outcome: Outcome): number {
	return outcome.kind === 'unreadable' || outcome.kind === 'rateLimited'
		? (outcome.retryAfterMs ?? 0)
		: 0;
}

/**
 * Waits for a prediction's end.
 *
 * @returns the prediction, succeeded or ended without a video
 * @throws ItemFailure at the timeout, after one last question, and where GPTProto refuses to answer
 * @throws Cancelled
 */
export async function waitForEnd(
	run: Run,
	predictionId: string,
	options: WaitOptions,
): Promise<SucceededPrediction | EndedPrediction> {
	const { acceptedAt, kind } = options;
	// Of a prediction that was not submitted just now nobody knows the age.
	const watch = acceptedAt === null || kind === undefined ? null : run.renderTimes.watch(kind);
	try {
		return await askUntilEnd(run, predictionId, options, watch);
	} finally {
		watch?.leave();
	}
}

async function askUntilEnd(
	run: Run,
	predictionId: string,
	{ pollingIntervalMs, timeoutMs, acceptedAt }: WaitOptions,
	watch: Watch | null,
): Promise<SucceededPrediction | EndedPrediction> {
	const { clock } = run;
	const startedAt = acceptedAt ?? clock.now();
	const deadline = startedAt + timeoutMs;
	let lastStatus: string | undefined;
	let lastObstacle = '';
	let faults = 0;
	let askedAt = startedAt;
	let notBefore = startedAt;

	/** Sleeps until the next question is due by what is known then, at the latest until the deadline. */
	async function pause(): Promise<void> {
		const random = run.random();
		for (let slice = pollingIntervalMs; ; slice = pollingIntervalMs * SECOND_THOUGHT) {
			const known = watch?.known() ?? NOTHING_KNOWN;
			const waitedMs = askedAt - startedAt;
			const pauseMs = pauseBeforeNextQuestion({ pollingIntervalMs }, waitedMs, random, known);
			const now = clock.now();
			const earliest = Math.max(askedAt + pauseMs, notBefore, run.pace.pausedUntil());
			const due = Math.min(deadline, earliest);
			if (now >= due) return;
			await clock.sleep(watch ? Math.min(due - now, slice) : due - now, run.signal);
			throwIfCancelled(run);
		}
	}

	function timedOut(): ItemFailure {
		const answered = lastObstacle === '' ? '' : ` (the last answer: ${lastObstacle})`;
		return new ItemFailure({
			message: `Prediction ${predictionId} had not ended after ${inWords(clock.now() - startedAt)}`,
			description: `Its last known status is "${lastStatus ?? 'unknown'}"${answered}. It goes on at GPTProto and is paid for: use Get Result with this prediction ID, or raise 'Timeout (Minutes)' and run "Retry execution".`,
			origin: 'service',
			predictionId,
			status: lastStatus,
			cause: 'temporarily-unavailable',
		});
	}

	for (let isFirst = true; ; isFirst = false) {
		if (!isFirst || acceptedAt !== null) await pause();
		const isLastQuestion = clock.now() >= deadline;
		const heldUpMs = run.pace.pausedUntil() - clock.now();
		if (isLastQuestion && heldUpMs > limits.lastQuestionPatienceMs) throw timedOut();
		const outcome = await ask(run, predictionId, () => (askedAt = clock.now()));
		const answeredAt = clock.now();
		const sinceSubmission = acceptedAt === null ? null : answeredAt - acceptedAt;
		const judged = judgeResult(outcome, sinceSubmission);
		switch (judged.verdict) {
			case 'answered':
				faults = 0;
				lastObstacle = '';
				lastStatus = judged.prediction.status;
				if (judged.prediction.state === 'succeeded') watch?.succeeded(answeredAt - startedAt);
				if (judged.prediction.state !== 'working') return judged.prediction;
				watch?.stillWorking(askedAt - startedAt);
				break;
			case 'refused':
				throw refusal(predictionId, judged.outcome);
			case 'askAgain':
				lastObstacle = obstacle(judged.outcome);
				if (outcome.kind !== 'rateLimited') faults++;
				break;
		}
		if (isLastQuestion) throw timedOut();
		const backoff =
			faults > 0 ? Math.min(backoffMs(faults, run.random()), 3 * pollingIntervalMs) : 0;
		notBefore = answeredAt + Math.max(backoff, retryAfterOf(outcome));
	}
}

/**
 * Asks for a prediction's present state, which may be any.
 *
 * @throws ItemFailure where GPTProto refuses to answer, or gives none to several tries
 * @throws Cancelled
 */
export async function askForState(
	run: Run,
	predictionId: string,
	timeoutMs: number,
): Promise<Prediction> {
	const startedAt = run.clock.now();
	for (let faults = 0; ;) {
		const judged = judgeResult(await ask(run, predictionId), null);
		if (judged.verdict === 'answered') return judged.prediction;
		if (judged.verdict === 'refused') throw refusal(predictionId, judged.outcome);
		const { outcome } = judged;
		// A rate limit is no fault: the run's pace has paused for it already.
		const isOver =
			outcome.kind === 'rateLimited'
				? run.clock.now() - startedAt >= timeoutMs
				: ++faults >= limits.questionAttempts;
		if (isOver) {
			throw new ItemFailure({
				message: `The state of prediction ${predictionId} could not be read`,
				description: `The last try brought: ${obstacle(outcome)}. The prediction itself is not touched by this; run the workflow again in a while.`,
				origin: 'service',
				httpCode: outcome.kind === 'unreadable' ? outcome.httpCode : undefined,
				predictionId,
				cause: outcome.kind === 'rateLimited' ? 'rate-limited' : 'temporarily-unavailable',
			});
		}
		if (faults > 0) {
			await run.clock.sleep(
				Math.max(backoffMs(faults, run.random()), retryAfterOf(outcome)),
				run.signal,
			);
		}
	}
}
