// A node run as a batch of items: what they share on n8n's side, and how it speaks to whoever watches.
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { bounds } from '../prediction/bounds';
import { systemClock } from '../prediction/clock';
import { Ledger } from '../prediction/ledger';
import { RequestSlots } from '../prediction/limiter';
import type { Run } from '../prediction/run';
import { createSemaphore } from '../prediction/semaphore';
import { openAccounts } from './accounts';
import { describeEvent } from './messages';
import { hashOfParameters, readRunOptions } from './parameters';

export type Batch = ReturnType<typeof openBatch>;

/** An item's output, or what kept it from one. */
export type Result = INodeExecutionData | Error;

/** What came of it, or what kept it from coming. */
export async function valueOrError<Value>(work: Promise<Value>): Promise<Value | Error> {
	return await work.catch((failure: unknown) =>
		failure instanceof Error ? failure : new Error(String(failure)),
	);
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

/** @throws InvalidParameter */
export function openBatch(context: IExecuteFunctions) {
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
		pictures: createSemaphore(bounds.pictureBytes),
		downloads: createSemaphore(bounds.concurrentDownloads),
		report: (event) => {
			const message = describeEvent(event);
			if (event.kind !== 'accepted') warn(context, message);
			else context.logger.info(`${context.getNode().name}: ${message}`);
		},
	};
	return {
		context,
		options,
		run,
		accountOf: openAccounts(context, new RequestSlots(options.maxConcurrentRequests)),
		isTool,
		/** Seconds of video that may be submitted beyond what was counted when the run began. */
		budget: { seconds: Infinity } as { seconds: number },
		/** Ids of Get Result that are waited for; named when the run is cancelled. */
		waitedFor: new Set<string>(),
		/** Items whose prediction an earlier try had paid for. */
		pickedUp: new Set<number>(),
	} as const;
}
