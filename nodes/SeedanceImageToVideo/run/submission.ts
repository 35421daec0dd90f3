// Brings one request to GPTProto exactly once, or says why not.
import type { Prediction } from '../api/prediction';
import type { SubmissionRequest } from '../api/request';
import {
	ItemFailure,
	lostAnswerFacts,
	obstacle,
	rateLimitedFacts,
	refusalFacts,
	unreachableFacts,
} from './failure';
import type { LedgerLine } from './ledger';
import { limits } from './limits';
import { backoffMs, judgeSubmission, meetsEveryItem, type Outcome } from './retry';
import { type Run, throwIfCancelled } from './run';

/** Sends only while the run goes on; null says that it did not. */
async function send(run: Run, request: SubmissionRequest): Promise<Outcome | null> {
	return await run.pace.request(async () =>
		run.signal?.aborted || run.refusedForAll ? null : await run.transport.submit(request),
	);
}

function throwIfRefusedForAll(run: Run): void {
	if (!run.refusedForAll) return;
	throw run.refusedForAll.with({
		description: `${run.refusedForAll.facts.description} After that answer nothing further was submitted.`,
	});
}

/**
 * Submits a request, waiting while GPTProto admits nothing more.
 *
 * @param timeoutMs how long GPTProto may admit nothing of the whole run before the item is given up
 * @returns the accepted prediction, written in the ledger by then
 * @throws ItemFailure where nothing was accepted, or where that cannot be known
 */
export async function submitOnce(
	run: Run,
	itemIndex: number,
	request: SubmissionRequest,
	line: LedgerLine,
	timeoutMs: number,
): Promise<Prediction> {
	const lost = line.lost();
	if (lost !== null) throw new ItemFailure(lostAnswerFacts(lost));
	let limited = false;
	for (let unconnected = 0; ;) {
		await run.admission.enter();
		let left: 'accepted' | 'limited' | 'otherwise' = 'otherwise';
		let outcome: Outcome | null = null;
		try {
			const waitedMs = run.clock.now() - run.admission.progressAt();
			if (limited && waitedMs >= timeoutMs) {
				run.admission.giveUp();
				throw new ItemFailure(rateLimitedFacts(waitedMs));
			}
			outcome = await send(run, request);
			if (outcome?.kind === 'prediction') left = 'accepted';
			else if (outcome?.kind === 'rateLimited') left = 'limited';
		} finally {
			if (outcome?.kind === 'prediction') {
				line.recordAccepted(outcome.prediction.id);
				run.rendering.set(itemIndex, outcome.prediction.id);
			}
			run.admission.left(left);
		}
		if (outcome === null) {
			throwIfCancelled(run);
			throwIfRefusedForAll(run);
			throw new ItemFailure(unreachableFacts({ kind: 'noAnswer', code: 'UNKNOWN', message: '' }));
		}
		switch (judgeSubmission(outcome)) {
			case 'accepted':
				if (outcome.kind !== 'prediction') break;
				if (run.signal?.aborted) {
					run.warn(`Prediction ${outcome.prediction.id} was accepted while the run was cancelled`);
				}
				return outcome.prediction;
			case 'sendAgain':
				if (outcome.kind === 'rateLimited') {
					limited = true;
				} else if (++unconnected < limits.connectAttempts) {
					await run.clock.sleep(backoffMs(unconnected, run.random()), run.signal);
				} else {
					throw new ItemFailure(unreachableFacts(outcome));
				}
				throwIfCancelled(run);
				break;
			case 'refused': {
				const failure = new ItemFailure(
					outcome.kind === 'refused'
						? refusalFacts(outcome, 'the submission')
						: unreachableFacts(outcome),
				);
				if (meetsEveryItem(outcome)) run.refusedForAll ??= failure;
				throw failure;
			}
			case 'unknown': {
				const reason = outcome.kind === 'prediction' ? '' : obstacle(outcome);
				line.recordLost(reason);
				if (run.signal?.aborted) {
					run.warn(`A submission's answer was lost while the run was cancelled: ${reason}`);
				}
				throw new ItemFailure({
					...lostAnswerFacts(reason),
					httpCode: outcome.kind === 'unreadable' ? outcome.httpCode : undefined,
				});
			}
		}
	}
}
