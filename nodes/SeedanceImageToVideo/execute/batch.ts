// Runs one operation over all items of a node run at the same time, and says how the run ended: items in input order,
// items for the error branch, or an exception after everything that was accepted has come to its end.
import {
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type NodeExecutionHint,
	NodeApiError,
	NodeOperationError,
	sleep,
} from 'n8n-workflow';
import type { Operation } from '../description/operation';
import { buildRequest } from '../gptproto/request';
import { bounds } from '../prediction/bounds';
import { onAbort, systemClock } from '../prediction/clock';
import { adoptEarlier, type Order, type Refusals } from '../prediction/flow';
import { Ledger } from '../prediction/ledger';
import { Cancelled } from '../prediction/limiter';
import type { Account, Run, RunEvent } from '../prediction/run';
import { createSemaphore } from '../prediction/semaphore';
import { RequestSlots } from '../prediction/slots';
import { Accounts } from './accounts';
import {
	CANCELLED,
	describeCancelled,
	describeEvent,
	describeOverspending,
	describeRest,
	HINTS,
	messageOf,
	Refusal,
	withMore,
	withRetry,
} from './messages';
import { toErrorItem, toNodeError } from './node-error';
import {
	hashOfParameters,
	type ItemPlan,
	readOperation,
	readPlan,
	readRunOptions,
	type RunOptions,
} from './parameters';
import { loadPicture, sizeOfPicture } from './picture';

/** One item on its way: what its parameters say, with whose account, and its order where it submits. */
export interface Job {
	readonly item: number;
	readonly plan: ItemPlan;
	readonly account: Account;
	readonly order: Order | null;
	/** When the item began, on the clock's scale. */
	readonly startedAt: number;
}

/** A node run: what its items share on n8n's side. */
export interface Batch {
	readonly context: IExecuteFunctions;
	readonly options: RunOptions;
	readonly run: Run;
	readonly refusals: Refusals;
	readonly accounts: Accounts;
	readonly isTool: boolean;
	/** Ids of Get Result that are waited for; named when the run is cancelled. */
	readonly waitedFor: Set<string>;
	/** Items whose prediction an earlier try had paid for. */
	readonly pickedUp: Set<number>;
}

/** An item's output, or what kept it from one. */
export type Result = INodeExecutionData | Error;

/** An item's way to its output. */
export type Work = (batch: Batch, job: Job) => Promise<INodeExecutionData>;

/** A way for the whole run in place of each item's own; null where it cannot be gone. */
export type TakeOver = (
	batch: Batch,
	jobs: ReadonlyArray<Job | Error>,
) => Promise<readonly Result[] | null>;

/** What came of it, or what kept it from coming. */
export async function settled<Value>(work: Promise<Value>): Promise<Value | Error> {
	return await work.catch((failure: unknown) =>
		failure instanceof Error ? failure : new Error(String(failure)),
	);
}

/** A tool's retry has a new `$runIndex` in n8n, so as a tool the round says nothing. */
function isToolRun(context: IExecuteFunctions): boolean {
	const asksItself = (context as Partial<IExecuteFunctions>).isToolExecution?.() ?? false;
	return asksItself || context.getNode().type.endsWith('Tool');
}

/** Tells the person about what must not be lost: in n8n's log, and in the editor where somebody watches. */
export function warn(context: IExecuteFunctions, message: string): void {
	context.logger.warn(`${context.getNode().name}: ${message}`);
	if (context.getMode() === 'manual') context.sendMessageToUI(message);
}

function report(context: IExecuteFunctions, event: RunEvent): void {
	const message = describeEvent(event);
	if (event.kind !== 'accepted') warn(context, message);
	else context.logger.info(`${context.getNode().name}: ${message}`);
}

/** @throws InvalidParameter */
export function openBatch(context: IExecuteFunctions): Batch {
	const options = readRunOptions(context);
	const isTool = isToolRun(context);
	const signal = context.getExecutionCancelSignal();
	const round = Number(context.evaluateExpression('{{ $runIndex }}', 0)) || 0;
	const ledger = new Ledger(context.getContext('node') as IDataObject, {
		round: isTool ? null : round,
		executionId: context.getExecutionId(),
		parameters: hashOfParameters(context.getNode()),
	});
	return {
		context,
		options,
		run: {
			clock: systemClock,
			random: Math.random,
			signal,
			ledger,
			pictures: createSemaphore(bounds.pictureBytes),
			downloads: createSemaphore(bounds.concurrentDownloads),
			report: (event) => report(context, event),
		},
		refusals: new Map(),
		accounts: new Accounts(context, systemClock, new RequestSlots(options.maxConcurrentRequests)),
		isTool,
		waitedFor: new Set(),
		pickedUp: new Set(),
	};
}

