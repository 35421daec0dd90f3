// Runs one operation over all items of a node run at the same time, and says how the run ended: items in input order,
// items for the error branch, or an exception after everything that was accepted has come to its end.
import {
	type IExecuteFunctions,
	type INodeExecutionData,
	NodeApiError,
	NodeOperationError,
} from 'n8n-workflow';
import { Cancelled, onAbort, throwIfCancelled } from '../prediction/cancellation';
import { adoptEarlier } from '../prediction/flow';
import { type Batch, explained, isToolRun, openBatch, type Result, warn } from './batch';
import { type Job, openJobs } from './job';
import {
	CANCELLED,
	describeCancelled,
	describeLeftAlone,
	describeOverspending,
	describeRest,
	ExplainedError,
	HINTS,
	joined,
	type Message,
	messageOf,
	withRetry,
} from './messages';
import { throwFirstFailure, toErrorItem, toNodeError, toOutput } from './node-error';
import { workOn } from './operations';
import { readOperation } from './parameters';
import { parkRun } from './parking/hand-over';

type Jobs = ReadonlyArray<Job | ExplainedError>;

/** Refuses the run where it would cost more than the user allows. @throws ExplainedError */
async function checkSpending({ run, options, budget }: Batch, jobs: Jobs): Promise<void> {
	const { spendingLimit } = options;
	if (spendingLimit === 0) return;
	let count = 0;
	let seconds = 0;
	for (const job of jobs) {
		if (job instanceof ExplainedError || job.kind !== 'submit') continue;
		const { order, duration } = job;
		// An item whose picture cannot be loaded will fail on its own.
		if ((await explained(adoptEarlier(run, order))) instanceof ExplainedError) continue;
		if (order.record.entry) continue;
		count++;
		seconds += duration;
	}
	budget.seconds = spendingLimit - seconds;
	if (seconds > spendingLimit) {
		throw new ExplainedError(describeOverspending(count, seconds, spendingLimit));
	}
}

/** What comes of each item; of all alike where the run is refused as a whole. */
async function resultsOf(batch: Batch, jobs: Jobs): Promise<readonly Result[]> {
	const refusal = await explained(checkSpending(batch, jobs));
	if (refusal instanceof ExplainedError) return jobs.map(() => refusal);
	const parked = await explained(parkRun(batch, jobs));
	if (parked instanceof ExplainedError) return jobs.map(() => parked);
	if (parked !== null) return parked;
	return await Promise.all(
		jobs.map(async (job) =>
			job instanceof ExplainedError ? job : await explained(workOn(batch, job)),
		),
	);
}

/** n8n keeps nothing of a cancelled node's output: the predictions that were paid for are named, once. */
function warnOfCancelling({ context, run, waitedFor }: Batch): void {
	const ids = new Set([...run.ledger.accepted().map((one) => one.predictionId), ...waitedFor]);
	if (ids.size > 0) warn(context, describeCancelled([...ids]));
}

/** Short notes that the editor shows beside a run's output, where the installed n8n can show them. */
function giveHints({ context, pickedUp, run }: Batch, results: readonly Result[]): void {
	const leftAlone = run.ledger.leftAlone();
	const hasAddressOnly = (result: Result) =>
		!(result instanceof ExplainedError) &&
		typeof result.json.videoUrl === 'string' &&
		!result.binary;
	const hints = [
		...(pickedUp.size > 0 ? [HINTS.pickedUp(pickedUp.size)] : []),
		...(leftAlone.length > 0 ? [describeLeftAlone(leftAlone)] : []),
		...(results.some(hasAddressOnly) ? [HINTS.addressExpires] : []),
	].map((message) => ({ message, location: 'outputPane' as const }));
	if (hints.length > 0) (context as Partial<IExecuteFunctions>).addExecutionHints?.(...hints);
	if (leftAlone.length > 0) warn(context, describeLeftAlone(leftAlone));
}

/** Items in input order, those that failed in the shape of an error item. @throws NodeApiError, NodeOperationError */
function finish(batch: Batch, results: readonly Result[]): INodeExecutionData[] {
	const { ledger } = batch.run;
	const ids = new Map(ledger.accepted().map(({ item, predictionId }) => [item, predictionId]));
	// A sub-workflow is not run again by a retry of the workflow that called it.
	const isCalled = batch.context.getMode() === 'integrated';
	const wordsOf = ({ words }: ExplainedError, item: number): Message => {
		const facts = { predictionId: ids.get(item), ...words.facts };
		return { ...(isCalled ? words : withRetry(words)), facts };
	};
	giveHints(batch, results);
	throwFirstFailure(batch, results, wordsOf, (others) =>
		joined(
			describeRest(others, ledger.retrievable(), isCalled),
			describeLeftAlone(ledger.leftAlone()),
		),
	);
	return toOutput(batch, results, wordsOf);
}

/** @throws InvalidParameter where nothing was read; Cancelled; NodeApiError, NodeOperationError */
async function runAll(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const batch = openBatch(context);
	const { run } = batch;
	const forget = onAbort(run.signal, () => warnOfCancelling(batch));
	let wentWell = false;
	try {
		const jobs = await openJobs(batch, readOperation(context));
		const results = await resultsOf(batch, jobs);
		throwIfCancelled(run);
		wentWell = !results.some((result) => result instanceof ExplainedError);
		return finish(batch, results);
	} finally {
		forget();
		run.ledger.close(wentWell);
	}
}

/**
 * Runs the chosen operation over all items.
 *
 * @throws NodeOperationError or NodeApiError for the first item that failed, unless the node continues on fail
 */
export async function runBatch(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const items = context.getInputData();
	if (items.length === 0) return [];
	return await runAll(context).catch((failure: unknown) => {
		if (failure instanceof NodeApiError || failure instanceof NodeOperationError) throw failure;
		const node = context.getNode();
		if (failure instanceof Cancelled) throw new NodeOperationError(node, CANCELLED);
		const words = messageOf(failure);
		const isTool = isToolRun(context);
		if (!context.continueOnFail()) throw toNodeError(node, words, 0, isTool);
		return items.map((_, item) => toErrorItem(node, words, item, isTool));
	});
}
