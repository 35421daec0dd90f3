// The life of one prediction: pick up what an earlier try has paid for, else submit once; wait for its end; submit anew
// only what ended without a video. Submit and Submit and Wait are this one flow, to a different point.
import { type Prediction, unreadPrediction } from '../gptproto/prediction';
import type { FrameSize } from '../gptproto/reference';
import { PredictionFailure } from './reason';
import type { Run } from './run';
import { type Order, submitOnce, withRequest } from './submission';
import { askForState, waitForEnd } from './wait';

export interface Obtained {
	readonly prediction: Prediction;
	/** What was asked for when it was submitted. */
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
	const { record, account, model, frame } = order;
	for (let isAnother = false; ; isAnother = true) {
		await adoptEarlier(run, order);
		const lost = record.lost();
		if (lost !== null) throw new PredictionFailure({ kind: 'responseLost', obstacle: lost });
		const earlier = record.accepted();
		if (!earlier) {
			if (isAnother) order.allowAnother();
			break;
		}
		const { predictionId } = earlier;
		const following = follow(run, order, predictionId, until);
		const prediction = await following.catch((failure: unknown): Prediction => {
			// Where its state alone is wanted and cannot be read now, its id is known.
			const isUnreadable = failure instanceof PredictionFailure && !isUnknown(failure);
			if (until === 'ended' || !isUnreadable) throw failure;
			return unreadPrediction(predictionId, earlier.model);
		});
		if (prediction.state !== 'working') account.session.placeIsFree();
		// What an earlier try paid for brought no video: the next one, or else this try submits anew.
		if (prediction.state === 'ended') record.remove();
		if (prediction.state !== 'ended' || record.isNew) {
			return { prediction, model: earlier.model, frame: earlier.frame, pickedUp: !record.isNew };
		}
	}

	const accepted = await submitOnce(run, order);
	const lacksVideo =
		accepted.state === 'working' || (accepted.state === 'succeeded' && !accepted.videoUrl);
	const prediction =
		until === 'ended' && lacksVideo ? await follow(run, order, accepted.id, until) : accepted;
	if (prediction.state !== 'working') account.session.placeIsFree();
	if (prediction.state === 'ended' && until === 'ended') record.remove();
	return { prediction, model, frame, pickedUp: false };
}

/** Takes over what an earlier round of a loop has left of the same request. */
export async function adoptEarlier(run: Run, order: Order): Promise<void> {
	const { record } = order;
	if (!record.needsRequest()) return;
	await withRequest(run, order, Infinity, async (_, hash) => record.adopt(hash));
}

/** Waits for a prediction's end, or asks for its state. The ledger keeps whether GPTProto knows it. */
async function follow(
	run: Run,
	order: Order,
	predictionId: string,
	until: Until,
): Promise<Prediction> {
	const { record } = order;
	// The wall clock may have been put back since.
	const agoMs = Math.max(run.clock.epochMs() - (record.accepted()?.acceptedAt ?? 0), 0);
	const options = { ...order, acceptedAt: run.clock.now() - agoMs };
	const ask = until === 'ended' ? waitForEnd : askForState;
	const prediction = await ask(run, predictionId, options).catch((failure: unknown) => {
		if (isUnknown(failure)) record.saveKnown(false);
		else if (failure instanceof PredictionFailure && failure.facts.status !== undefined) {
			record.saveKnown(true);
		}
		throw failure;
	});
	record.saveKnown(true);
	return prediction;
}

function isUnknown(failure: unknown): boolean {
	const reason = failure instanceof PredictionFailure ? failure.reason : null;
	return reason?.kind === 'refused' && reason.refusal.ground === 'notFound';
}
