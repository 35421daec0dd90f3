// Survive Restarts: hands the accepted predictions to a sub-execution that n8n keeps in its database. n8n parks the node's
// own execution meanwhile and goes on with what comes out of resume.ts.
import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type IRunExecutionData,
	WAIT_FOR_SUB_EXECUTION,
} from 'n8n-workflow';
import { unreadPrediction } from '../../gptproto/prediction';
import { obtainPrediction } from '../../prediction/flow';
import { throwIfCancelled } from '../../prediction/wait';
import { readAccess } from '../accounts';
import { type Batch, type Result, settled, warn } from '../batch';
import { UNKNOWN_REQUEST, outputItem } from '../item';
import type { Job } from '../job';
import { describeNotHandedOver, describeNotParkable, Refusal } from '../messages';
import { failedItem, type ParkedItem, toItem } from './parked-item';
import { parkedWorkflow } from './workflow';

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
	const waiting = jobs.filter((job): job is Job => !(job instanceof Error) && job.isPromised);
	if (!surviveRestarts || isTool || waiting.length === 0) return null;
	// n8n parks a parent from 2.41 on, where `n8n-workflow` exports the constant; before that a parent would go on with its
	// own input, as if it had videos. The context has to be a new one too, since a package installed beside n8n may have
	// been given another n8n-workflow than n8n's own.
	const canBeParked = WAIT_FOR_SUB_EXECUTION !== undefined && 'onExecutionFinish' in context;
	if (!canBeParked) throw new Refusal(describeNotParkable('oldN8n'));
	const withoutItem = await accountIdWithoutItem(context);
	if (jobs.some((job) => !(job instanceof Error) && job.account.id !== withoutItem)) {
		throw new Refusal(describeNotParkable('credentialOfItem'));
	}
	const parked = await Promise.all(jobs.map(async (job, item) => await park(batch, job, item)));
	throwIfCancelled(run);
	const ids = parked.flatMap((one) => (one.failure ? [] : [one.predictionId]));
	if (ids.length === 0) {
		return parked.flatMap(({ failure }) => (failure ? [new Refusal(failure)] : []));
	}
	const continues = context.continueOnFail();
	const code = parkedWorkflow(context.getNode(), continues, ids, maxConcurrentRequests);
	try {
		const proxy = context.getWorkflowDataProxy(0);
		const workflowId = proxy.$workflow.id;
		const { executionId } = await context.executeWorkflow({ code }, parked.map(toItem), undefined, {
			parentExecution: { executionId: proxy.$execution.id, workflowId, shouldResume: true },
			executionMode: context.getMode(),
		});
		// n8n lists it under this workflow, and makes a link of this.
		context.setMetadata({ subExecution: { executionId, workflowId }, subExecutionsCount: 1 });
	} catch (fault) {
		// What was accepted is in the ledger: the node picks it up and waits itself.
		warn(context, describeNotHandedOver(fault));
		return null;
	}
	// What was refused or lost was not handed over, and a later round of a loop has to know.
	for (const { item, order } of waiting) {
		if (!parked[item]?.failure) order?.record.saveDelivered('handedOver');
	}
	return parked.map(shownMeanwhile);
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
	const access = await settled(readAccess(without, 0));
	return access instanceof Error ? null : access.accountId;
}

/** Brings an item to its prediction and writes down what its output will need. */
async function park({ run, pickedUp }: Batch, job: Job | Error, item: number): Promise<ParkedItem> {
	if (job instanceof Error) return failedItem(item, job);
	const { account, order, output, isPromised, timeoutMs, deadline } = job;
	const facts = {
		item,
		account: account.id,
		output,
		isPromised,
		timeoutMs,
		deadlineEpochMs: run.clock.epochMs() + deadline - run.clock.now(),
		// Any state is an answer where no video is promised: it is asked for once, at the end.
		settled: !isPromised,
		failure: null,
	};
	if (!order) {
		return { ...facts, predictionId: job.predictionId, status: null, requested: UNKNOWN_REQUEST };
	}
	const obtained = await settled(obtainPrediction(run, order, 'accepted'));
	if (obtained instanceof Error) return failedItem(item, obtained);
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
