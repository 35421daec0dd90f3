// Runs one operation over all items of a node run at the same time, and says how the run ended: items in input order,
// items for the error branch, or an exception after everything that was accepted has come to its end.
import {
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	NodeOperationError,
} from 'n8n-workflow';
import { createAdmission } from '../run/admission';
import { systemClock } from '../run/clock';
import { ItemFailure } from '../run/failure';
import { openLedger } from '../run/ledger';
import { limits } from '../run/limits';
import { createLane, createPace } from '../run/pace';
import { createRenderTimes } from '../run/renderTimes';
import { Cancelled, type Run } from '../run/run';
import { createTransport, CREDENTIAL_TYPE } from '../run/transport';
import { readCredential } from './credential';
import { giveHints } from './hints';
import { toErrorItem, toNodeError } from './nodeError';
import { readMaxConcurrentRequests } from './parameters';

export type ItemOperation = (
	context: IExecuteFunctions,
	run: Run,
	itemIndex: number,
) => Promise<INodeExecutionData>;

/** A tool's retry has a new `$runIndex` in n8n, so as a tool the round says nothing. */
function isToolRun(context: IExecuteFunctions): boolean {
	const asksItself = (context as Partial<IExecuteFunctions>).isToolExecution?.() ?? false;
	return asksItself || context.getNode().type.endsWith('Tool');
}

function roundOf(context: IExecuteFunctions): number {
	return Number(context.evaluateExpression('{{ $runIndex }}', 0)) || 0;
}

function warn(context: IExecuteFunctions, message: string): void {
	context.logger.warn(`${context.getNode().name}: ${message}`);
	if (context.getMode() === 'manual') context.sendMessageToUI(message);
}

async function openRun(context: IExecuteFunctions): Promise<Run> {
	const { baseUrl, key } = readCredential(
		context.getNode(),
		await context.getCredentials(CREDENTIAL_TYPE),
	);
	const clock = systemClock;
	const random = Math.random;
	const signal = context.getExecutionCancelSignal();
	const isTool = isToolRun(context);
	return {
		transport: createTransport(context, clock, baseUrl, key),
		pace: createPace(readMaxConcurrentRequests(context), clock, random, signal),
		admission: createAdmission(clock, random, signal),
		ledger: openLedger(context.getContext('node') as IDataObject, {
			round: isTool ? null : roundOf(context),
			executionId: context.getExecutionId(),
		}),
		renderTimes: createRenderTimes(),
		clock,
		random,
		signal,
		isTool,
		pictures: createLane(limits.concurrentPictures),
		downloads: createLane(limits.concurrentDownloads),
		rendering: new Map(),
		pickedUp: new Map(),
		refusedForAll: null,
		note: (message) => context.logger.info(`${context.getNode().name}: ${message}`),
		warn: (message) => warn(context, message),
	};
}

/** Names, once, the predictions that were paid for: n8n keeps nothing of a cancelled node's output. */
function warnOnCancel(run: Run): void {
	run.signal?.addEventListener(
		'abort',
		() => {
			const rendering = [...run.rendering.values()];
			const ended = run.ledger
				.accepted()
				.map(([, id]) => id)
				.filter((id) => !rendering.includes(id));
			if (rendering.length > 0) {
				run.warn(
					`Cancelled while ${rendering.length} prediction(s) were rendering. They go on at GPTProto and are paid for; use Get Result with: ${rendering.join(', ')}`,
				);
			}
			if (ended.length > 0) {
				run.warn(
					`Cancelled with ${ended.length} prediction(s) accepted whose result was not passed on. Get Result fetches them without paying again: ${ended.join(', ')}`,
				);
			}
		},
		{ once: true },
	);
}

const NAMED_IN_DESCRIPTION = 50;

function listed(ids: ReadonlyArray<readonly [itemIndex: number, text: string]>): string {
	const shown = ids
		.slice(0, NAMED_IN_DESCRIPTION)
		.map(([item, text]) => `[Item ${item}] ${text}`)
		.join(', ');
	const rest = ids.length - NAMED_IN_DESCRIPTION;
	return rest > 0 ? `${shown} and ${rest} more (all are in n8n's log)` : shown;
}

/** What else a person has to know when one item stops the workflow: the other failures, and what a retry picks up. */
function epilogue(run: Run, failures: ReadonlyMap<number, ItemFailure>, first: number): string {
	const others = [...failures].filter(([item]) => item !== first);
	const kept = run.ledger.accepted();
	if (kept.length > NAMED_IN_DESCRIPTION) {
		run.warn(`Accepted predictions of this run: ${kept.map(([, id]) => id).join(', ')}`);
	}
	return [
		others.length > 0 &&
			`${others.length} more item(s) came to no good end: ${listed(others.map(([item, { facts }]) => [item, facts.message]))}.`,
		kept.length > 0 &&
			`Retry On Fail and "Retry execution" pick up these accepted predictions without paying again: ${listed(kept)}.`,
	]
		.filter((sentence) => sentence !== false)
		.join(' ');
}

/**
 * Runs the operation over all items.
 *
 * @throws NodeOperationError or NodeApiError for the first item that failed, unless the node continues on fail
 */
export async function runBatch(
	context: IExecuteFunctions,
	operation: ItemOperation,
): Promise<INodeExecutionData[]> {
	const items = context.getInputData();
	if (items.length === 0) return [];
	const run = await openRun(context).catch(asItemFailure);
	if (run instanceof ItemFailure) {
		if (context.continueOnFail())
			return items.map((_, item) => toErrorItem(context.getNode(), run, item));
		throw toNodeError(context.getNode(), run, 0, '');
	}
	warnOnCancel(run);
	const failures = new Map<number, ItemFailure>();
	let cancelled = false;
	const output = await Promise.all(
		items.map(async (_, itemIndex) => {
			try {
				return await operation(context, run, itemIndex);
			} catch (failure) {
				if (failure instanceof Cancelled) cancelled = true;
				else failures.set(itemIndex, asItemFailure(failure));
				return null;
			}
		}),
	);
	if (cancelled) throw new NodeOperationError(context.getNode(), 'The execution was cancelled');
	const first = [...failures.keys()].sort((a, b) => a - b)[0];
	const more = first === undefined ? '' : epilogue(run, failures, first);
	run.ledger.close(first === undefined);
	giveHints(context, run, output);
	if (first !== undefined && !context.continueOnFail()) {
		const failure = failures.get(first) as ItemFailure;
		throw toNodeError(context.getNode(), failure, first, more);
	}
	return output.map(
		(item, itemIndex) =>
			item ?? toErrorItem(context.getNode(), failures.get(itemIndex) as ItemFailure, itemIndex),
	);
}

/** A fault nobody foresaw still names its item and loses nothing. */
function asItemFailure(failure: unknown): ItemFailure {
	if (failure instanceof ItemFailure) return failure;
	const { message, description } = Object(failure) as Record<string, unknown>;
	return new ItemFailure({
		message:
			typeof message === 'string' && message !== '' ? message : 'Something unforeseen happened',
		description: typeof description === 'string' ? description : '',
		origin: 'input',
	});
}
