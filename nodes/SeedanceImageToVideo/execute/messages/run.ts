// Words about a whole run: what it may cost, what else to know when it stops, log lines and hints.
import { displayedName } from '../../description';
import type { ItemPrediction } from '../../prediction/ledger';
import type { RunEvent } from '../../prediction/run';
import { obstacleInWords } from './failures';
import {
	aboutInput,
	aboutItems,
	type ByItem,
	counted,
	didNotFinish,
	joined,
	type Message,
	oneLine,
} from './message';

/** The whole run would cost more than the user allows. */
export function describeOverspending(items: number, seconds: number, limit: number): Message {
	return aboutInput(
		`This run would submit ${counted(items, 'item')} with ${counted(seconds, 'second')} of video, but '${displayedName('spendingLimit')}' is ${limit}`,
		`Nothing was submitted. Send fewer items, shorten '${displayedName('duration')}', or raise the limit.`,
		'quota-exhausted',
	);
}

/** What an earlier try paid for brings this item no video, and another prediction would cost more than the user allows. */
export function describeNotAnother(limit: number): Message {
	return aboutInput(
		`This item's prediction ended without a video or is another account's, and a new one would exceed '${displayedName('spendingLimit')}', which is ${limit}`,
		'This item was not submitted again. Raise the limit, or send fewer items.',
		'quota-exhausted',
	);
}

/**
 * What else a person has to know when one item stops the workflow.
 *
 * @param isCalled in a sub-workflow: a retry of the calling workflow starts it anew, and it knows of no earlier run
 */
export function describeRest(
	others: ByItem,
	accepted: readonly ItemPrediction[],
	isCalled: boolean,
): string {
	const these = accepted.length === 1 ? 'this accepted prediction' : 'these accepted predictions';
	const say = (list: string) =>
		isCalled
			? `Use Get Result to get ${these} without paying again: ${list}. A retry of the workflow that called this sub-workflow submits and pays for all items again.`
			: `Retry On Fail and "Retry execution" pick up ${these} without paying again: ${list}.`;
	const known = aboutItems(idsByItem(accepted), say, "n8n's log names all of them.");
	return joined(didNotFinish(others), known);
}

function idsByItem(predictions: readonly ItemPrediction[]): ByItem {
	return predictions.map(({ item, predictionId }) => [item, predictionId] as const);
}

/** Predictions of an earlier try that this one did not use: in n8n's log, and where a person reads how the run ended. */
export function describeLeftAlone(predictions: readonly ItemPrediction[]): string {
	return aboutItems(
		idsByItem(predictions),
		(list) =>
			`An earlier try paid for predictions that this one did not use, since the node's parameters or its credential are others now: ${list}. Use Get Result, with a credential of the account that submitted them, to get them without paying again.`,
	);
}

export const CANCELLED = 'The execution was cancelled';

/** For n8n's log. */
export function describeEvent(event: RunEvent): string {
	switch (event.kind) {
		case 'accepted':
			return `Prediction ${oneLine(event.predictionId)} was accepted [Item ${event.item}]`;
		case 'acceptedWhileCancelled':
			return `Prediction ${oneLine(event.predictionId)} was accepted while the execution was being cancelled. It will keep rendering and will be charged`;
		case 'responseLost':
			return `The answer to a submission was lost (${obstacleInWords(event.reason)}). A prediction may exist and may be billed [Item ${event.item}]`;
		case 'rateLimited':
			return `GPTProto's rate limit holds requests back (${obstacleInWords(event.limit)}). The node waits for it until the timeout of each item`;
	}
}

/** For n8n's log and for whoever watches in the editor: n8n keeps nothing of a cancelled node's output. */
export function describeCancelled(ids: readonly string[]): string {
	return `Cancelled with ${counted(ids.length, 'accepted prediction')}. What is not finished keeps rendering and will be charged. Use Get Result with: ${ids.map((id) => oneLine(id)).join(', ')}`;
}

export const HINTS = {
	pickedUp: (count: number) =>
		`${counted(count, 'prediction')} of an earlier try ${count === 1 ? 'was' : 'were'} picked up without paying again.`,
	addressExpires:
		'Video URLs expire after about a day. Switch on Download Video, or use Get Result, to keep the videos.',
} as const;
