// Survive Restarts: hands the accepted predictions to a sub-execution that n8n keeps in its database. n8n parks the node's
// own execution meanwhile and goes on with what comes out of resume.ts.
import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type IRunExecutionData,
	WAIT_FOR_SUB_EXECUTION,
} from 'n8n-workflow';
import { unreadPrediction } from '../../gptproto/prediction';
import { throwIfCancelled } from '../../prediction/cancellation';
import { obtainPrediction } from '../../prediction/flow';
import { deadlineOf } from '../../prediction/run';
import { readAccess } from '../accounts';
import { type Batch, explained, type Result, warn } from '../batch';
import { outputItem, UNKNOWN_REQUEST } from '../item';
import type { Job } from '../job';
import { describeNotHandedOver, describeNotParkable, ExplainedError } from '../messages';
import { failedItem, type ParkedItem, toItem } from './parked-item';
import { parkedWorkflow } from './workflow';

/**
 * Parks the run where the user asked for it.
 *
 * @returns what the editor shows meanwhile; null where the node waits itself
 * @throws ExplainedError, before anything is sent, where this n8n or this credential does not allow it
 */
export async function parkRun(
	batch: Batch,
	jobs: ReadonlyArray<Job | ExplainedError>,
): Promise<readonly Result[] | null> {
	const { context, run, options, isTool } = batch;
	const opened = jobs.filter((job): job is Job => !(job instanceof ExplainedError));
	const hasToWait = opened.some(({ waitsForVideo }) => waitsForVideo);
	if (!options.surviveRestarts || isTool || !hasToWait) return null;
	await throwIfNotParkable(context, opened);
	const parked = await Promise.all(jobs.map(async (job, item) => await park(batch, job, item)));
	throwIfCancelled(run);
	if (parked.every(({ failure }) => failure)) {
		return parked.flatMap(({ failure }) => (failure ? [new ExplainedError(failure)] : []));
	}
	let ended: INodeExecutionData[] | null;
	try {
		ended = await startSubExecution(batch, parked);
	} catch (fault) {
		// What was accepted is in the ledger: the node picks it up and waits itself.
		warn(context, describeNotHandedOver(fault));
		return null;
	}
	// What was refused or lost was not handed over, and a later round of a loop has to know.
	for (const job of opened) {
		if (job.kind === 'submit' && !parked[job.item]?.failure) job.order.record.saveHandedOver();
	}
	return ended ?? parked.map(shownMeanwhile);
}

/** @throws ExplainedError */
async function throwIfNotParkable(context: IExecuteFunctions, jobs: readonly Job[]): Promise<void> {
	// n8n parks a parent from 2.41 on, where `n8n-workflow` exports the constant; before that a parent would go on with its
	// own input, as if it had videos. The context has to be a new one too, since a package installed beside n8n may have
	// been given another n8n-workflow than n8n's own.
	const canBeParked = WAIT_FOR_SUB_EXECUTION !== undefined && 'onExecutionFinish' in context;
	if (!canBeParked) throw new ExplainedError(describeNotParkable('oldN8n'));
	const withoutItem = await accountIdWithoutItem(context);
	if (jobs.some(({ account }) => account.id !== withoutItem)) {
		throw new ExplainedError(describeNotParkable('credentialOfItem'));
	}
}

/**
 * Starts the execution that keeps the wait.
 *
 * @returns null where it waits, so that n8n parks this one too; where it came to its end at once, what it put out
 * @throws whatever n8n throws
 */
async function startSubExecution(
	{ context, options }: Batch,
	parked: readonly ParkedItem[],
): Promise<INodeExecutionData[] | null> {
	const ids = parked.flatMap((one) => (one.failure ? [] : [one.predictionId]));
	const code = parkedWorkflow(
		context.getNode(),
		context.continueOnFail(),
		ids,
		options.maxConcurrentRequests,
	);
	const { $execution, $workflow } = context.getWorkflowDataProxy(0);
	const workflowId = $workflow.id;
	const started = await context.executeWorkflow({ code }, parked.map(toItem), undefined, {
		parentExecution: { executionId: $execution.id, workflowId, shouldResume: true },
		executionMode: context.getMode(),
	});
	// n8n lists it under this workflow, and makes a link of this.
	const subExecution = { executionId: started.executionId, workflowId };
	context.setMetadata({ subExecution, subExecutionsCount: 1 });
	return started.waitTill ? null : (started.data[0] ?? []);
}

/**
 * The account that a parked execution is sent with, which has neither the items nor what other nodes put out; null where
 * there is none.
 */
async function accountIdWithoutItem(context: IExecuteFunctions): Promise<string | null> {
	const { runExecutionData } = context as unknown as { runExecutionData: IRunExecutionData };
	const without = Object.create(context, {
		connectionInputData: { value: [{ json: {} }] },
		executeData: { value: undefined },
		runExecutionData: { value: { ...runExecutionData, resultData: { runData: {} } } },
	}) as IExecuteFunctions;
	const access = await explained(readAccess(without, 0));
	return access instanceof ExplainedError ? null : access.accountId;
}

/** Brings an item to its prediction and writes down what its output will need. */
async function park(
	{ run, pickedUp }: Batch,
	job: Job | ExplainedError,
	item: number,
): Promise<ParkedItem> {
	if (job instanceof ExplainedError) return failedItem(item, job.words);
	const { output, waitsForVideo, timing } = job;
	const facts = {
		item,
		output,
		waitsForVideo,
		timeoutMs: timing.timeoutMs,
		deadlineEpochMs: run.clock.epochMs() + deadlineOf(timing) - run.clock.now(),
		refusedSinceEpochMs: null,
		// Where nobody waits for a video any state will do: it is polled once, at the end.
		settled: !waitsForVideo,
		failure: null,
	};
	if (job.kind === 'getResult') {
		const { predictionId } = job;
		return { ...facts, predictionId, status: null, requested: UNKNOWN_REQUEST };
	}
	const obtained = await explained(obtainPrediction(run, job.order, 'accepted'));
	if (obtained instanceof ExplainedError) return failedItem(item, obtained.words);
	if (obtained.pickedUp) pickedUp.add(item);
	const { prediction, model, frame } = obtained;
	const { id: predictionId, status } = prediction;
	return { ...facts, predictionId, status, requested: { model, frame } };
}

/** What the editor shows of the node while its execution is parked. No key is called `error`: n8n would run it again. */
function shownMeanwhile(parked: ParkedItem): INodeExecutionData {
	const { item, failure } = parked;
	const prediction = failure
		? ({ ...unreadPrediction('', null), state: 'ended', failureReason: failure.message } as const)
		: unreadPrediction(parked.predictionId, parked.requested.model, parked.status ?? undefined);
	const requested = failure ? UNKNOWN_REQUEST : parked.requested;
	return outputItem(item, prediction, requested, { simplify: true, videoField: null }, null);
}
