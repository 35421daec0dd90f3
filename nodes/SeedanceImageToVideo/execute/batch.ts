// A node run as a batch of items: what they share on n8n's side, and how it speaks to whoever watches.
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { bounds } from '../prediction/bounds';
import { systemClock } from '../prediction/clock';
import { Ledger } from '../prediction/ledger';
import { RequestSlots } from '../prediction/limiter';
import type { Account, Run } from '../prediction/run';
import { Semaphore } from '../prediction/semaphore';
import { openAccounts } from './accounts';
import { describeEvent, ExplainedError, messageOf } from './messages';
import { hashOfParameters, readRunOptions, type RunOptions } from './parameters';

/** One call of the node. Opened when n8n calls it, and gone when that call returns. */
export interface Batch {
	readonly context: IExecuteFunctions;
	readonly options: RunOptions;
	readonly run: Run;
	/** The account of an item. @throws ExplainedError where its credential cannot be used */
	readonly accountOf: (item: number) => Promise<Account>;
	/** Whether an AI agent called it as a tool. */
	readonly isTool: boolean;
	/** Seconds of video that may be submitted beyond what was counted when the run began. */
	readonly budget: { seconds: number };
	/** Ids of Get Result that are waited for; named when the run is cancelled. */
	readonly waitedFor: Set<string>;
	/** Items whose prediction an earlier try had paid for. */
	readonly pickedUp: Set<number>;
}

/** An item's output, or in words what kept it from one. */
export type Result = INodeExecutionData | ExplainedError;

/** What came of it, or in words what kept it from coming. */
export async function explained<Value>(work: Promise<Value>): Promise<Value | ExplainedError> {
	return await work.catch((failure: unknown) => new ExplainedError(messageOf(failure)));
}

/** A tool's retry has a new `$runIndex` in n8n, so as a tool the round says nothing. */
export function isToolRun(context: IExecuteFunctions): boolean {
	const asksItself = (context as Partial<IExecuteFunctions>).isToolExecution?.() ?? false;
	return asksItself || context.getNode().type.endsWith('Tool');
}

/** Tells the person about what must not be lost: in n8n's log, and in the editor where somebody watches. */
export function warn(context: IExecuteFunctions, message: string): void {
	context.logger.warn(`${context.getNode().name}: ${message}`);
	if (context.getMode() === 'manual') context.sendMessageToUI(message);
}

/** Writes what happens to n8n's log; of a rate limit that it has begun. */
function reporterOf(context: IExecuteFunctions): Run['report'] {
	let isLimited = false;
	return (event) => {
		const isKnown = event.kind === 'rateLimited' && isLimited;
		isLimited ||= event.kind === 'rateLimited';
		const message = describeEvent(event);
		if (event.kind === 'accepted') context.logger.info(`${context.getNode().name}: ${message}`);
		else if (!isKnown) warn(context, message);
	};
}

/** @throws InvalidParameter */
export function openBatch(context: IExecuteFunctions): Batch {
	const options = readRunOptions(context);
	const isTool = isToolRun(context);
	const round = Number(context.evaluateExpression('{{ $runIndex }}', 0)) || 0;
	const run: Run = {
		clock: systemClock,
		random: Math.random,
		signal: context.getExecutionCancelSignal(),
		ledger: new Ledger(context.getContext('node') as IDataObject, {
			round: isTool ? null : round,
			executionId: context.getExecutionId(),
			parameters: hashOfParameters(context.getNode()),
		}),
		refusals: new Map(),
		lastingLimits: new Map(),
		pictures: new Semaphore(bounds.pictureBytes),
		downloads: new Semaphore(bounds.concurrentDownloads),
		report: reporterOf(context),
	};
	return {
		context,
		options,
		run,
		accountOf: openAccounts(context, new RequestSlots(options.maxConcurrentRequests)),
		isTool,
		budget: { seconds: Infinity },
		waitedFor: new Set(),
		pickedUp: new Set(),
	};
}
