// One entry of the ledger, as n8n stores it: ids and hashes, never a prompt, a picture or a key.
import { createHash } from 'crypto';
import type { FrameSize } from '../gptproto/reference';
import type { SubmissionRequest } from '../gptproto/request';

export interface Submission {
	/** The loop round and the item it was made for. */
	round: number;
	item: number;
	/** Hashes: of the node's parameters as written, of the request, of base URL and key. */
	parameters: string;
	request: string;
	account: string;
	model: string;
	frame: FrameSize | null;
	/** The execution that wrote the state. */
	executionId: string;
}

/** A submission whose prediction has an id. */
export interface AcceptedEntry extends Submission {
	/**
	 * accepted: to be picked up. unknown: GPTProto did not know it in that execution. delivered: it was put out; kept until it
	 * is sure that the run ends well. handedOver: the execution that waits for it may fail; kept for an error item that comes back.
	 */
	state: 'accepted' | 'unknown' | 'delivered' | 'handedOver';
	predictionId: string;
	/** Milliseconds since 1970. */
	acceptedAt: number;
}

/** A submission that may have been accepted: its response was lost. */
export interface LostEntry extends Submission {
	state: 'lost';
	/** What stood in the way of the response, as a person reads it. */
	reason: string;
}

export type LedgerEntry = AcceptedEntry | LostEntry;

/** A hash of texts, in the order given. */
export function hashOf(...texts: readonly string[]): string {
	const hash = createHash('sha256');
	for (const text of texts) hash.update(`${text.length}:`).update(text);
	return hash.digest('base64url');
}

/** A hash of what is sent. */
export function hashOfRequest({ model, body }: SubmissionRequest): string {
	const fields = Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1));
	return hashOf(model, ...fields.flatMap(([name, value]) => [name, String(value)]));
}
