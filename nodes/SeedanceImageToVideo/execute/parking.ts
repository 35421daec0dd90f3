// Survive Restarts: hands the accepted predictions to a sub-execution that n8n keeps in its database, and does this
// node's part in there. n8n parks the node's own execution meanwhile and goes on with what comes out.
import {
	type IDataObject,
	type IExecuteFunctions,
	type INode,
	type INodeExecutionData,
	NodeOperationError,
	WAIT_FOR_SUB_EXECUTION,
} from 'n8n-workflow';
import type { Prediction } from '../gptproto/prediction';
import { bounds } from '../prediction/bounds';
import { obtainPrediction } from '../prediction/flow';
import { Cancelled } from '../prediction/limiter';
import { PredictionFailure } from '../prediction/reason';
import { isFinalRefusal } from '../prediction/retry';
import { askForState, askOnce } from '../prediction/wait';
import { readAccess } from './accounts';
import { type Batch, type Job, openBatch, type Result, settled, warn } from './batch';
import { type Asked, NOT_KNOWN, outputItem, type OutputOptions } from './item';
import {
	CANCELLED,
	describeNotHandedOver,
	describeNotParkable,
	describeOtherAccount,
	describeRestOfParked,
	describeWaitCutOff,
	type Message,
	messageOf,
	Refusal,
	withMore,
} from './messages';
import { toErrorItem, toNodeError } from './node-error';
import { deliver } from './operations';
import { parkedWorkflow, type Stage } from './parked-workflow';

/** One item while it is parked: all that its output needs, and no picture, prompt or key. Stored by n8n as JSON. */
interface ParkedItem {
	readonly item: number;
	/** A hash of base URL and key. */
	readonly account: string;
	readonly predictionId: string;
	readonly status: string | null;
	readonly asked: Asked;
	readonly output: OutputOptions;
	readonly isPromised: boolean;
	readonly timeoutMs: number;
	/** On the wall clock, which goes on while n8n does not run. */
	readonly deadlineEpochMs: number;
	/** Whether there is nothing left to wait for. */
	readonly settled: boolean;
	/** What kept the item from its video. */
	readonly failure: Message | null;
}

export function stageOf(context: IExecuteFunctions): Stage | null {
	const stage = context.getNodeParameter('stage', 0, '');
	return stage === 'check' || stage === 'deliver' ? stage : null;
}

/**
 * Whether this n8n parks a parent: `n8n-workflow` exports the constant from 2.41 on; before that a parent would go on
 * with its own input, as if it had videos. The context has to be a new one too, since a package installed beside n8n may
 * have been given another n8n-workflow than n8n's own.
 */
function canBeParked(context: IExecuteFunctions): boolean {
	return WAIT_FOR_SUB_EXECUTION !== undefined && 'onExecutionFinish' in context;
}

/**
 * Parks the run where the user asked for it.
 *
 * @returns what the editor shows meanwhile; null where the node waits itself
 * @throws Refusal, before anything is sent, where this n8n or this credential does not allow it
 */
export async function takeOverByParking(
	batch: Batch,
	jobs: ReadonlyArray<Job | Error>,
): Promise<readonly Result[] | null> {
	const { context, run, isTool } = batch;
	const { surviveRestarts, maxConcurrentRequests } = batch.options;
	const waiting = jobs.filter((job): job is Job => !(job instanceof Error) && job.plan.waits);
	if (!surviveRestarts || isTool || waiting.length === 0) return null;
	if (!canBeParked(context)) throw new Refusal(describeNotParkable('oldN8n'));
	const withoutItem = await accountIdWithoutItem(context);
	if (waiting.some(({ account }) => account.id !== withoutItem)) {
		throw new Refusal(describeNotParkable('credentialOfItem'));
	}
	const parked = await Promise.all(jobs.map(async (job, item) => await park(batch, job, item)));
	if (run.signal?.aborted) throw new Cancelled();
	const ids = parked.flatMap(({ settled, predictionId }) => (settled ? [] : [predictionId]));
	if (ids.length === 0) {
		return parked.map(({ failure }) => new Refusal(failure as Message));
	}
	try {
		const proxy = context.getWorkflowDataProxy(0);
		await context.executeWorkflow(
			{ code: parkedWorkflow(context.getNode(), ids, maxConcurrentRequests) },
			parked.map((one) => toItem(context.getNode(), one)),
			undefined,
			{
				parentExecution: {
					executionId: proxy.$execution.id,
					workflowId: proxy.$workflow.id,
					shouldResume: true,
				},
				executionMode: context.getMode(),
			},
		);
	} catch (fault) {
		// What was accepted is in the ledger: the node picks it up and waits itself.
		warn(context, describeNotHandedOver(fault));
		return null;
	}
	for (const job of waiting) job.order?.line.recordDelivered();
	return parked.map(shownMeanwhile);
}

