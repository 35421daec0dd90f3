// Every word that a person reads at run time, by what it is about. Knows no n8n; node-error.ts makes n8n's errors and
// items of them.
import { InvalidParameter } from '../../gptproto/input';
import { PredictionFailure } from '../../prediction/reason';
import { describeFailure } from './failures';
import { describeUnexpected, type Message } from './message';
import { describeInvalidParameter } from './parameters';

export * from './failures';
export * from './message';
export * from './parameters';
export * from './parking';
export { NO_REASON } from './refusals';
export * from './run';

/** A refusal that already has its words: of one item, or of the whole run. */
export class ExplainedError extends Error {
	constructor(readonly words: Message) {
		super(words.message);
	}
}

/** The words for whatever kept an item from its video. */
export function messageOf(failure: unknown): Message {
	if (failure instanceof ExplainedError) return failure.words;
	if (failure instanceof PredictionFailure) return describeFailure(failure);
	if (failure instanceof InvalidParameter) return describeInvalidParameter(failure);
	return describeUnexpected(failure);
}
