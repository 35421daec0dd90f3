// The life of one prediction: pick up what an earlier try has paid for, else submit once; wait for its end; submit anew
// only what ended without a video. Submit and Submit and Wait are this one flow, to a different point.
import { hasVideoOrEnded, type Prediction, unreadPrediction } from '../gptproto/prediction';
import type { FrameSize } from '../gptproto/reference';
import type { AcceptedEntry } from './ledger-entry';
import { poll } from './poll';
import { PredictionFailure } from './reason';
import type { Run } from './run';
import { type Order, submitOnce, withRequest } from './submission';

export interface Obtained {
	readonly prediction: Prediction;
	/** As it was submitted. */
	readonly model: string;
	readonly frame: FrameSize | null;
	/** Whether an earlier try had paid for it. */
	readonly pickedUp: boolean;
}

type Until = 'accepted' | 'ended';

/**
 * Brings an item to its prediction.
 *
 * @param until `accepted`: any state will do; `ended`: waits for the end
 * @throws PredictionFailure where there is none, or where nobody can know
 * @throws Cancelled
 */
export async function obtainPrediction(run: Run, order: Order, until: Until): Promise<Obtained> {
	const { record } = order;
	for (let isAnother = false; ; isAnother = true) {
		await adoptEarlier(run, order);
		const earlier = record.entry;
		if (earlier?.state === 'lost') {
			throw new PredictionFailure({ kind: 'responseLost', obstacle: earlier.reason });
		}
		if (!earlier && isAnother) order.allowAnother();
		const { entry, prediction: told } = earlier
			? { entry: earlier, prediction: null }
			: await submitOnce(run, order);
		const { model, frame } = entry;
		// An end in the response to a submission may be the request's own: a poll tells.
		const isEnough =
			told && (until === 'accepted' || (hasVideoOrEnded(told) && told.state !== 'ended'));
		const prediction = isEnough ? told : await follow(run, order, entry, until);
		if (prediction?.state === 'ended') record.remove();
		// What an earlier try paid for brought no video, or is another account's: the next one, or else this try submits.
		if (prediction && (prediction.state !== 'ended' || record.isNew)) {
			return { prediction, model, frame, pickedUp: !record.isNew };
		}
	}
}

/** Takes over what an earlier round of a loop has left of the same request. */
export async function adoptEarlier(run: Run, order: Order): Promise<void> {
	const { record } = order;
	if (!record.needsRequest()) return;
	await withRequest(run, order, Infinity, async (_, hash) => record.adopt(hash));
}

/**
 * Polls a prediction that is in the ledger, and writes there whether GPTProto knows it.
 *
 * @returns null where it belongs to another account than the item has now
 */
async function follow(
	run: Run,
	order: Order,
	{ predictionId, acceptedAt, model }: AcceptedEntry,
	until: Until,
): Promise<Prediction | null> {
	const { record, account, timing } = order;
	// The wall clock may have been put back since.
	const agoMs = Math.max(run.clock.epochMs() - acceptedAt, 0);
	const options = { account, timing, acceptedAt: run.clock.now() - agoMs };
	const polling = poll(run, predictionId, options, until === 'ended' ? until : 'read');
	const polled = await polling.catch((failure: unknown) => {
		if (failure instanceof PredictionFailure) return failure;
		throw failure;
	});
	if (!(polled instanceof PredictionFailure)) {
		record.saveKnown();
		return polled;
	}
	const { reason, facts } = polled;
	const refusal = reason.kind === 'refused' ? reason.refusal : null;
	const isUnknown = refusal?.ground === 'notFound';
	if (facts.status !== undefined) record.saveKnown();
	if (record.isOfOtherAccount && (isUnknown || refusal?.httpCode === '403')) {
		record.leaveAlone();
		return null;
	}
	if (isUnknown) record.saveUnknown();
	// Where its state alone is wanted and cannot be read now, its id is known; whose it is, only under the same account.
	if (until === 'ended' || isUnknown || record.isOfOtherAccount) throw polled;
	return unreadPrediction(predictionId, model);
}
