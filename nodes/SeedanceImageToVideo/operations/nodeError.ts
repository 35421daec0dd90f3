// Turns an ItemFailure into what n8n shows: an exception of the right class, or an item for the error branch.
import {
	type IDataObject,
	type INode,
	type INodeExecutionData,
	NodeApiError,
	NodeOperationError,
} from 'n8n-workflow';
import type { FailureFacts, ItemFailure } from '../run/failure';

/** The message with the item's number, as n8n counts: from 0. */
function messageOf({ message }: FailureFacts, itemIndex: number): string {
	return `${message} [Item ${itemIndex}]`;
}

/**
 * The exception that stops the workflow.
 *
 * @param more what else the description should say, e.g. which predictions a retry will pick up
 */
export function toNodeError(
	node: INode,
	{ facts }: ItemFailure,
	itemIndex: number,
	more: string,
): NodeApiError | NodeOperationError {
	const message = messageOf(facts, itemIndex);
	const description = [facts.description, more].filter((text) => text !== '').join(' ');
	const { cause } = facts;
	const options = {
		message,
		description,
		itemIndex,
		level: 'warning' as const,
		// Read by newer versions of n8n only.
		...(cause && { failure: { cause } }),
	};
	const error =
		facts.origin === 'input'
			? new NodeOperationError(node, message, options)
			: new NodeApiError(
					node,
					{ message },
					{ ...options, ...(facts.httpCode !== undefined && { httpCode: facts.httpCode }) },
				);
	// Both classes put words of their own in place of a message that happens to hold the name of a network fault.
	error.message = message;
	error.description = description;
	return error;
}

/**
 * The item of a node that continues: n8n sends exactly this shape to the error branch and keeps its details
 * (any other key would send it down the success branch).
 */
export function toErrorItem(
	node: INode,
	failure: ItemFailure,
	itemIndex: number,
): INodeExecutionData {
	const { facts } = failure;
	const details: IDataObject = {
		predictionId: facts.predictionId ?? null,
		status: facts.status ?? null,
		videoUrl: facts.videoUrl ?? null,
		httpCode: facts.httpCode ?? null,
		description: facts.description,
	};
	const item: INodeExecutionData = {
		json: { error: messageOf(facts, itemIndex), details },
		pairedItem: { item: itemIndex },
	};
	if (node.onError === 'continueErrorOutput') {
		// n8n 1.x does not know `details` and would take this for a success; the item's own `error` it knows. It copies
		// the item into the error branch, and would reduce the json to the message where the copy had an `error` too.
		const error = toNodeError(node, failure, itemIndex, '');
		Object.defineProperty(item, 'error', { value: error, enumerable: false });
	}
	return item;
}