/** The account that a parked execution, which does not have the items, is sent with; null where there is none. */
async function accountIdWithoutItem(context: IExecuteFunctions): Promise<string | null> {
	const without = Object.create(context, {
		connectionInputData: { value: [{ json: {} }] },
		executeData: { value: undefined },
	}) as IExecuteFunctions;
	const access = await settled(readAccess(without, 0));
	return access instanceof Error ? null : access.accountId;
}

/** Brings an item to its prediction and writes down what its output will need. */
async function park(batch: Batch, job: Job | Error, item: number): Promise<ParkedItem> {
	const { run, refusals, pickedUp } = batch;
	const none = { item, account: '', predictionId: '', status: null, asked: NOT_KNOWN };
	const nothing = {
		...none,
		output: { simplify: true, videoField: null },
		isPromised: true,
		timeoutMs: 0,
		deadlineEpochMs: 0,
		settled: true,
	};
	if (job instanceof Error) return { ...nothing, failure: messageOf(job) };
	const { plan, account, order, startedAt } = job;
	const { output, waits: isPromised, timeoutMs } = plan;
	const deadlineEpochMs = run.clock.epochMs() + startedAt + timeoutMs - run.clock.now();
	const facts = { item, account: account.id, output, isPromised, timeoutMs, deadlineEpochMs };
	const open = { ...facts, settled: false, failure: null };
	if (!order) {
		return { ...open, predictionId: plan.predictionId ?? '', status: null, asked: NOT_KNOWN };
	}
	try {
		const obtained = await obtainPrediction(run, refusals, order, 'accepted');
		if (obtained.pickedUp) pickedUp.add(item);
		const { prediction, model, frame } = obtained;
		const { id: predictionId, status } = prediction;
		return { ...open, predictionId, status, asked: { model, frame } };
	} catch (failure) {
		return { ...nothing, failure: messageOf(failure) };
	}
}

/**
 * n8n can go on with what the sub-execution holds when that was stopped, or killed in a worker: then these items are the
 * node's output, so each of them is an error item that says how to get its video.
 */
function toItem(node: INode, parked: ParkedItem): INodeExecutionData {
	const { item, predictionId, status, failure } = parked;
	const words = failure ?? describeWaitCutOff(predictionId, status);
	const { json } = toErrorItem({ ...node, onError: 'continueRegularOutput' }, words, item);
	const details = { ...(json.details as IDataObject), parked: parked as unknown as IDataObject };
	return { json: { ...json, details }, pairedItem: { item } };
}

function fromItem({ json }: INodeExecutionData): ParkedItem {
	return (json.details as IDataObject).parked as unknown as ParkedItem;
}

/** What the editor shows of the node while its execution is parked. No key is called `error`: n8n would run it again. */
function shownMeanwhile({
	item,
	predictionId,
	status,
	asked,
	failure,
}: ParkedItem): INodeExecutionData {
	const data = { id: predictionId, status: status ?? 'created' };
	const facts = { hasNsfwContent: null, executionTime: null, createdAt: null, model: null, data };
	const prediction: Prediction = failure
		? { ...facts, ...data, state: 'ended', failureReason: failure.message }
		: { ...facts, ...data, state: 'working' };
	return outputItem(item, prediction, asked, { simplify: true, videoField: null }, null);
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
		// A finished prediction may be without its address for a while: it is asked once more.
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
		return outputItem(one.item, prediction, one.asked, one.output, null);
	});
	throwIfStopped(states);
	const results = await settle(async (one, index) => {
		const state = states[index] as Result;
		const prediction = predictions.get(one);
		if (state instanceof Error || !prediction) return state;
		// n8n may be a minute late, which is not the video's fault.
		const leftMs = Math.max(one.deadlineEpochMs - run.clock.epochMs(), 2 * bounds.resultMs);
		return await deliver(context, run, prediction, {
			...one,
			account: await accountOf(batch, one, index),
			deadline: run.clock.now() + leftMs,
		});
	});
	throwIfStopped(results);
	return results.map((result, index) =>
		result instanceof Error
			? toErrorItem(node, messageOf(result), parked[index]?.item ?? index)
			: result,
	);
}
