// The node's part in the sub-execution that keeps a parked wait: polling once a minute, and delivering at the end.
import { type IExecuteFunctions, type INodeExecutionData, NodeOperationError } from 'n8n-workflow';
import type { Prediction } from '../../gptproto/prediction';
import { bounds } from '../../prediction/bounds';
import { poll } from '../../prediction/poll';
import { PredictionFailure } from '../../prediction/reason';
import { isFinalRefusal, type Obstacle } from '../../prediction/retry';
import type { Account, Run, Timing } from '../../prediction/run';
import { type Batch, explained, openBatch, type Result } from '../batch';
import type { Delivery } from '../job';
import {
	CANCELLED,
	describeCredentialOfParked,
	describeParkedFailure,
	describeRestOfParked,
	ExplainedError,
	messageOf,
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

/** The account that a parked item has now. @throws ExplainedError where its credential cannot be used any more */
async function presentAccount(batch: Batch, { item, predictionId }: WaitingItem): Promise<Account> {
	const present = await explained(batch.accountOf(item));
	if (!(present instanceof ExplainedError)) return present;
	throw new ExplainedError(describeCredentialOfParked(predictionId, present.words));
}

/** What came of it, or in words what kept a parked item from its video. */
async function explainedParked<Value>(work: Promise<Value>): Promise<Value | ExplainedError> {
	return await work.catch((failure: unknown) => {
		const isOfPrediction = failure instanceof PredictionFailure;
		return new ExplainedError(isOfPrediction ? describeParkedFailure(failure) : messageOf(failure));
	});
}

/** Polls once whether there is still something to wait for. */
async function check(batch: Batch, parked: ParkedItem): Promise<ParkedItem> {
	if (parked.settled) return parked;
	const checked = await explainedParked(checkWaiting(batch, parked));
	return checked instanceof ExplainedError ? failedItem(parked.item, checked.words) : checked;
}

/** @throws PredictionFailure where there is nothing more to hope for; ExplainedError, Cancelled */
async function checkWaiting(batch: Batch, parked: WaitingItem): Promise<WaitingItem> {
	const { clock } = batch.run;
	const { predictionId, timeoutMs, deadlineEpochMs } = parked;
	const { prediction, obstacle } = await pollParked(batch, parked);
	const status = prediction?.status ?? parked.status;
	const failed = (reason: PredictionFailure['reason']) =>
		new PredictionFailure(reason, { predictionId, status: status ?? undefined });
	const now = clock.epochMs();
	const refusedSinceEpochMs =
		obstacle?.kind === 'refused' ? (parked.refusedSinceEpochMs ?? now) : null;
	if (obstacle && isFinalRefusal(obstacle, null, now - (refusedSinceEpochMs ?? now))) {
		throw failed({ kind: 'refused', what: 'result', refusal: obstacle });
	}
	const settled = prediction !== null && prediction.state !== 'working';
	if (!settled && now >= deadlineEpochMs) {
		throw failed({ kind: 'timedOut', waitedMs: timeoutMs + now - deadlineEpochMs, obstacle });
	}
	return { ...parked, status, settled, refusedSinceEpochMs };
}

/** One poll: wake-ups are kept short, since one that is killed loses the node's own execution. */
async function pollParked(
	batch: Batch,
	parked: WaitingItem,
): Promise<{ readonly prediction: Prediction | null; readonly obstacle: Obstacle | null }> {
	const { run } = batch;
	const account = await presentAccount(batch, parked);
	const timing: Timing = {
		startedAt: run.clock.now(),
		timeoutMs: bounds.resultMs + bounds.graceMs,
		pollingIntervalMs: bounds.backoffBaseMs,
	};
	const polling = poll(run, parked.predictionId, { account, timing, acceptedAt: null }, 'once');
	return await polling.then(
		(prediction) => ({ prediction, obstacle: null }),
		(failure: unknown) => {
			const reason = failure instanceof PredictionFailure ? failure.reason : null;
			if (reason?.kind !== 'stateUnknown') throw failure;
			return { prediction: null, obstacle: reason.obstacle };
		},
	);
}

/** What is left of a parked item's time. n8n may be a minute late, which is not the video's fault. */
function timingOf({ clock }: Run, { deadlineEpochMs, timeoutMs }: WaitingItem): Timing {
	const leftMs = Math.max(deadlineEpochMs - clock.epochMs(), 2 * bounds.resultMs);
	const startedAt = clock.now() + leftMs - timeoutMs;
	return { startedAt, timeoutMs, pollingIntervalMs: bounds.backoffBaseMs };
}

/** A prediction as it is now, and what is needed to deliver it. */
interface Deliverable {
	readonly prediction: Prediction;
	readonly parked: WaitingItem;
	readonly delivery: Delivery;
}

/** @throws PredictionFailure where the item waits for a video and there is none; ExplainedError, Cancelled */
async function deliverableOf(batch: Batch, parked: ParkedItem): Promise<Deliverable> {
	if (parked.failure) throw new ExplainedError(parked.failure);
	const { run } = batch;
	const { item, predictionId, output, waitsForVideo } = parked;
	const account = await presentAccount(batch, parked);
	const timing = timingOf(run, parked);
	const until = waitsForVideo ? 'ended' : 'read';
	const polling = poll(run, predictionId, { account, timing, acceptedAt: null }, until);
	const prediction = await polling.catch((failure: unknown): never => {
		const reason = failure instanceof PredictionFailure ? failure.reason : null;
		if (reason?.kind !== 'timedOut') throw failure;
		// It has ended, as the last check saw: it is not unfinished, but out of sight.
		const facts = { predictionId, status: parked.status ?? undefined };
		throw new PredictionFailure(
			{ kind: 'stateUnknown', obstacle: reason.obstacle, pauseMs: 0 },
			facts,
		);
	});
	throwIfEnded(prediction, waitsForVideo);
	const delivery = { item, account, timing: timingOf(run, parked), output, waitsForVideo };
	return { prediction, parked, delivery };
}

/** Fails for the first item that failed, where the node's On Error is Stop, and says where the other videos are. */
function throwIfStopped(
	batch: Batch,
	deliverables: ReadonlyArray<Deliverable | ExplainedError>,
	results: ReadonlyArray<Deliverable | Result>,
): void {
	const { context, run } = batch;
	if (run.signal?.aborted) throw new NodeOperationError(context.getNode(), CANCELLED);
	throwFirstFailure(
		batch,
		results,
		({ words }) => words,
		(others) => {
			// What finished but could not be stored is among the others, with its own words.
			const videos = deliverables.flatMap((one, item) =>
				!(one instanceof ExplainedError || results[item] instanceof ExplainedError) &&
				one.prediction.state === 'succeeded'
					? [[item, `${one.prediction.id} ${one.prediction.videoUrl ?? ''}`] as const]
					: [],
			);
			return describeRestOfParked(others, videos);
		},
	);
}

/** Puts out exactly what the node would have put out, had it waited itself. Nothing is downloaded before all went well. */
async function deliverAll(
	batch: Batch,
	parked: readonly ParkedItem[],
): Promise<INodeExecutionData[]> {
	const deliverables = await Promise.all(
		parked.map(async (one) => await explainedParked(deliverableOf(batch, one))),
	);
	throwIfStopped(batch, deliverables, deliverables);
	const results = await Promise.all(
		deliverables.map(async (one) => {
			if (one instanceof ExplainedError) return one;
			return await explained(deliver(batch, one.prediction, one.parked.requested, one.delivery));
		}),
	);
	throwIfStopped(batch, deliverables, results);
	return toOutput(batch, results, ({ words }) => words);
}
