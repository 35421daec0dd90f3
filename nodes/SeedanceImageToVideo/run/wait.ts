// Asks for a result until it has ended or the time is up. Asking is harmless, so nearly every fault is forgiven.
import type { EndedPrediction, Prediction, SucceededPrediction } from '../api/prediction';
import { inWords, ItemFailure, obstacle, refusalFacts } from './failure';
import { limits } from './limits';
import { backoffMs, judgeResult, meetsEveryItem, type Outcome, type Refused } from './retry';
import { type Run, throwIfCancelled } from './run';
import { pauseBeforeNextQuestion } from './schedule';

export interface WaitOptions {
	readonly pollingIntervalMs: number;
	readonly timeoutMs: number;
	/** When this run's own submission was accepted, on the clock's scale; null for any other prediction. */
	readonly acceptedAt: number | null;
}

/** Asks once. @throws Cancelled */
async function ask(run: Run, predictionId: string): Promise<Outcome> {
	const outcome = await run.pace.request(async () => {
		if (run.signal?.aborted) return null;
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
	{ pollingIntervalMs, timeoutMs, acceptedAt }: WaitOptions,
): Promise<SucceededPrediction | EndedPrediction> {
	const { clock, random } = run;
	const startedAt = acceptedAt ?? clock.now();
	const deadline = startedAt + timeoutMs;
	let lastStatus: string | undefined;
	let lastObstacle = '';
	let faults = 0;
	let pause = acceptedAt === null ? 0 : pauseBeforeNextQuestion({ pollingIntervalMs }, 0, random());
	for (;;) {
		const now = clock.now();
		const isLastQuestion = now + pause >= deadline;
		await clock.sleep(Math.max(0, Math.min(pause, deadline - now)), run.signal);
		throwIfCancelled(run);
		const outcome = await ask(run, predictionId);
		const sinceSubmission = acceptedAt === null ? null : clock.now() - acceptedAt;
		const judged = judgeResult(outcome, sinceSubmission);
		switch (judged.verdict) {
			case 'answered':
				faults = 0;
				lastStatus = judged.prediction.status;
				if (judged.prediction.state !== 'working') return judged.prediction;
				break;
			case 'refused':
				throw refusal(predictionId, judged.outcome);
			case 'askAgain':
				lastObstacle = obstacle(judged.outcome);
				if (outcome.kind !== 'rateLimited') faults++;
				break;
		}
		if (isLastQuestion) {
			throw new ItemFailure({
				message: `Prediction ${predictionId} had not ended after ${inWords(clock.now() - startedAt)}`,
				description: `Its last known status is "${lastStatus ?? 'unknown'}"${faults > 0 ? ` (the last answer: ${lastObstacle})` : ''}. It goes on at GPTProto and is paid for: use Get Result with this prediction ID, or raise 'Timeout (Minutes)' and run "Retry execution".`,
				origin: 'service',
				predictionId,
				status: lastStatus,
				cause: 'temporarily-unavailable',
			});
		}
		pause = Math.max(
			pauseBeforeNextQuestion({ pollingIntervalMs }, clock.now() - startedAt, random()),
			faults > 0 ? Math.min(backoffMs(faults, random()), 3 * pollingIntervalMs) : 0,
			retryAfterOf(outcome),
		);
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
