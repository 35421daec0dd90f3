// Submits one item's request exactly once: when its turn has come, and again only when it surely was not accepted.
import type { Prediction } from '../gptproto/prediction';
import type { FrameSize } from '../gptproto/reference';
import type { SubmissionRequest } from '../gptproto/request';
import { bounds } from './bounds';
import { hashOfRequest, type ItemRecord } from './ledger';
import { HeldBack } from './limiter';
import { PredictionFailure } from './reason';
import {
	backoffMs,
	describeObstacle,
	isSurelyNotAccepted,
	mayConnectNextTime,
	type Obstacle,
	type Outcome,
	scopeOfRefusal,
} from './retry';
import type { Account, Run } from './run';
import { throwIfCancelled } from './wait';

/** What one item asks for. */
export interface Order {
	readonly record: ItemRecord;
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
	/** Asked before it is submitted in place of one that ended without a video. @throws where that would cost too much */
	allowAnother(): void;
}

/**
 * Works with the request while its pictures are in memory; they wait for room there.
 *
 * @param deadline on the clock's scale: pictures that got no room before are not loaded any more, and those that took
 * longer are not worked with
 */
export async function withRequest<Result>(
	run: Run,
	order: Order,
	deadline: number,
	work: (request: SubmissionRequest, hash: string) => Promise<Result>,
): Promise<Result> {
	const bytes = await order.pictureBytes();
	const throwIfLate = () => {
		const { session } = order.account;
		if (run.clock.now() >= deadline) throw heldBack(run, order, session.isRateLimited());
	};
	const loadAndWork = async () => {
		throwIfCancelled(run);
		throwIfLate();
		const request = await order.load();
		throwIfLate();
		return await work(request, hashOfRequest(request));
	};
	return bytes > 0 ? await run.pictures.use(loadAndWork, bytes) : await loadAndWork();
}

/**
 * @returns the accepted prediction, written in the ledger by then
 * @throws PredictionFailure, Cancelled
 */
export async function submitOnce(run: Run, order: Order): Promise<Prediction> {
	const { clock, signal } = run;
	const deadline = order.startedAt + order.timeoutMs;
	for (let unconnected = 0; ;) {
		throwIfCancelled(run);
		const outcome = await attempt(run, order, deadline);
		if (outcome.kind === 'prediction') return outcome.prediction;
		if (outcome.kind === 'rateLimited') continue;
		const remainingMs = deadline - clock.now();
		const isLast = !mayConnectNextTime(outcome) || ++unconnected >= bounds.connectAttempts;
		if (isLast || remainingMs <= 0) throw notAccepted(outcome);
		await clock.sleep(Math.min(backoffMs(unconnected, run.random()), remainingMs), signal);
	}
}

function heldBack(run: Run, { startedAt }: Order, isRateLimited: boolean): PredictionFailure {
	const waitedMs = run.clock.now() - startedAt;
	return new PredictionFailure({ kind: 'heldBack', waitedMs, isRateLimited });
}

function notAccepted(outcome: Obstacle): PredictionFailure {
	if (outcome.kind === 'refused') {
		return new PredictionFailure({ kind: 'refused', what: 'submission', refusal: outcome });
	}
	return outcome.kind === 'noResponse' && !outcome.sent
		? new PredictionFailure({ ...outcome, kind: 'unreachable' })
		: new PredictionFailure({ kind: 'responseLost', obstacle: outcome });
}

/**
 * One try, when its turn has come: pictures are loaded then, so that whoever waits for a turn keeps no memory. What it
 * brings is in the ledger before anything else happens.
 */
async function attempt(run: Run, order: Order, deadline: number): Promise<Outcome> {
	const { account, record, model, frame } = order;
	const scopes = { account: account.id, model: `${account.id} ${model}` };
	const throwIfNotToBeSent = () => {
		throwIfCancelled(run);
		const refusal = run.refusals.get(scopes.account) ?? run.refusals.get(scopes.model);
		if (refusal) throw new PredictionFailure({ kind: 'notSentAfterRefusal', refusal });
	};
	const send = async (request: SubmissionRequest, hash: string): Promise<Outcome> => {
		throwIfNotToBeSent();
		const facts = { request: hash, model, frame };
		const remainingMs = deadline + bounds.graceMs - run.clock.now();
		const outcome = await account.transport.submit(
			request,
			Math.min(bounds.submissionMs, remainingMs),
		);
		if (outcome.kind === 'prediction') {
			const { id: predictionId } = outcome.prediction;
			record.saveAccepted(predictionId, { ...facts, acceptedAt: run.clock.epochMs() });
			run.report({ kind: 'accepted', item: record.item, predictionId });
			if (run.signal?.aborted) run.report({ kind: 'acceptedWhileCancelled', predictionId });
		} else if (!isSurelyNotAccepted(outcome)) {
			const reason = describeObstacle(outcome);
			record.saveLost(reason, facts);
			run.report({ kind: 'responseLost', item: record.item, reason });
		} else if (outcome.kind === 'refused') {
			const scope = scopeOfRefusal(outcome);
			if (scope) run.refusals.set(scopes[scope], outcome);
		}
		return outcome;
	};
	const takeTurn = async (): Promise<Outcome> => {
		throwIfNotToBeSent();
		return await withRequest(run, order, deadline, send);
	};
	return await account.session
		.request('submission', deadline, takeTurn)
		.catch((fault: unknown): never => {
			throw fault instanceof HeldBack ? heldBack(run, order, fault.isRateLimited) : fault;
		});
}
