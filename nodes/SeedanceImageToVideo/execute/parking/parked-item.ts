// One item while it is parked, and the form in which n8n stores it.
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { Requested } from '../item';
import { describeWaitCutOff, type Message, messageOf } from '../messages';
import { errorJson } from '../node-error';
import type { Delivery } from '../operations';

/** An item with a prediction: all that its delivery needs later, and no picture, prompt or key. */
export interface WaitingItem extends Omit<Delivery, 'account' | 'deadline'> {
	/** A hash of base URL and key. */
	readonly account: string;
	readonly predictionId: string;
	readonly requested: Requested;
	readonly status: string | null;
	readonly timeoutMs: number;
	/** On the wall clock, which goes on while n8n does not run. */
	readonly deadlineEpochMs: number;
	/** Whether there is nothing left to wait for. */
	readonly settled: boolean;
	readonly failure: null;
}

interface FailedItem {
	readonly item: number;
	readonly settled: true;
	/** What kept the item from its video. */
	readonly failure: Message;
}

/** Stored by n8n as JSON. There is one for each item of the node, in their order. */
export type ParkedItem = WaitingItem | FailedItem;

export function failedItem(item: number, failure: unknown): FailedItem {
	return { item, settled: true, failure: messageOf(failure) };
}

/**
 * n8n can go on with what the sub-execution holds when that was stopped, or killed in a worker: then these items are the
 * node's output, so each of them is an error item that says how to get its video.
 */
export function toItem(parked: ParkedItem): INodeExecutionData {
	const { item } = parked;
	const words = parked.failure ?? describeWaitCutOff(parked.predictionId, parked.status);
	const { error, details } = errorJson(words, item);
	details.parked = parked as unknown as IDataObject;
	return { json: { error, details }, pairedItem: { item } };
}

export function fromItem({ json }: INodeExecutionData): ParkedItem {
	return (json.details as IDataObject).parked as unknown as ParkedItem;
}
