// What a message is made of: its parts, and how numbers, quotations and lists are put into words. Knows no n8n.
import type { PredictionFacts } from '../../prediction/reason';

/** n8n's own words for why an operation failed (`failure.cause` of its errors), where one of them fits. */
export type FailureCause =
	| 'rate-limited'
	| 'quota-exhausted'
	| 'temporarily-unavailable'
	| 'credential-invalid'
	| 'configuration-invalid';

/** What a person reads of an item that has no video. */
export interface Message {
	/** What happened: a sentence without a full stop; the item's number follows on it. */
	readonly message: string;
	/** What to do, in sentences. */
	readonly description: string;
	/** What a retry does; true only where n8n runs the node again. */
	readonly onRetry?: string | undefined;
	/** `input`: the user's parameters; `service`: GPTProto or the way to it. */
	readonly origin: 'input' | 'service';
	readonly httpCode?: string | undefined;
	readonly cause?: FailureCause | undefined;
	readonly facts?: PredictionFacts | undefined;
}

/** A message about what the user has set. */
export function aboutInput(message: string, description: string, cause: FailureCause): Message {
	return { message, description, origin: 'input', cause };
}

/** Those of the texts that say something, one after the other. */
export function joined(...texts: readonly string[]): string {
	return texts.filter((text) => text !== '').join(' ');
}

/** The message with more to its description. */
export function withMore(message: Message, more: string): Message {
	return { ...message, description: joined(message.description, more) };
}

/** All of a description, where n8n runs the node again under a retry. */
export function withRetry(message: Message): Message {
	return withMore(message, message.onRetry ?? '');
}

/** A number and its noun: "1 video", "2 videos". */
export function counted(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A length of time as a person says it. */
export function inWords(ms: number): string {
	if (ms < 1000) return counted(Math.round(ms), 'millisecond');
	const seconds = Math.round(ms / 1000);
	if (seconds < 120) return counted(seconds, 'second');
	const minutes = Math.round(ms / 6000) / 10;
	return minutes < 120 ? counted(minutes, 'minute') : counted(Math.round(minutes / 6) / 10, 'hour');
}

/** Text from outside as one line that can do no harm in a log: no line breaks, no control characters. */
export function oneLine(text: string, longest = 300): string {
	const escaped = (character: string) =>
		`\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
	const line = text
		.replace(/\s+/g, ' ')
		.replace(/[\p{Cc}\p{Cf}]/gu, escaped)
		.trim();
	return line.length > longest ? `${line.slice(0, longest - 3)}...` : line;
}

/** Somebody's own words as a sentence, so that another one can follow. */
export function saying(who: string, text: string): string {
	return `${who}: "${oneLine(text).replace(/\.$/, '')}".`;
}

/** Texts by item. */
export type ByItem = ReadonlyArray<readonly [item: number, text: string]>;

const NAMED_AT_MOST = 50;

/** What to say of items, or "" of none; of many the first are named, and `ifCut` says how it goes on. */
export function aboutItems(texts: ByItem, say: (listed: string) => string, ifCut = ''): string {
	if (texts.length === 0) return '';
	const named = texts
		.slice(0, NAMED_AT_MOST)
		.map(([item, text]) => `[Item ${item}] ${oneLine(text, 2200)}`)
		.join(', ');
	const rest = texts.length - NAMED_AT_MOST;
	return rest <= 0 ? say(named) : joined(say(`${named} and ${rest} more`), ifCut);
}

export function didNotFinish(others: ByItem): string {
	const count = counted(others.length, 'more item');
	return aboutItems(others, (list) => `${count} did not finish: ${list}.`);
}

/** A fault nobody foresaw. */
export function describeUnexpected(fault: unknown): Message {
	const { message, description } = Object(fault) as Record<string, unknown>;
	const said = typeof message === 'string' ? oneLine(message) : '';
	const more = typeof description === 'string' ? oneLine(description, 2000) : '';
	return {
		message: said || 'The node stopped for an unknown reason',
		description: more === '' || /[.!?]$/.test(more) ? more : `${more}.`,
		origin: 'input',
	};
}
