// The life of one prediction: pick up what an earlier try has paid for, else submit once; wait for its end; submit anew
// only what ended without a video. Submit and Submit and Wait are this one flow, to a different point.
import type { Prediction } from '../gptproto/prediction';
import type { FrameSize } from '../gptproto/reference';
import type { SubmissionRequest } from '../gptproto/request';
import { bounds } from './bounds';
import { hashOfRequest, type LedgerLine } from './ledger';
import { HeldBack } from './limiter';
import { PredictionFailure } from './reason';
import {
	backoffMs,
	isSurelyNotAccepted,
	mayConnectNextTime,
	type Obstacle,
	type Outcome,
	type Refused,
	scopeOfRefusal,
} from './retry';
import type { Account, Run } from './run';
import { askForState, throwIfCancelled, waitForEnd } from './wait';

/** What one item asks for. */
export interface Order {
	readonly line: LedgerLine;
	readonly account: Account;
	readonly model: string;
	/** null where no page documents the model. */
	readonly frame: FrameSize | null;
	/** When the item began, on the clock's scale. */
	readonly startedAt: number;
	readonly timeoutMs: number;
	readonly pollingIntervalMs: number;
	/** How many bytes of memory the request's pictures take; 0 where they are addresses. */
	pictureBytes(): Promise<number>;
	/** Builds the request, its pictures in memory. */
	load(): Promise<SubmissionRequest>;
}

export interface Obtained {
	readonly prediction: Prediction;
	/** What was asked for when it was submitted. */
	readonly model: string;
	readonly frame: FrameSize | null;
	/** Whether an earlier try had paid for it. */
	readonly pickedUp: boolean;
}

/** Refusals that meet other items too, by what they share; one map a run, written here alone. */
export type Refusals = Map<string, Refused>;

/**
 * Brings an item to its prediction.
 *
 * @param until `accepted`: any state will do; `ended`: waits for the end
 * @throws PredictionFailure where there is none, or where nobody can know
 * @throws Cancelled
 */
export async function obtainPrediction(
	run: Run,
	refusals: Refusals,
	order: Order,
	until: 'accepted' | 'ended',
): Promise<Obtained> {
	const { line, account } = order;
	await adoptEarlier(run, order);
	const known = line.accepted();
	if (known) {
		const { predictionId, model, frame } = known;
		const prediction =
			until === 'ended'
				? await waitForOwn(run, order, predictionId, null)
				: await lookAt(run, order, predictionId);
		if (prediction.state !== 'working') account.session.placeIsFree();
		if (prediction.state !== 'ended') return { prediction, model, frame, pickedUp: true };
		// What an earlier try paid for brought no video: this try submits anew.
		line.strike();
	}
	const lost = line.lost();
	if (lost !== null) throw new PredictionFailure({ kind: 'answerLost', obstacle: lost });

	const { model, frame } = order;
	let prediction = await submitOnce(run, refusals, order);
	const isOpen = prediction.state === 'working' || lacksAddress(prediction);
	if (until === 'ended' && isOpen) {
		prediction = await waitForOwn(run, order, prediction.id, run.clock.now());
	}
	if (prediction.state !== 'working') account.session.placeIsFree();
	if (prediction.state === 'ended' && until === 'ended') line.strike();
	return { prediction, model, frame, pickedUp: false };
}

/** Takes over what an earlier round of a loop has left of the same request. */
export async function adoptEarlier(run: Run, order: Order): Promise<void> {
	const { line } = order;
	if (line.needsRequest()) await withRequest(run, order, async (_, hash) => line.adopt(hash));
}

function lacksAddress(prediction: Prediction): boolean {
	return prediction.state === 'succeeded' && prediction.videoUrl === null;
}

/** Waits for the end of a prediction that is in the ledger. */
async function waitForOwn(
	run: Run,
	order: Order,
	predictionId: string,
	acceptedAt: number | null,
): Promise<Prediction> {
	const waiting = waitForEnd(run, predictionId, { ...order, acceptedAt });
	return await waiting.catch((failure: unknown) => {
		if (isUnknownPrediction(failure)) order.line.recordUnknown();
		throw failure;
	});
}

/** Reads the state of a prediction that is in the ledger; where it cannot be read just now, its id is known still. */
async function lookAt(run: Run, order: Order, predictionId: string): Promise<Prediction> {
	const { account, line, model, startedAt, timeoutMs } = order;
	const asking = askForState(run, predictionId, account, startedAt + timeoutMs);
	return await asking.catch((failure: unknown) => {
		if (!(failure instanceof PredictionFailure)) throw failure;
		if (!isUnknownPrediction(failure)) return justAccepted(predictionId, model);
		line.recordUnknown();
		throw failure;
	});
}

function isUnknownPrediction(failure: unknown): boolean {
	const reason = failure instanceof PredictionFailure ? failure.reason : null;
	return reason?.kind === 'refused' && reason.refusal.reason === 'notFound';
}

