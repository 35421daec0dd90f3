// The node's part in the sub-execution that keeps a parked wait: asking once a minute, and delivering at the end.
import { type IExecuteFunctions, type INodeExecutionData, NodeOperationError } from 'n8n-workflow';
import { bounds } from '../../prediction/bounds';
import { Cancelled } from '../../prediction/limiter';
import { PredictionFailure } from '../../prediction/reason';
import { isFinalRefusal } from '../../prediction/retry';
import type { Run } from '../../prediction/run';
import { askForState, askOnce, waitForEnd } from '../../prediction/wait';
import { type Batch, openBatch, type Result, valueOrError } from '../batch';
import {
	CANCELLED,
	describeOtherAccount,
	describeRestOfParked,
	messageOf,
	ExplainedError,
} from '../messages';
import { throwFirstFailure, toOutput } from '../node-error';
import { deliver, throwIfEnded } from '../operations';
import { failedItem, fromItem, type ParkedItem, toItem, type WaitingItem } from './parked-item';
import type { Stage } from './workflow';

export function stageOf(context: IExecuteFunctions): Stage | null {
	const stage = context.getNodeParameter('stage', 0, '');
	return stage === 'check' || stage === 'deliver' ? stage : null;
}

/** The node's part in the parked workflow. */
export async function resumeParked(
	context: IExecuteFunctions,
	stage: Stage,
): Promise<INodeExecutionData[]> {
	const batch = openBatch(context);
	const parked = context.getInputData().map(fromItem);
	if (stage === 'deliver') return await deliverAll(batch, parked);
	const checked = await Promise.all(parked.map(async (one) => await check(batch, one)));
	if (batch.run.signal?.aborted) throw new NodeOperationError(context.getNode(), CANCELLED);
	return checked.map(toItem);
}

/** The account of a parked item. @throws ExplainedError where it is another one than before, or cannot be used any more */
async function presentAccount(batch: Batch, { item, account, predictionId }: WaitingItem) {
	const present = await valueOrError(batch.accountOf(item));
	if (present instanceof Error) {
		throw new ExplainedError(describeOtherAccount(predictionId, messageOf(present)));
	}
	if (present.id !== account) throw new ExplainedError(describeOtherAccount(predictionId));
	return present;
}

/** Asks once whether there is still something to wait for. */
async function check(batch: Batch, parked: ParkedItem): Promise<ParkedItem> {
	if (parked.settled) return parked;
	const { run } = batch;
	const { item, predictionId, timeoutMs, deadlineEpochMs } = parked;
	try {
		const account = await presentAccount(batch, parked);
		const patienceMs = bounds.resultMs + bounds.graceMs;
		const outcome = await askOnce(run, predictionId, account, run.clock.now() + patienceMs);
		const prediction = outcome?.kind === 'prediction' ? outcome.prediction : null;
		const obstacle = outcome?.kind === 'prediction' ? null : outcome;
		const status = prediction?.status ?? parked.status;
		const facts = { predictionId, status: status ?? undefined };
		if (obstacle && isFinalRefusal(obstacle, null)) {
			throw new PredictionFailure({ kind: 'refused', what: 'result', refusal: obstacle }, facts);
		}
		const isSettled = prediction !== null && prediction.state !== 'working';
		const lateMs = run.clock.epochMs() - deadlineEpochMs;
		if (!isSettled && lateMs >= 0) {
			const waitedMs = timeoutMs + lateMs;
			throw new PredictionFailure({ kind: 'timedOut', waitedMs, obstacle }, facts);
		}
		if (isSettled) account.session.placeIsFree();
		return { ...parked, status, settled: isSettled };
	} catch (failure) {
		return failure instanceof Cancelled ? parked : failedItem(item, failure);
	}
}

/** When a parked item's time is up, on the clock's scale. n8n may be a minute late, which is not the video's fault. */
function deadlineOf({ clock }: Run, { deadlineEpochMs }: WaitingItem): number {
	return clock.now() + Math.max(deadlineEpochMs - clock.epochMs(), 2 * bounds.resultMs);
}

type Deliverable = Awaited<ReturnType<typeof deliverableOf>>;

/**
 * A prediction as it is now, and what is needed to deliver it.
 *
 * @throws PredictionFailure where a video was promised and there is none; ExplainedError, Cancelled
 */
async function deliverableOf(batch: Batch, parked: ParkedItem) {
	if (parked.failure) throw new ExplainedError(parked.failure);
	const { run } = batch;
	const { predictionId, waitsForVideo, timeoutMs } = parked;
	const account = await presentAccount(batch, parked);
	const startedAt = deadlineOf(run, parked) - timeoutMs;
	const pollingIntervalMs = bounds.backoffBaseMs;
	const options = { account, pollingIntervalMs, startedAt, timeoutMs, acceptedAt: null };
	const ask = waitsForVideo ? waitForEnd : askForState;
	const prediction = await ask(run, predictionId, options).catch((failure: unknown): never => {
		const reason = failure instanceof PredictionFailure ? failure.reason : null;
		if (reason?.kind !== 'timedOut') throw failure;
		// It has ended, as the last check saw: it is not unfinished, but out of sight.
		const facts = { predictionId, status: parked.status ?? undefined };
		throw new PredictionFailure({ ...reason, kind: 'stateUnknown' }, facts);
	});
	throwIfEnded(prediction, waitsForVideo);
	return { prediction, account, parked };
}

/** Fails for the first item that failed, where the node's On Error is Stop, and says where the other videos are. */
function throwIfStopped(
	batch: Batch,
	deliverables: ReadonlyArray<Deliverable | Error>,
	results: ReadonlyArray<Deliverable | Result>,
): void {
	const { context, run } = batch;
	if (run.signal?.aborted) throw new NodeOperationError(context.getNode(), CANCELLED);
	throwFirstFailure(batch, results, messageOf, (others, failed) => {
		const videos = [...deliverables.entries()].flatMap(([item, one]) => {
			const prediction = one instanceof Error || item === failed ? null : one.prediction;
			if (prediction?.state !== 'succeeded') return [];
			return [[item, `${prediction.id} ${prediction.videoUrl ?? ''}`] as const];
		});
		return describeRestOfParked(others, videos);
	});
}

/** Puts out exactly what the node would have put out, had it waited itself. Nothing is downloaded before all went well. */
async function deliverAll(
	batch: Batch,
	parked: readonly ParkedItem[],
): Promise<INodeExecutionData[]> {
	const deliverables = await Promise.all(
		parked.map(async (one) => await valueOrError(deliverableOf(batch, one))),
	);
	throwIfStopped(batch, deliverables, deliverables);
	const results = await Promise.all(
		deliverables.map(async (one) => {
			if (one instanceof Error) return one;
			const { prediction, account, parked: waiting } = one;
			const delivery = { ...waiting, account, deadline: deadlineOf(batch.run, waiting) };
			return await valueOrError(deliver(batch, prediction, waiting.requested, delivery));
		}),
	);
	throwIfStopped(batch, deliverables, results);
	return toOutput(batch, results, messageOf);
}
