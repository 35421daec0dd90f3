// Runs one operation over all items of a node run at the same time, and says how the run ended: items in input order,
// items for the error branch, or an exception after everything that was accepted has come to its end.
import {
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
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
import { giveHints } from './hints';
import {
	CANCELLED,
	describeCancelled,
	describeEvent,
	describeOverspending,
	describeRest,
	type Message,
} from './messages';
import { toErrorItem, toNodeError, withRetry } from './node-error';
import { hashOfParameters, type ItemPlan, readPlan, readRunOptions } from './parameters';
import { loadPicture, sizeOfPicture } from './picture';
import { messageOf, Refusal } from './refusal';

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
	readonly run: Run;
	readonly refusals: Refusals;
	readonly accounts: Accounts;
	readonly operation: Operation;
	readonly isTool: boolean;
	/** Ids of Get Result that are waited for; named when the run is cancelled. */
	readonly waitedFor: Set<string>;
	/** Items whose prediction an earlier try had paid for. */
	readonly pickedUp: Set<number>;
}

/** An item's way to its output. */
export type Work = (batch: Batch, job: Job) => Promise<INodeExecutionData>;

/** A tool's retry has a new `$runIndex` in n8n, so as a tool the round says nothing. */
function isToolRun(context: IExecuteFunctions): boolean {
	const asksItself = (context as Partial<IExecuteFunctions>).isToolExecution?.() ?? false;
	return asksItself || context.getNode().type.endsWith('Tool');
}

function note(context: IExecuteFunctions, message: string): void {
	context.logger.info(`${context.getNode().name}: ${message}`);
}

/** Tells the person about what must not be lost: in n8n's log, and in the editor where somebody watches. */
export function warn(context: IExecuteFunctions, message: string): void {
	context.logger.warn(`${context.getNode().name}: ${message}`);
	if (context.getMode() === 'manual') context.sendMessageToUI(message);
}

/** @throws InvalidParameter */
export function openBatch(
	context: IExecuteFunctions,
	operation: Operation,
	isTool: boolean,
): Batch {
	const { maxConcurrentRequests } = readRunOptions(context);
	const clock = systemClock;
	const round = Number(context.evaluateExpression('{{ $runIndex }}', 0)) || 0;
	const ledger = new Ledger(context.getContext('node') as IDataObject, {
		round: isTool ? null : round,
		executionId: context.getExecutionId(),
		parameters: hashOfParameters(context.getNode()),
	});
	const report = (event: RunEvent) => {
		const tell = event.kind === 'accepted' ? note : warn;
		tell(context, describeEvent(event));
	};
	return {
		context,
		run: {
			clock,
			random: Math.random,
			signal: context.getExecutionCancelSignal(),
			ledger,
			pictures: createSemaphore(bounds.pictureBytes),
			downloads: createSemaphore(bounds.concurrentDownloads),
			report,
		},
		refusals: new Map(),
		accounts: new Accounts(context, clock, new RequestSlots(maxConcurrentRequests)),
		operation,
		isTool,
		waitedFor: new Set(),
		pickedUp: new Set(),
	};
}

/** The id that an error item, sent round again, names itself. */
function namedId(context: IExecuteFunctions, item: number): string | null {
	const { error, details } = context.getInputData()[item]?.json ?? {};
	const isErrorItem = typeof error === 'string' && typeof details === 'object' && details !== null;
	const id = isErrorItem ? (details as IDataObject).predictionId : undefined;
	return typeof id === 'string' ? id : null;
}

async function openJob(batch: Batch, item: number, startedAt: number): Promise<Job> {
	const { context, run, operation, isTool } = batch;
	const plan = readPlan(context, operation, item, isTool);
	const account = await batch.accounts.of(item);
	const { submission } = plan;
	if (!submission) return { item, plan, account, order: null, startedAt };
	const { settings, image, lastImage } = submission;
	const sources = lastImage ? [image, lastImage] : [image];
	const order: Order = {
		...plan,
		line: run.ledger.line({ item, account: account.id, namedId: namedId(context, item) }),
		account,
		model: settings.model,
		frame: settings.frame,
		startedAt,
		async pictureBytes() {
			const sizes = await Promise.all(
				sources.map(async (source) => await sizeOfPicture(context, item, source)),
			);
			return sizes.reduce((sum, size) => sum + size, 0);
		},
		async load() {
			const first = await loadPicture(context, item, image);
			const last = lastImage && (await loadPicture(context, item, lastImage));
			return buildRequest(settings, first, last);
		},
	};
	return { item, plan, account, order, startedAt };
}

/** Reads all items before anything is sent, giving way to the rest of n8n now and then. */
async function openJobs(batch: Batch): Promise<Array<Job | Error>> {
	const startedAt = batch.run.clock.now();
	const jobs: Array<Job | Error> = [];
	for (const item of batch.context.getInputData().keys()) {
		if (item % 20 === 19) await sleep(0);
		const job = await openJob(batch, item, startedAt).catch((failure: unknown) =>
			failure instanceof Error ? failure : new Error(String(failure)),
		);
		jobs.push(job);
	}
	return jobs;
}

