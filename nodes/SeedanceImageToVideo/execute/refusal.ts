// A refusal in words: of one item, or of the whole run.
import { InvalidParameter } from '../gptproto/request';
import { PredictionFailure } from '../prediction/reason';
import {
	describeFailure,
	describeInvalidParameter,
	describeUnexpected,
	type Message,
} from './messages';

export class Refusal extends Error {
	constructor(readonly words: Message) {
		super(words.message);
	}
}

/** The words for whatever kept an item from its video. */
export function messageOf(failure: unknown): Message {
	if (failure instanceof Refusal) return failure.words;
	if (failure instanceof PredictionFailure) return describeFailure(failure);
	if (failure instanceof InvalidParameter) return describeInvalidParameter(failure);
	return describeUnexpected(failure);
}
