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
import {
	backoffMs,
	judgeSubmission,
	meetsEveryItem,
	type Outcome,
	type SubmissionVerdict,
} from './retry';
import { type Run, throwIfCancelled } from './run';

/** Sends only while the run goes on and GPTProto may admit more; null says that it was not sent. */
async function send(run: Run, request: SubmissionRequest): Promise<Outcome | null> {
	return await run.pace.request(async () => {
		if (run.signal?.aborted || run.refusedForAll || !run.admission.stillFits()) return null;
		const outcome = await run.transport.submit(request);
		// Still inside the turn, so that whoever is next knows already.
		if (meetsEveryItem(outcome)) {
			run.refusedForAll ??= new ItemFailure(refusalFacts(outcome, 'the submission'));
		}
		return outcome;
	}, true);
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
		const judged = await attempt(run, itemIndex, request, line, limited ? timeoutMs : Infinity);
		switch (judged.verdict) {
			case 'accepted':
				return judged.prediction;
			case 'limited':
				limited = true;
				break;
			case 'notConnected':
				if (++unconnected >= limits.connectAttempts) {
					throw new ItemFailure(unreachableFacts(judged.outcome.code));
				}
				await run.clock.sleep(backoffMs(unconnected, run.random()), run.signal);
				break;
			case 'refused':
				throw new ItemFailure(
					judged.outcome.kind === 'refused'
						? refusalFacts(judged.outcome, 'the submission')
						: unreachableFacts(judged.outcome.code),
				);
			case 'unknown': {
				const { outcome } = judged;
				throw new ItemFailure({
					...lostAnswerFacts(obstacle(outcome)),
					httpCode: outcome.kind === 'unreadable' ? outcome.httpCode : undefined,
				});
			}
		}
		throwIfCancelled(run);
	}
}

/**
 * One try of a submission that the run's admission has let in.
 *
 * @param patienceMs how long the run may have gone without progress
 */
async function attempt(
	run: Run,
	itemIndex: number,
	request: SubmissionRequest,
	line: LedgerLine,
	patienceMs: number,
): Promise<SubmissionVerdict> {
	let left: 'accepted' | 'limited' | 'otherwise' = 'otherwise';
	try {
		const waitedMs = run.clock.now() - run.admission.progressAt();
		if (waitedMs >= patienceMs) {
			run.admission.giveUp();
			throw new ItemFailure(rateLimitedFacts(waitedMs));
		}
		const outcome = await send(run, request);
		if (outcome === null) return notSent(run);
		const judged = judgeSubmission(outcome);
		if (judged.verdict === 'accepted') {
			left = 'accepted';
			const { id } = judged.prediction;
			line.recordAccepted(id);
			run.note(`Prediction ${id} was accepted [Item ${itemIndex}]`);
			run.rendering.set(itemIndex, id);
			if (run.signal?.aborted)
				run.warn(`Prediction ${id} was accepted while the run was cancelled`);
		} else if (judged.verdict === 'limited') {
			left = 'limited';
		} else if (judged.verdict === 'unknown') {
			const reason = obstacle(judged.outcome);
			line.recordLost(reason);
			if (run.signal?.aborted) {
				run.warn(`The answer to a submission was lost while the run was cancelled: ${reason}`);
			}
		}
		return judged;
	} finally {
		run.admission.left(left);
	}
}

/** A submission that was not sent: cancelled, refused for all, or better tried again when others have ended. */
function notSent(run: Run): SubmissionVerdict {
	throwIfCancelled(run);
	if (!run.refusedForAll) return { verdict: 'limited' };
	throw run.refusedForAll.with({
		description: `${run.refusedForAll.facts.description} After that answer nothing further was submitted.`,
	});
}
