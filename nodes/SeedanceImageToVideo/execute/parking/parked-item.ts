// One item while it is parked, and the form in which n8n stores it.
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { OutputOptions, Requested } from '../item';
import { describeWaitCutOff, type Message } from '../messages';
import { errorJson } from '../node-error';

/** An item with a prediction: all that its delivery needs later, and no picture, prompt or key. */
export interface WaitingItem {
	readonly item: number;
	readonly output: OutputOptions;
	readonly waitsForVideo: boolean;
	readonly predictionId: string;
	readonly requested: Requested;
	readonly status: string | null;
	readonly timeoutMs: number;
	/** On the wall clock, which goes on while n8n does not run. */
	readonly deadlineEpochMs: number;
	/** Since when GPTProto has refused every poll, on the wall clock. */
	readonly refusedSinceEpochMs: number | null;
	/** Whether there is nothing left to wait for. */
	readonly settled: boolean;
	readonly failure: null;
}

/** An item without one. */
interface FailedItem {
	readonly item: number;
	readonly settled: true;
	/** In words, what kept the item from its video. */
	readonly failure: Message;
}

/** Stored by n8n as JSON. There is one for each item of the node, in their order. */
export type ParkedItem = WaitingItem | FailedItem;

export function failedItem(item: number, failure: Message): FailedItem {
	return { item, settled: true, failure };
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
