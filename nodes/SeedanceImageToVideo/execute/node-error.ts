// Turns messages into what n8n shows: an exception of the right class, or items for the error branch.
import {
	type IDataObject,
	type INode,
	type INodeExecutionData,
	NodeApiError,
	NodeOperationError,
} from 'n8n-workflow';
import type { Batch, Result } from './batch';
import { type ByItem, ExplainedError, type Message, withMore } from './messages';

/** The message with the item's number, as n8n counts: from 0. An AI agent reads nothing else, so it gets all of it. */
function titleOf({ message, description }: Message, item: number, isTool: boolean): string {
	const title = `${message} [Item ${item}]`;
	return isTool && description !== '' ? `${title}. ${description}` : title;
}

/**
 * The exception that stops the workflow. The message names the item, so n8n is not told its index: the editor would put
 * "[item 3]" behind "[Item 3]".
 */
export function toNodeError(
	node: INode,
	message: Message,
	item: number,
	isTool = false,
): NodeApiError | NodeOperationError {
	const title = titleOf(message, item, isTool);
	const { description, cause, origin, httpCode } = message;
	const options = {
		message: title,
		description,
		level: 'warning' as const,
		// Read by newer versions of n8n only.
		...(cause && { failure: { cause } }),
		...(httpCode !== undefined && { httpCode }),
	};
	const error =
		origin === 'input'
			? new NodeOperationError(node, title, options)
			: new NodeApiError(node, { message: title }, options);
	// Both classes put words of their own in place of a message that happens to hold the name of a network fault.
	error.message = title;
	error.description = description;
	return error;
}

/** The json of an item for the error branch. */
export function errorJson(message: Message, item: number, isTool = false) {
	const { predictionId = null, status = null, videoUrl = null } = message.facts ?? {};
	const { httpCode = null, description } = message;
	const details: IDataObject = { predictionId, status, videoUrl, httpCode, description };
	return { error: titleOf(message, item, isTool), details };
}

/**
 * The item of a node that continues: n8n sends exactly this shape to the error branch and keeps its details
 * (any other key would send it down the success branch).
 */
export function toErrorItem(
	node: INode,
	message: Message,
	item: number,
	isTool = false,
): INodeExecutionData {
	const errorItem: INodeExecutionData = {
		json: errorJson(message, item, isTool),
		pairedItem: { item },
	};
	if (node.onError === 'continueErrorOutput') {
		// n8n 1.x does not know `details` and would take this for a success; the item's own `error` it knows. It copies
		// the item into the error branch, and would reduce the json to the message where the copy had an `error` too.
		// n8n 1.100 writes to it, so it has to be writable.
		const error = toNodeError(node, message, item);
		Object.defineProperty(errorItem, 'error', { value: error, enumerable: false, writable: true });
	}
	return errorItem;
}

type WordsOf = (failure: ExplainedError, item: number) => Message;

/**
 * Stops the workflow for the first item that failed, unless the node continues on fail.
 *
 * @param restOf what to say beyond that item, of the others that failed
 */
export function throwFirstFailure(
	{ context, isTool }: Batch,
	results: readonly unknown[],
	wordsOf: WordsOf,
	restOf: (others: ByItem, first: Message) => string,
): void {
	const [first, ...others] = [...results.entries()].flatMap(([item, failure]) =>
		failure instanceof ExplainedError ? [{ item, failure, words: wordsOf(failure, item) }] : [],
	);
	if (!first || context.continueOnFail()) return;
	const said = others
		// What met the whole run is said once.
		.filter(({ failure }) => failure !== first.failure)
		.map(({ item, words }) => [item, words.message] as const);
	const words = withMore(first.words, restOf(said, first.words));
	throw toNodeError(context.getNode(), words, first.item, isTool);
}

/** The output in input order: items, and error items for those that failed. */
export function toOutput(
	{ context, isTool }: Batch,
	results: readonly Result[],
	wordsOf: WordsOf,
): INodeExecutionData[] {
	return results.map((result, item) =>
		result instanceof ExplainedError
			? toErrorItem(context.getNode(), wordsOf(result, item), item, isTool)
			: result,
	);
}
