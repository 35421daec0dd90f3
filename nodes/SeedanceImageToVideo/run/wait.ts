// Asks for a result until it has ended or the time is up. Asking is harmless, so nearly every fault is forgiven.
import type { EndedPrediction, Prediction, SucceededPrediction } from '../api/prediction';
import { inWords, ItemFailure, obstacle, refusalFacts } from './failure';
import { limits } from './limits';
import { backoffMs, judgeResult, meetsEveryItem, type Outcome } from './retry';
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
	const outcome = await run.pace.request(async () =>
		run.signal?.aborted ? null : await run.transport.result(predictionId),
	);
	throwIfCancelled(run);
	return outcome ?? { kind: 'noAnswer', code: 'UNKNOWN', message: '' };
}

function refused(run: Run, predictionId: string, outcome: Outcome): ItemFailure {
	const facts =
		outcome.kind === 'refused' ? refusalFacts(outcome, `prediction ${predictionId}`) : null;
	const failure = new ItemFailure({
		...(facts ?? { message: '', description: '', origin: 'service' }),
		predictionId,
	});
	if (meetsEveryItem(outcome)) run.refusedForAll ??= failure;
	return failure;
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
		switch (judgeResult(outcome, sinceSubmission)) {
			case 'answered':
				if (outcome.kind !== 'prediction') break;
				faults = 0;
				lastStatus = outcome.prediction.status;
				if (outcome.prediction.state !== 'working') return outcome.prediction;
				break;
			case 'refused':
				throw refused(run, predictionId, outcome);
			case 'askAgain':
				if (outcome.kind !== 'prediction') lastObstacle = obstacle(outcome);
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
		const outcome = await ask(run, predictionId);
		if (outcome.kind === 'prediction') return outcome.prediction;
		if (judgeResult(outcome, null) === 'refused') throw refused(run, predictionId, outcome);
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
