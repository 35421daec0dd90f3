// Submits one item's request exactly once: when its turn has come, and again only when it surely was not accepted.
import type { Prediction } from '../gptproto/prediction';
import type { FrameSize } from '../gptproto/reference';
import type { SubmissionRequest } from '../gptproto/request';
import { bounds } from './bounds';
import { throwIfCancelled } from './cancellation';
import type { ItemRecord } from './ledger';
import { type AcceptedEntry, hashOfRequest } from './ledger-entry';
import { HeldBack } from './limiter';
import { PredictionFailure } from './reason';
import {
	backoffMs,
	describeObstacle,
	isSurelyNotAccepted,
	mayConnectNextTime,
	type Obstacle,
	type RateLimited,
	type Refusal,
	refusalByLimit,
	scopeOfRefusal,
} from './retry';
import { type Account, deadlineOf, type Run, type Timing } from './run';

/** What one item asks for. Made when the item is read, and owned by its job. */
export interface Order {
	readonly record: ItemRecord;
	readonly account: Account;
	readonly model: string;
	/** null where no page documents the model. */
	readonly frame: FrameSize | null;
	readonly timing: Timing;
	/** How many bytes of memory the request's pictures take; 0 where they are addresses. */
	pictureBytes(): Promise<number>;
	/** Builds the request, its pictures in memory. */
	load(): Promise<SubmissionRequest>;
	/** Called before it is submitted in place of one that ended without a video. @throws where that would cost too much */
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
		if (run.clock.now() >= deadline) throw heldBack(run, order, order.account.session.limit());
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

/** What was accepted, and its entry in the ledger. */
export interface Submitted {
	readonly kind: 'prediction';
	readonly prediction: Prediction;
	readonly entry: Readonly<AcceptedEntry>;
}

/**
 * @returns the accepted prediction, written in the ledger by then
 * @throws PredictionFailure, Cancelled
 */
export async function submitOnce(run: Run, order: Order): Promise<Submitted> {
	const { clock, signal } = run;
	const deadline = deadlineOf(order.timing);
	for (let unconnected = 0; ;) {
		throwIfCancelled(run);
		const outcome = await attempt(run, order, deadline);
		if (outcome.kind === 'prediction') return outcome;
		if (outcome.kind === 'rateLimited') continue;
		const remainingMs = deadline - clock.now();
		const isLast = !mayConnectNextTime(outcome) || ++unconnected >= bounds.connectAttempts;
		if (isLast || remainingMs <= 0) throw notAccepted(outcome);
		await clock.sleep(Math.min(backoffMs(unconnected, run.random()), remainingMs), signal);
	}
}

function heldBack(run: Run, { timing }: Order, limit: RateLimited | null): PredictionFailure {
	const waitedMs = run.clock.now() - timing.startedAt;
	return new PredictionFailure({ kind: 'heldBack', waitedMs, limit });
}

function notAccepted(outcome: Obstacle): PredictionFailure {
	if (outcome.kind === 'refused') {
		return new PredictionFailure({ kind: 'refused', what: 'submission', refusal: outcome });
	}
	return outcome.kind === 'noResponse' && !outcome.sent
		? new PredictionFailure({ ...outcome, kind: 'unreachable' })
		: new PredictionFailure({ kind: 'responseLost', obstacle: outcome });
}

/** Whom a refusal meets too: keys of `run.refusals`. */
function scopesOf({ account, model }: Order) {
	return { account: account.id, model: `${account.id} ${model}` };
}

/** Counts a limit that waiting does not lift, for all items of the model together: those of one burst meet it once. */
function refusalOf(
	{ clock, lastingLimits }: Run,
	order: Order,
	limit: RateLimited,
	sentAt: number,
): Refusal | null {
	const { model } = scopesOf(order);
	const { times, at } = lastingLimits.get(model) ?? { times: 0, at: sentAt };
	const counted = limit.limitReached && sentAt >= at ? { times: times + 1, at: clock.now() } : null;
	if (counted) lastingLimits.set(model, counted);
	return refusalByLimit(limit, counted?.times ?? times);
}

/** Other items that a refusal would meet as well are not sent any more. */
function stopOthers({ refusals }: Run, order: Order, refusal: Refusal): void {
	const scope = scopeOfRefusal(refusal);
	if (scope) refusals.set(scopesOf(order)[scope], refusal);
}

/**
 * One try, when its turn has come: pictures are loaded then, so that whoever waits for a turn keeps no memory. What it
 * brings is in the ledger before anything else happens.
 */
async function attempt(run: Run, order: Order, deadline: number): Promise<Submitted | Obstacle> {
	const { account, record, model, frame } = order;
	const throwIfNotToBeSent = () => {
		throwIfCancelled(run);
		const scopes = scopesOf(order);
		const refusal = run.refusals.get(scopes.account) ?? run.refusals.get(scopes.model);
		if (refusal) throw new PredictionFailure({ kind: 'notSentAfterRefusal', refusal });
	};
	const send = async (request: SubmissionRequest, hash: string): Promise<Submitted | Obstacle> => {
		throwIfNotToBeSent();
		const facts = { request: hash, model, frame };
		const remainingMs = deadline + bounds.graceMs - run.clock.now();
		const sentAt = run.clock.now();
		const told = await account.transport.submit(
			request,
			Math.min(bounds.submissionMs, remainingMs),
		);
		if (told.kind === 'rateLimited') run.report({ kind: 'rateLimited', limit: told });
		const refusal = told.kind === 'rateLimited' ? refusalOf(run, order, told, sentAt) : null;
		const outcome = refusal ?? told;
		if (outcome.kind === 'prediction') {
			const { id: predictionId } = outcome.prediction;
			const entry = record.saveAccepted(predictionId, run.clock.epochMs(), facts);
			run.report({ kind: 'accepted', item: record.item, predictionId });
			if (run.signal?.aborted) run.report({ kind: 'acceptedWhileCancelled', predictionId });
			return { ...outcome, entry };
		}
		if (!isSurelyNotAccepted(outcome)) {
			const reason = describeObstacle(outcome);
			record.saveLost(reason, facts);
			run.report({ kind: 'responseLost', item: record.item, reason });
		}
		if (outcome.kind === 'refused') stopOthers(run, order, outcome);
		return outcome;
	};
	const takeTurn = async () => {
		throwIfNotToBeSent();
		return await withRequest(run, order, deadline, send);
	};
	return await account.session
		.request('submission', deadline, takeTurn)
		.catch((fault: unknown): never => {
			throw fault instanceof HeldBack ? heldBack(run, order, fault.limit) : fault;
		});
}