/** The id that an error item, sent round again, names itself. */
function namedId(context: IExecuteFunctions, item: number): string | null {
	const { error, details } = context.getInputData()[item]?.json ?? {};
	const { predictionId } = Object(details) as IDataObject;
	return typeof error === 'string' && typeof predictionId === 'string' ? predictionId : null;
}

async function openJob(
	{ context, run, accounts, isTool }: Batch,
	operation: Operation,
	item: number,
	startedAt: number,
): Promise<Job> {
	const plan = readPlan(context, operation, item, isTool);
	const account = await accounts.of(item);
	const job = { item, plan, account, startedAt };
	if (!plan.submission) return { ...job, order: null };
	const { settings, image, lastImage } = plan.submission;
	const order: Order = {
		...plan,
		line: run.ledger.line({ item, account: account.id, namedId: namedId(context, item) }),
		account,
		model: settings.model,
		frame: settings.frame,
		startedAt,
		async pictureBytes() {
			const size = await sizeOfPicture(context, item, image);
			return size + (lastImage ? await sizeOfPicture(context, item, lastImage) : 0);
		},
		async load() {
			const first = await loadPicture(context, item, image);
			return buildRequest(
				settings,
				first,
				lastImage && (await loadPicture(context, item, lastImage)),
			);
		},
	};
	return { ...job, order };
}

/** Reads all items before anything is sent, giving way to the rest of n8n now and then. */
async function openJobs(batch: Batch, operation: Operation): Promise<Array<Job | Error>> {
	const startedAt = batch.run.clock.now();
	const jobs: Array<Job | Error> = [];
	for (const item of batch.context.getInputData().keys()) {
		if (item % 20 === 19) await sleep(0);
		jobs.push(await settled(openJob(batch, operation, item, startedAt)));
	}
	return jobs;
}

/** Refuses the run where it would cost more than the user allows. @throws Refusal */
async function checkSpending(batch: Batch, jobs: ReadonlyArray<Job | Error>): Promise<void> {
	const { spendingLimit } = batch.options;
	if (spendingLimit === 0) return;
	let count = 0;
	let seconds = 0;
	for (const job of jobs) {
		if (job instanceof Error || !job.order || !job.plan.submission) continue;
		await adoptEarlier(batch.run, job.order);
		const { line } = job.order;
		if (line.accepted() || line.lost() !== null) continue;
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
	const [first, ...others] = [...results.entries()].flatMap(([item, result]) =>
		result instanceof Error ? [[item, withRetry(messageOf(result))] as const] : [],
	);
	if (first && !context.continueOnFail()) {
		const [item, words] = first;
		const said = others.map(([other, { message }]) => [other, message] as const);
		const rest = describeRest(said, run.ledger.accepted());
		throw toNodeError(node, withMore(words, rest), item, isTool);
	}
	giveHints(batch, results);
	return results.map((result, item) =>
		result instanceof Error
			? toErrorItem(node, withRetry(messageOf(result)), item, isTool)
			: result,
	);
}

/** @throws Refusal, InvalidParameter, Cancelled where nothing was sent; NodeApiError, NodeOperationError */
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
		await checkSpending(batch, jobs);
		const taken = await takeOver(batch, jobs);
		const own = async (job: Job | Error) =>
			job instanceof Error ? job : await settled(works[operation](batch, job));
		const results = taken ?? (await Promise.all(jobs.map(own)));
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
		if (failure instanceof Cancelled) throw new NodeOperationError(node, CANCELLED);
		const words = messageOf(failure);
		const isTool = isToolRun(context);
		if (!context.continueOnFail()) throw toNodeError(node, words, 0, isTool);
		return items.map((_, item) => toErrorItem(node, words, item, isTool));
	});
}