/** What is known of a prediction that an earlier try submitted, where its state cannot be read just now. */
function justAccepted(id: string, model: string): Prediction {
	const status = 'created';
	return {
		id,
		state: 'working',
		status,
		model,
		hasNsfwContent: null,
		executionTime: null,
		createdAt: null,
		data: { id, model, status },
	};
}

/** Works with the request while its pictures are in memory; they wait for room there. */
async function withRequest<Result>(
	run: Run,
	order: Order,
	work: (request: SubmissionRequest, hash: string) => Promise<Result>,
): Promise<Result> {
	const bytes = await order.pictureBytes();
	const loadAndWork = async () => {
		throwIfCancelled(run);
		const waitedMs = run.clock.now() - order.startedAt;
		if (waitedMs >= order.timeoutMs) {
			throw new PredictionFailure({ kind: 'heldBack', waitedMs, isRateLimited: false });
		}
		const request = await order.load();
		return await work(request, hashOfRequest(request));
	};
	return bytes > 0 ? await run.pictures.use(loadAndWork, bytes) : await loadAndWork();
}

/**
 * Submits a request exactly once, waiting for its turn. It is sent again only when it surely was not accepted.
 *
 * @returns the accepted prediction, written in the ledger by then
 */
async function submitOnce(run: Run, refusals: Refusals, order: Order): Promise<Prediction> {
	const { startedAt, timeoutMs } = order;
	const deadline = startedAt + timeoutMs;
	for (let unconnected = 0; ;) {
		throwIfCancelled(run);
		const outcome = await withRequest(
			run,
			order,
			async (request, hash) => await attempt(run, refusals, order, request, hash, deadline),
		);
		if (outcome.kind === 'prediction') return outcome.prediction;
		if (outcome.kind === 'rateLimited') continue;
		if (mayConnectNextTime(outcome) && ++unconnected < bounds.connectAttempts) {
			const leftMs = deadline - run.clock.now();
			if (leftMs > 0) {
				await run.clock.sleep(Math.min(backoffMs(unconnected, run.random()), leftMs), run.signal);
				continue;
			}
		}
		throw notAccepted(outcome);
	}
}

function notAccepted(outcome: Obstacle): PredictionFailure {
	if (!isSurelyNotAccepted(outcome)) {
		return new PredictionFailure({ kind: 'answerLost', obstacle: outcome });
	}
	if (outcome.kind === 'refused') {
		return new PredictionFailure({ kind: 'refused', what: 'submission', refusal: outcome });
	}
	const { code, proxyStatus } = outcome as Extract<Obstacle, { kind: 'noAnswer' }>;
	return new PredictionFailure({
		kind: 'unreachable',
		code,
		...(proxyStatus !== undefined && { proxyStatus }),
	});
}

/** One try, when its turn has come. What it brings is in the ledger before anything else happens. */
async function attempt(
	run: Run,
	refusals: Refusals,
	order: Order,
	request: SubmissionRequest,
	hash: string,
	deadline: number,
): Promise<Outcome> {
	const { account, line, model, frame } = order;
	const { clock } = run;
	const facts = { request: hash, model, frame };
	const scopes = [account.id, `${account.id} ${model}`];
	const send = async (): Promise<Outcome> => {
		throwIfCancelled(run);
		const refusal = scopes.map((scope) => refusals.get(scope)).find((known) => known);
		if (refusal) throw new PredictionFailure({ kind: 'notSentAfterRefusal', refusal });
		const leftMs = Math.max(deadline - clock.now(), bounds.graceMs);
		const outcome = await account.transport.submit(request, Math.min(bounds.submissionMs, leftMs));
		if (outcome.kind === 'refused') {
			const scope = scopeOfRefusal(outcome);
			if (scope) refusals.set(scope === 'account' ? account.id : `${account.id} ${model}`, outcome);
		} else if (outcome.kind === 'prediction') {
			const { id: predictionId } = outcome.prediction;
			line.recordAccepted(predictionId, facts);
			run.report({ kind: 'accepted', item: line.item, predictionId });
			if (run.signal?.aborted) run.report({ kind: 'acceptedWhileCancelled', predictionId });
		} else if (!isSurelyNotAccepted(outcome)) {
			const reason = describeObstacle(outcome);
			line.recordLost(reason, facts);
			if (run.signal?.aborted) run.report({ kind: 'answerLostWhileCancelled', reason });
		}
		return outcome;
	};
	return await account.session
		.request('submission', deadline, send)
		.catch((fault: unknown): never => {
			if (!(fault instanceof HeldBack)) throw fault;
			const waitedMs = clock.now() - order.startedAt;
			const { isRateLimited } = fault;
			throw new PredictionFailure({ kind: 'heldBack', waitedMs, isRateLimited });
		});
}

/** An obstacle in a few words, as the ledger keeps it: HTTP status or code, and GPTProto's message. */
export function describeObstacle(obstacle: Obstacle): string {
	if (obstacle.kind === 'noAnswer') return obstacle.code;
	return `HTTP ${obstacle.httpCode}${obstacle.message === '' ? '' : `, "${obstacle.message}"`}`;
}
