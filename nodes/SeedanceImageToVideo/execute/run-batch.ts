// Runs one operation over all items of a node run at the same time, and says how the run ended: items in input order,
// items for the error branch, or an exception after everything that was accepted has come to its end.
import {
	type IExecuteFunctions,
	type INodeExecutionData,
	NodeApiError,
	NodeOperationError,
} from 'n8n-workflow';
import { onAbort } from '../prediction/clock';
import { adoptEarlier } from '../prediction/flow';
import { Cancelled } from '../prediction/limiter';
import { throwIfCancelled } from '../prediction/wait';
import { type Batch, isToolRun, openBatch, type Result, valueOrError, warn } from './batch';
import { type Job, openJobs } from './job';
import {
	CANCELLED,
	describeCancelled,
	describeOverspending,
	describeRest,
	HINTS,
	type Message,
	messageOf,
	ExplainedError,
	withRetry,
} from './messages';
import { throwFirstFailure, toErrorItem, toNodeError, toOutput } from './node-error';
import { workOn } from './operations';
import { readOperation } from './parameters';
import { takeOverByParking } from './parking/hand-over';

/** Refuses the run where it would cost more than the user allows. @throws ExplainedError */
async function checkSpending(batch: Batch, jobs: ReadonlyArray<Job | Error>): Promise<void> {
	const { spendingLimit } = batch.options;
	if (spendingLimit === 0) return;
	let count = 0;
	let seconds = 0;
	for (const job of jobs) {
		if (job instanceof Error || !job.order || !job.submission) continue;
		const { record } = job.order;
		// An item whose picture cannot be loaded will fail on its own.
		if ((await valueOrError(adoptEarlier(batch.run, job.order))) instanceof Error) continue;
		if (record.accepted() || record.lost() !== null) continue;
		count++;
		seconds += job.submission.settings.body.duration;
	}
	batch.budget.seconds = spendingLimit - seconds;
	if (seconds > spendingLimit) {
		throw new ExplainedError(describeOverspending(count, seconds, spendingLimit));
	}
}

/** n8n keeps nothing of a cancelled node's output: the predictions that were paid for are named, once. */
function warnOfCancelling({ context, run, waitedFor }: Batch): void {
	const ids = new Set([...run.ledger.accepted().map(([, id]) => id), ...waitedFor]);
	if (ids.size > 0) warn(context, describeCancelled([...ids]));
}

/** Short notes that the editor shows beside a run's output, where the installed n8n can show them. */
function giveHints({ context, pickedUp }: Batch, results: readonly Result[]): void {
	const hasAddressOnly = (result: Result) =>
		!(result instanceof Error) && typeof result.json.videoUrl === 'string' && !result.binary;
	const hints = [
		...(pickedUp.size > 0 ? [HINTS.pickedUp(pickedUp.size)] : []),
		...(results.some(hasAddressOnly) ? [HINTS.addressExpires] : []),
	].map((message) => ({ message, location: 'outputPane' as const }));
	if (hints.length > 0) (context as Partial<IExecuteFunctions>).addExecutionHints?.(...hints);
}

/** Items in input order, those that failed in the shape of an error item. @throws NodeApiError, NodeOperationError */
function finish(batch: Batch, results: readonly Result[]): INodeExecutionData[] {
	const ids = new Map(batch.run.ledger.accepted());
	const isCalled = batch.context.getMode() === 'integrated';
	const wordsOf = (failure: Error, item: number): Message => {
		const words = isCalled ? messageOf(failure) : withRetry(messageOf(failure));
		return { ...words, facts: { predictionId: ids.get(item), ...words.facts } };
	};
	throwFirstFailure(batch, results, wordsOf, (others) =>
		describeRest(others, batch.run.ledger.accepted(true), isCalled),
	);
	giveHints(batch, results);
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
		const startTogether = async () => {
			await checkSpending(batch, jobs);
			return await takeOverByParking(batch, jobs);
		};
		const parked = await valueOrError(startTogether());
		const own = async (job: Job | Error) =>
			job instanceof Error ? job : await valueOrError(workOn(batch, job));
		const results =
			parked instanceof Error
				? jobs.map(() => parked)
				: (parked ?? (await Promise.all(jobs.map(own))));
		throwIfCancelled(run);
		wentWell = !parked && !results.some((result) => result instanceof Error);
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
