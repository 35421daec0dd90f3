// Runs one operation over all items of a node run at the same time, and says how the run ended: items in input order,
// items for the error branch, or an exception after everything that was accepted has come to its end.
import {
	type IExecuteFunctions,
	type INodeExecutionData,
	NodeApiError,
	type NodeExecutionHint,
	NodeOperationError,
} from 'n8n-workflow';
import type { Operation } from '../description/operation';
import { onAbort } from '../prediction/clock';
import { adoptEarlier } from '../prediction/flow';
import { type Batch, isToolRun, openBatch, type Result, settled, warn } from './batch';
import { type Job, openJobs } from './job';
import {
	CANCELLED,
	describeCancelled,
	describeOverspending,
	describeRest,
	HINTS,
	type Message,
	messageOf,
	Refusal,
	withMore,
	withRetry,
} from './messages';
import { toErrorItem, toNodeError } from './node-error';
import { readOperation } from './parameters';

/** An item's way to its output. */
export type Work = (batch: Batch, job: Job) => Promise<INodeExecutionData>;

/** A way for the whole run in place of each item's own; null where it cannot be gone. */
export type TakeOver = (
	batch: Batch,
	jobs: ReadonlyArray<Job | Error>,
) => Promise<readonly Result[] | null>;

/** Refuses the run where it would cost more than the user allows. @throws Refusal */
async function checkSpending(batch: Batch, jobs: ReadonlyArray<Job | Error>): Promise<void> {
	const { spendingLimit } = batch.options;
	if (spendingLimit === 0) return;
	let count = 0;
	let seconds = 0;
	for (const job of jobs) {
		if (job instanceof Error || !job.order || !job.plan.submission) continue;
		const { record } = job.order;
		// An item whose picture cannot be loaded will fail on its own.
		if ((await settled(adoptEarlier(batch.run, job.order))) instanceof Error) continue;
		if (record.accepted() || record.lost() !== null) continue;
		count++;
		seconds += job.plan.submission.settings.body.duration;
	}
	if (seconds > spendingLimit) {
		throw new Refusal(describeOverspending(count, seconds, spendingLimit));
	}
}

/** n8n keeps nothing of a cancelled node's output: the predictions that were paid for are named, once. */
function warnOfCancelling({ context, run, waitedFor }: Batch): void {
	const ids = new Set([...run.ledger.accepted().map(([, id]) => id), ...waitedFor]);
	if (ids.size > 0) warn(context, describeCancelled([...ids]));
}

/** Short notes that the editor shows beside a run's output, where the installed n8n can show them. */
function giveHints({ context, pickedUp }: Batch, results: readonly Result[]): void {
	const hints: NodeExecutionHint[] = [];
	if (pickedUp.size > 0) hints.push({ message: HINTS.pickedUp(pickedUp.size) });
	const hasAddressOnly = (result: Result) =>
		!(result instanceof Error) && typeof result.json.videoUrl === 'string' && !result.binary;
	if (results.some(hasAddressOnly)) hints.push({ message: HINTS.addressExpires });
	if (hints.length === 0) return;
	(context as Partial<IExecuteFunctions>).addExecutionHints?.(
		...hints.map((hint): NodeExecutionHint => ({ location: 'outputPane', ...hint })),
	);
}

/** Items in input order, those that failed in the shape of an error item. @throws NodeApiError, NodeOperationError */
function finish(batch: Batch, results: readonly Result[]): INodeExecutionData[] {
	const { context, run, isTool } = batch;
	const node = context.getNode();
	const ids = new Map(run.ledger.accepted());
	const wordsOf = (failure: Error, item: number): Message => {
		const words = withRetry(messageOf(failure));
		return { ...words, facts: { predictionId: ids.get(item), ...words.facts } };
	};
	const [first, ...others] = [...results.entries()].flatMap(([item, result]) =>
		result instanceof Error ? [[item, wordsOf(result, item)] as const] : [],
	);
	if (first && !context.continueOnFail()) {
		const [item, words] = first;
		const said = others
			// What met the whole run is said once.
			.filter(([other]) => results[other] !== results[item])
			.map(([other, { message }]) => [other, message] as const);
		const rest = describeRest(said, run.ledger.accepted(true));
		throw toNodeError(node, withMore(words, rest), item, isTool);
	}
	giveHints(batch, results);
	return results.map((result, item) =>
		result instanceof Error ? toErrorItem(node, wordsOf(result, item), item, isTool) : result,
	);
}

/** @throws InvalidParameter where nothing was read; NodeApiError, NodeOperationError */
async function runAll(
	batch: Batch,
	works: Readonly<Record<Operation, Work>>,
	takeOver: TakeOver,
): Promise<INodeExecutionData[]> {
	const { context, run } = batch;
	const operation = readOperation(context);
	const forget = onAbort(run.signal, () => warnOfCancelling(batch));
	let wentWell = false;
	try {
		const jobs = await openJobs(batch, operation);
		const whole = async () => {
			await checkSpending(batch, jobs);
			return await takeOver(batch, jobs);
		};
		const own = async (job: Job | Error) =>
			job instanceof Error ? job : await settled(works[operation](batch, job));
		const taken = await settled(whole());
		const results =
			taken instanceof Error
				? jobs.map(() => taken)
				: (taken ?? (await Promise.all(jobs.map(own))));
		if (run.signal?.aborted) throw new NodeOperationError(context.getNode(), CANCELLED);
		wentWell = !taken && !results.some((result) => result instanceof Error);
		return finish(batch, results);
	} finally {
		forget();
		run.ledger.close(wentWell);
	}
}

/**
 * Runs the chosen operation over all items.
 *
 * @param works of the operations
 * @param takeOver asked first, when all items have been read and nothing was sent
 * @throws NodeOperationError or NodeApiError for the first item that failed, unless the node continues on fail
 */
export async function runBatch(
	context: IExecuteFunctions,
	works: Readonly<Record<Operation, Work>>,
	takeOver: TakeOver,
): Promise<INodeExecutionData[]> {
	const items = context.getInputData();
	if (items.length === 0) return [];
	const run = async () => await runAll(openBatch(context), works, takeOver);
	return await run().catch((failure: unknown) => {
		if (failure instanceof NodeApiError || failure instanceof NodeOperationError) throw failure;
		const node = context.getNode();
		const words = messageOf(failure);
		const isTool = isToolRun(context);
		if (!context.continueOnFail()) throw toNodeError(node, words, 0, isTool);
		return items.map((_, item) => toErrorItem(node, words, item, isTool));
	});
}
