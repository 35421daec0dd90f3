// The node's part in the sub-execution that keeps a parked wait: asking once a minute, and delivering at the end.
import { type IExecuteFunctions, type INodeExecutionData, NodeOperationError } from 'n8n-workflow';
import type { Prediction } from '../../gptproto/prediction';
import { bounds } from '../../prediction/bounds';
import { Cancelled } from '../../prediction/limiter';
import { PredictionFailure } from '../../prediction/reason';
import { isFinalRefusal } from '../../prediction/retry';
import { askForState, askOnce } from '../../prediction/wait';
import { type Batch, openBatch, type Result, settled } from '../batch';
import { outputItem } from '../item';
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

/** The account of a parked item. @throws Refusal where it is another one than before */
async function accountOf(
	{ accounts }: Batch,
	{ account, predictionId }: ParkedItem,
	index: number,
) {
	const present = await accounts.of(index);
	if (present.id !== account) throw new Refusal(describeOtherAccount(predictionId));
	return present;
}

/** Asks once whether there is still something to wait for. */
async function check(batch: Batch, parked: ParkedItem, index: number): Promise<ParkedItem> {
	const { run } = batch;
	const { predictionId, isPromised, timeoutMs, deadlineEpochMs } = parked;
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
		// A finished prediction may be without its address for a while: it is requested once more.
		const lacksAddress = prediction?.state === 'succeeded' && prediction.videoUrl === null;
		const isSettled = isPromised
			? prediction !== null &&
				prediction.state !== 'working' &&
				!(lacksAddress && status !== parked.status)
			: prediction !== null;
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

/** Puts out exactly what the node would have put out, had it waited itself. */
async function deliverAll(
	batch: Batch,
	parked: readonly ParkedItem[],
): Promise<INodeExecutionData[]> {
	const { context, run } = batch;
	const node = context.getNode();
	const predictions = new Map<ParkedItem, Prediction>();
	const settle = async (work: (one: ParkedItem, index: number) => Promise<Result>) =>
		await Promise.all(
			parked.map(async (one, index): Promise<Result> => {
				if (one.failure) return new Refusal(one.failure);
				return await settled(work(one, index));
			}),
		);
	const throwIfStopped = (results: readonly Result[]) => {
		if (run.signal?.aborted) throw new NodeOperationError(node, CANCELLED);
		const failed = parked.flatMap(({ item }, index) => {
			const result = results[index];
			return result instanceof Error ? [[item, messageOf(result)] as const] : [];
		});
		const [first] = failed;
		if (!first || context.continueOnFail()) return;
		const videos = [...predictions].flatMap(([{ item }, one]) =>
			one.state === 'succeeded' && item !== first[0]
				? [[item, `${one.id} ${one.videoUrl ?? ''}`] as const]
				: [],
		);
		const others = failed.slice(1).map(([item, { message }]) => [item, message] as const);
		const rest = describeRestOfParked(others, videos);
		const [item, words] = first;
		throw toNodeError(node, withMore(words, rest), item);
	};

	const states = await settle(async (one, index) => {
		const account = await accountOf(batch, one, index);
		const patienceMs = 4 * bounds.resultMs;
		const { predictionId } = one;
		const prediction = await askForState(run, predictionId, account, run.clock.now() + patienceMs);
		predictions.set(one, prediction);
		const facts = { predictionId, status: prediction.status };
		if (one.isPromised && prediction.state === 'ended') {
			throw new PredictionFailure(
				{ kind: 'ended', failureReason: prediction.failureReason },
				facts,
			);
		}
		if (one.isPromised && prediction.state === 'succeeded' && prediction.videoUrl === null) {
			throw new PredictionFailure({ kind: 'noVideoAddress' }, facts);
		}
		return outputItem(one.item, prediction, one.requested, one.output, null);
	});
	throwIfStopped(states);
	const results = await settle(async (one, index) => {
		const state = states[index] as Result;
		const prediction = predictions.get(one);
		if (state instanceof Error || !prediction) return state;
		// n8n may be a minute late, which is not the video's fault.
		const remainingMs = Math.max(one.deadlineEpochMs - run.clock.epochMs(), 2 * bounds.resultMs);
		return await deliver(context, run, prediction, {
			...one,
			account: await accountOf(batch, one, index),
			deadline: run.clock.now() + remainingMs,
		});
	});
	throwIfStopped(results);
	return results.map((result, index) =>
		result instanceof Error
			? toErrorItem(node, messageOf(result), parked[index]?.item ?? index)
			: result,
	);
}
