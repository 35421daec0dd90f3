// Why one item has no video: a typed reason with its facts. The words for it are in execute/messages/failures.ts.
import type { Obstacle, RateLimited, Refusal } from './retry';

export type Reason =
	/** GPTProto said no to a submission or to a poll. */
	| { readonly kind: 'refused'; readonly what: 'submission' | 'result'; readonly refusal: Refusal }
	/** The same refusal met another item before, so this one was not sent. */
	| { readonly kind: 'notSentAfterRefusal'; readonly refusal: Refusal }
	/** GPTProto could not be reached; nothing was sent. */
	| { readonly kind: 'unreachable'; readonly code: string; readonly proxyStatus?: number }
	/** The item waited its whole timeout for its turn; nothing was sent. `limit`: the 429 that held it back, if it was one. */
	| { readonly kind: 'heldBack'; readonly waitedMs: number; readonly limit: RateLimited | null }
	/** The response to the submission was lost, now or in an earlier try. */
	| { readonly kind: 'responseLost'; readonly obstacle: Obstacle | string }
	| { readonly kind: 'ended'; readonly failureReason: string | null }
	| { readonly kind: 'timedOut'; readonly waitedMs: number; readonly obstacle: Obstacle | null }
	/** Get Result, which does not wait, got no usable response. `pauseMs`: asked for, and longer than there was time; or 0. */
	| {
			readonly kind: 'stateUnknown';
			readonly obstacle: Obstacle | null;
			readonly pauseMs: number;
	  }
	/** Finished, but without an http(s) address for half a minute. */
	| { readonly kind: 'noVideoAddress' }
	| { readonly kind: 'notDownloaded'; readonly fault: DownloadFault };

/** Why a video could not be downloaded. */
export type DownloadFault =
	| { readonly kind: 'noResponse'; readonly code: string }
	| { readonly kind: 'status'; readonly status: number }
	/** The response was a page or a message, or held nothing. */
	| { readonly kind: 'notAVideo'; readonly contentType: string }
	| { readonly kind: 'empty' }
	| { readonly kind: 'incomplete'; readonly bytes: number; readonly announced: number }
	| { readonly kind: 'tooLarge' }
	| { readonly kind: 'tooSlow' }
	| { readonly kind: 'brokeOff'; readonly message: string }
	/** n8n's binary store did not take it: a full disk, a limit of its own. */
	| { readonly kind: 'notStored'; readonly message: string };

/** What is known of the prediction. */
export interface PredictionFacts {
	readonly predictionId?: string | undefined;
	readonly status?: string | undefined;
	readonly videoUrl?: string | undefined;
}

export class PredictionFailure extends Error {
	constructor(
		readonly reason: Reason,
		readonly facts: PredictionFacts = {},
	) {
		super(reason.kind);
	}
}
