// Words of Survive Restarts: why a wait cannot be kept, how it ended, and what stands in the execution that keeps it.
import { displayedName } from '../../description';
import type { PredictionFailure } from '../../prediction/reason';
import type { Refusal } from '../../prediction/retry';
import { describeFailure } from './failures';
import {
	aboutInput,
	aboutItems,
	type ByItem,
	counted,
	describeUnexpected,
	didNotFinish,
	joined,
	type Message,
	oneLine,
	withMore,
} from './message';

/** n8n cannot keep the wait, or must not. */
export function describeNotParkable(why: 'oldN8n' | 'credentialOfItem'): Message {
	const option = displayedName('surviveRestarts');
	return why === 'oldN8n'
		? aboutInput(
				`'${option}' needs n8n 2.41 or newer`,
				'Nothing was submitted. Update n8n, or switch the option off. In older versions the example workflow "Durable batch" keeps the wait in n8n\'s database.',
				'configuration-invalid',
			)
		: aboutInput(
				`'${option}' does not work with a credential whose expressions depend on the item or on another node`,
				'Nothing was submitted. The wait would have to store the key with the items. Switch the option off, or use a credential without such expressions.',
				'configuration-invalid',
			);
}

export function describeNotHandedOver(fault: unknown): string {
	return `n8n could not take over the wait (${oneLine(describeUnexpected(fault).message)}). The node waits itself, and this wait does not survive a restart`;
}

const OF_ITS_ACCOUNT =
	'Use Get Result with this prediction ID and a credential of the account that submitted it.';

/** Grounds on which a key, and not the prediction, may be in the way. */
const GROUNDS_OF_KEY: ReadonlyArray<Refusal['ground']> = ['keyRefused', 'forbidden', 'notFound'];

/** Why a parked item has no video. No retry polls it with another key. */
export function describeParkedFailure(failure: PredictionFailure): Message {
	const words = describeFailure(failure);
	const { reason } = failure;
	const isOfKey = reason.kind === 'refused' && GROUNDS_OF_KEY.includes(reason.refusal.ground);
	return isOfKey ? withMore(words, OF_ITS_ACCOUNT) : words;
}

/** A parked wait came back with a credential that cannot be used. */
export function describeCredentialOfParked(predictionId: string, { message }: Message): Message {
	return {
		message: `Prediction ${oneLine(predictionId)} cannot be polled: ${message}`,
		description: `The credential was changed while the node waited. ${OF_ITS_ACCOUNT}`,
		origin: 'service',
		facts: { predictionId },
	};
}

/** A parked wait that somebody stopped, or that ended with the process it was awake in. */
export function describeWaitCutOff(predictionId: string, status: string | null): Message {
	return {
		message: `The wait for prediction ${oneLine(predictionId)} was cut off`,
		description:
			'Either n8n was stopped while it asked for the video, or somebody stopped the execution that kept the wait. A prediction that is not finished keeps rendering and will be charged. Use Get Result with this prediction ID to get the video without paying again.',
		origin: 'service',
		facts: { predictionId, status: status ?? undefined },
	};
}

/** What else a person has to know when one item stops a parked run: n8n does not run the node again there. */
export function describeRestOfParked(others: ByItem, videos: ByItem): string {
	const finished = aboutItems(
		videos,
		(list) =>
			`${counted(videos.length, 'video')} finished: ${list}. Use Get Result with the prediction ID to download a video without paying again.`,
		'The note in the execution that kept the wait names all of them.',
	);
	const retry = '"Retry execution" shows this message again and pays for nothing.';
	return joined(didNotFinish(others), finished, retry);
}

/** Names of what a person sees on opening a parked execution. */
export const PARKED = {
	workflow: 'Seedance: waiting for videos',
	trigger: 'Videos Handed Over',
	wait: 'Wait a Minute',
	check: 'Check Videos',
	finished: 'All Finished?',
	deliver: 'Get Videos',
	noteName: 'What Is This?',
	note: (ids: readonly string[]) =>
		[
			'## Waiting for Seedance videos',
			"This execution keeps the wait of a node with 'Survive Restarts'. When all videos are finished, the workflow that started it goes on.",
			'If something stopped it, such as a crash of n8n or a full disk, nothing is lost. In the list of executions, use **Retry execution** of this one, **with original workflow**: it gets all videos and keeps them under **Get Videos**. Or use **Get Result** with these prediction IDs. Neither pays again.',
			ids.map((id) => `- ${oneLine(id)}`).join('\n'),
		].join('\n\n'),
} as const;