/** Refuses the run where it would cost more than the user allows. @throws Refusal */
async function checkSpending(batch: Batch, jobs: ReadonlyArray<Job | Error>): Promise<void> {
	const { spendingLimit } = readRunOptions(batch.context);
	if (spendingLimit === 0) return;
	const durations: number[] = [];
	for (const job of jobs) {
		if (job instanceof Error || !job.order || !job.plan.submission) continue;
		await adoptEarlier(batch.run, job.order);
		const { line } = job.order;
		if (line.accepted() || line.lost() !== null) continue;
		durations.push(job.plan.submission.settings.body.duration);
	}
	const seconds = durations.reduce((sum, duration) => sum + duration, 0);
	if (seconds > spendingLimit) {
		throw new Refusal(describeOverspending(durations.length, seconds, spendingLimit));
	}
}

/** A way for the whole run that takes the place of each item's own; null where it cannot be gone. */
export type TakeOver = (
	batch: Batch,
	jobs: ReadonlyArray<Job | Error>,
) => Promise<{ readonly output: INodeExecutionData[] } | { readonly results: Result[] } | null>;

/** An item's output, or what kept it from one. */
export type Result = INodeExecutionData | Error;

async function runJobs(
	batch: Batch,
	jobs: ReadonlyArray<Job | Error>,
	work: Work,
): Promise<Result[]> {
	return await Promise.all(
		jobs.map(async (job) => {
			if (job instanceof Error) return job;
			return await work(batch, job).catch((failure: unknown) =>
				failure instanceof Error ? failure : new Error(String(failure)),
			);
		}),
	);
}

/** n8n keeps nothing of a cancelled node's output: the predictions that were paid for are named, once. */
function warnOfCancelling({ context, run, waitedFor }: Batch): void {
	const ids = [...new Set([...run.ledger.accepted().map(([, id]) => id), ...waitedFor])];
	if (ids.length > 0) warn(context, describeCancelled(ids));
}

/** Items in input order, those that failed in the shape of an error item. @throws NodeApiError, NodeOperationError */
function finish(batch: Batch, results: readonly Result[]): INodeExecutionData[] {
	const { context, isTool } = batch;
	const node = context.getNode();
	const failures = new Map<number, Message>();
	for (const [item, result] of results.entries()) {
		if (result instanceof Error) failures.set(item, withRetry(messageOf(result)));
	}
	const [first] = failures;
	if (first && !context.continueOnFail()) {
		const [item, words] = first;
		throw toNodeError(
			node,
			{ ...words, description: withRest(batch, failures, first) },
			item,
			isTool,
		);
	}
	giveHints(context, batch.operation, batch.pickedUp.size, results);
	return results.map((result, item) =>
		result instanceof Error
			? toErrorItem(node, failures.get(item) as Message, item, isTool)
			: result,
	);
}

/** What the first failure's description has to say of the other items. */
function withRest(
	{ run }: Batch,
	failures: ReadonlyMap<number, Message>,
	[first, { description }]: readonly [number, Message],
): string {
	const others = [...failures]
		.filter(([item]) => item !== first)
		.map(([item, { message }]) => [item, message] as const);
	const accepted = run.ledger.accepted();
	return [description, describeRest(others, accepted)].filter((text) => text !== '').join(' ');
}

/**
 * Runs an operation over all items.
 *
 * @param takeOver asked first, when all items have been read and nothing was sent
 * @throws NodeOperationError or NodeApiError for the first item that failed, unless the node continues on fail
 */
export async function runBatch(
	context: IExecuteFunctions,
	operation: Operation,
	work: Work,
	takeOver: TakeOver,
): Promise<INodeExecutionData[]> {
	const items = context.getInputData();
	if (items.length === 0) return [];
	const isTool = isToolRun(context);
	const refuseAll = (failure: unknown): INodeExecutionData[] => {
		if (failure instanceof Cancelled) throw new NodeOperationError(context.getNode(), CANCELLED);
		const words = messageOf(failure);
		if (!context.continueOnFail()) throw toNodeError(context.getNode(), words, 0, isTool);
		return items.map((_, item) => toErrorItem(context.getNode(), words, item, isTool));
	};
	let batch: Batch;
	try {
		batch = openBatch(context, operation, isTool);
	} catch (failure) {
		return refuseAll(failure);
	}
	const { run } = batch;
	const forget = onAbort(run.signal, () => warnOfCancelling(batch));
	let wentWell = false;
	try {
		const jobs = await openJobs(batch);
		let taken: Awaited<ReturnType<TakeOver>>;
		try {
			await checkSpending(batch, jobs);
			taken = await takeOver(batch, jobs);
		} catch (failure) {
			return refuseAll(failure);
		}
		if (taken && 'output' in taken) return taken.output;
		const results = taken?.results ?? (await runJobs(batch, jobs, work));
		if (run.signal?.aborted) throw new NodeOperationError(context.getNode(), CANCELLED);
		wentWell = !results.some((result) => result instanceof Error);
		return finish(batch, results);
	} finally {
		forget();
		run.ledger.close(wentWell);
	}
}
