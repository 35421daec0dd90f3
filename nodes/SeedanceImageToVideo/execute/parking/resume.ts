// The node's part in the sub-execution that keeps a parked wait: asking once a minute, and delivering at the end.
import { type IExecuteFunctions, type INodeExecutionData, NodeOperationError } from 'n8n-workflow';
import type { Prediction } from '../../gptproto/prediction';
import { bounds } from '../../prediction/bounds';
import { Cancelled } from '../../prediction/limiter';
import { PredictionFailure } from '../../prediction/reason';
import { isFinalRefusal } from '../../prediction/retry';
import type { Run } from '../../prediction/run';
import { askForState, askOnce, waitForEnd } from '../../prediction/wait';
import { type Batch, openBatch, type Result, settled } from '../batch';
import {
	CANCELLED,
	describeOtherAccount,
	describeRestOfParked,
	messageOf,
	Refusal,
	withMore,
} from '../messages';
import { toErrorItem, toNodeError } from '../node-error';
import { deliver } from '../operations';
import { fromItem, type ParkedItem, toItem } from './parked-item';
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
	const checked = await Promise.all(
		parked.map(async (one, index) => await check(batch, one, index)),
	);
	if (batch.run.signal?.aborted) throw new NodeOperationError(context.getNode(), CANCELLED);
	return checked.map((one) => toItem(context.getNode(), one));
}

/** The account of a parked item. @throws Refusal where it is another one than before, or cannot be used any more */
async function accountOf(
	{ accounts }: Batch,
	{ account, predictionId }: ParkedItem,
	index: number,
) {
	const present = await settled(accounts.of(index));
	if (present instanceof Error) {
		throw new Refusal(describeOtherAccount(predictionId, messageOf(present)));
	}
	if (present.id !== account) throw new Refusal(describeOtherAccount(predictionId));
	return present;
}

/** Asks once whether there is still something to wait for. */
async function check(batch: Batch, parked: ParkedItem, index: number): Promise<ParkedItem> {
	const { run } = batch;
	const { predictionId, timeoutMs, deadlineEpochMs } = parked;
	if (parked.settled) return parked;
	try {
		const account = await accountOf(batch, parked, index);
		const patienceMs = bounds.resultMs + bounds.graceMs;
		const outcome = await askOnce(run, predictionId, account, run.clock.now() + patienceMs);
		const obstacle = outcome?.kind === 'prediction' ? null : outcome;
		if (obstacle && isFinalRefusal(obstacle, null)) {
			throw new PredictionFailure(
				{ kind: 'refused', what: 'result', refusal: obstacle },
				{ predictionId, status: parked.status ?? undefined },
			);
		}
		const prediction = outcome?.kind === 'prediction' ? outcome.prediction : null;
		const status = prediction?.status ?? parked.status;
		const isSettled = prediction !== null && prediction.state !== 'working';
		if (!isSettled && run.clock.epochMs() >= deadlineEpochMs) {
			const waitedMs = run.clock.epochMs() - deadlineEpochMs + timeoutMs;
			throw new PredictionFailure(
				{ kind: 'timedOut', waitedMs, obstacle },
				{ predictionId, status: status ?? undefined },
			);
		}
		return { ...parked, status, settled: isSettled };
	} catch (failure) {
		if (failure instanceof Cancelled) return parked;
		return { ...parked, settled: true, failure: messageOf(failure) };
	}
}

/** A prediction as it is now. @throws PredictionFailure where a video was promised and there is none */
async function stateOf(batch: Batch, parked: ParkedItem, index: number): Promise<Prediction> {
	const { run } = batch;
	const { predictionId, isPromised, timeoutMs, failure } = parked;
	if (failure) throw new Refusal(failure);
	const account = await accountOf(batch, parked, index);
	const deadline = deadlineOf(run, parked);
	if (!isPromised) return await askForState(run, predictionId, account, deadline);
	const prediction = await waitForEnd(run, predictionId, {
		account,
		pollingIntervalMs: bounds.backoffBaseMs,
		startedAt: deadline - timeoutMs,
		timeoutMs,
		acceptedAt: null,
	});
	if (prediction.state === 'ended') {
		const { status, failureReason } = prediction;
		throw new PredictionFailure({ kind: 'ended', failureReason }, { predictionId, status });
	}
	return prediction;
}

/** When a parked item's time is up, on the clock's scale. n8n may be a minute late, which is not the video's fault. */
function deadlineOf({ clock }: Run, { deadlineEpochMs }: ParkedItem): number {
	return clock.now() + Math.max(deadlineEpochMs - clock.epochMs(), 2 * bounds.resultMs);
}

/** The item that the node would have put out, had it waited itself. */
async function resultOf(
	batch: Batch,
	parked: ParkedItem,
	prediction: Prediction,
	index: number,
): Promise<INodeExecutionData> {
	const { context, run } = batch;
	const account = await accountOf(batch, parked, index);
	const deadline = deadlineOf(run, parked);
	return await deliver(context, run, prediction, { ...parked, account, deadline });
}

/** Fails for the first item that failed, where the node's On Error is Stop, and says where the other videos are. */
function throwIfStopped(
	{ context, run }: Batch,
	parked: readonly ParkedItem[],
	states: ReadonlyArray<Prediction | Error>,
	results: ReadonlyArray<Prediction | Result>,
): void {
	const node = context.getNode();
	if (run.signal?.aborted) throw new NodeOperationError(node, CANCELLED);
	const itemOf = (index: number) => parked[index]?.item ?? index;
	const [first, ...others] = [...results.entries()].flatMap(([index, result]) =>
		result instanceof Error ? [[itemOf(index), messageOf(result)] as const] : [],
	);
	if (!first || context.continueOnFail()) return;
	const [item, words] = first;
	const videos = [...states.entries()].flatMap(([index, state]) => {
		const hasVideo = !(state instanceof Error) && state.state === 'succeeded';
		return hasVideo && itemOf(index) !== item
			? [[itemOf(index), `${state.id} ${state.videoUrl ?? ''}`] as const]
			: [];
	});
	const said = others.map(([other, { message }]) => [other, message] as const);
	throw toNodeError(node, withMore(words, describeRestOfParked(said, videos)), item);
}

/** Puts out exactly what the node would have put out, had it waited itself. Nothing is downloaded before all went well. */
async function deliverAll(
	batch: Batch,
	parked: readonly ParkedItem[],
): Promise<INodeExecutionData[]> {
	const states = await Promise.all(
		parked.map(async (one, index) => await settled(stateOf(batch, one, index))),
	);
	throwIfStopped(batch, parked, states, states);
	const results: readonly Result[] = await Promise.all(
		parked.map(async (one, index) => {
			const state = states[index] as Prediction | Error;
			return state instanceof Error ? state : await settled(resultOf(batch, one, state, index));
		}),
	);
	throwIfStopped(batch, parked, states, results);
	return results.map((result, index) =>
		result instanceof Error
			? toErrorItem(batch.context.getNode(), messageOf(result), parked[index]?.item ?? index)
			: result,
	);
}
