// What may be asked again. A submission costs money, so it is repeated only when it surely was not accepted; reading a
// result is harmless, so nearly anything is forgiven. Pure: policy as data and small predicates.
import type { Answer } from '../api/answer';
import type { Prediction } from '../api/prediction';
import { limits } from './limits';

/** A request that brought no HTTP answer. `code` is Node's, such as ECONNRESET. */
export interface NoAnswer {
	readonly kind: 'noAnswer';
	readonly code: string;
	readonly message: string;
}

export type Outcome = Answer | NoAnswer;

/** The host had no address or refused the connection: nothing was sent, and it may come back in a moment. */
const NOT_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

/** The connection could not be used, so nothing was sent; trying again would change nothing. */
const NEVER_SENT = new Set([
	'EHOSTUNREACH',
	'ENETUNREACH',
	'CERT_HAS_EXPIRED',
	'CERT_NOT_YET_VALID',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'SELF_SIGNED_CERT_IN_CHAIN',
	'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'ERR_TLS_CERT_ALTNAME_INVALID',
	'ERR_INVALID_URL',
	'ERR_SSL_WRONG_VERSION_NUMBER',
	'EPROTO',
	'BLOCKED_BY_N8N',
]);

type Of<Kind extends Outcome['kind']> = Extract<Outcome, { readonly kind: Kind }>;
export type Refused = Of<'refused'>;
type Unusable = Of<'unreadable' | 'noAnswer'>;

/** What a submission's outcome means for the money. */
export type SubmissionVerdict =
	| { readonly verdict: 'accepted'; readonly prediction: Prediction }
	/** Surely not accepted, and worth another try: 429, connection refused, name not resolved. */
	| { readonly verdict: 'limited' }
	| { readonly verdict: 'notConnected'; readonly outcome: NoAnswer }
	/** Surely not accepted, and another try would be answered alike. */
	| { readonly verdict: 'refused'; readonly outcome: Refused | NoAnswer }
	/** It may have been accepted, so it must not be sent again. */
	| { readonly verdict: 'unknown'; readonly outcome: Unusable };

export function judgeSubmission(outcome: Outcome): SubmissionVerdict {
	switch (outcome.kind) {
		case 'prediction':
			return { verdict: 'accepted', prediction: outcome.prediction };
		case 'rateLimited':
			return { verdict: 'limited' };
		case 'refused':
			return { verdict: 'refused', outcome };
		case 'unreadable':
			return { verdict: 'unknown', outcome };
		case 'noAnswer':
			if (NOT_CONNECTED.has(outcome.code)) return { verdict: 'notConnected', outcome };
			return { verdict: NEVER_SENT.has(outcome.code) ? 'refused' : 'unknown', outcome };
	}
}

/** What the answer to a question for a result means: it is the answer, give up, or ask again. */
export type ResultVerdict =
	| { readonly verdict: 'answered'; readonly prediction: Prediction }
	| { readonly verdict: 'refused'; readonly outcome: Refused }
	| { readonly verdict: 'askAgain'; readonly outcome: Unusable | Refused | Of<'rateLimited'> };

function isFinalRefusal({ reason }: Refused, sinceSubmissionMs: number | null): boolean {
	switch (reason) {
		case 'unauthorized':
		case 'forbidden':
		case 'contentPolicy':
			return true;
		case 'notFound':
			return sinceSubmissionMs === null || sinceSubmissionMs >= limits.notFoundGraceMs;
		case 'badRequest':
		case 'redirect':
			return false;
	}
}

/**
 * @param sinceSubmissionMs time since this run's own submission was accepted; null where it was not this run's
 */
export function judgeResult(outcome: Outcome, sinceSubmissionMs: number | null): ResultVerdict {
	if (outcome.kind === 'prediction') {
		return { verdict: 'answered', prediction: outcome.prediction };
	}
	if (outcome.kind === 'refused' && isFinalRefusal(outcome, sinceSubmissionMs)) {
		return { verdict: 'refused', outcome };
	}
	return { verdict: 'askAgain', outcome };
}

/** 401 and 403 meet every item of a run alike. */
export function meetsEveryItem(outcome: Outcome): outcome is Refused {
	return (
		outcome.kind === 'refused' &&
		(outcome.reason === 'unauthorized' || outcome.reason === 'forbidden')
	);
}

/**
 * Exponential backoff with jitter.
 *
 * @param faultsInARow 1 for the first
 * @param random a number from 0 to 1
 * @returns milliseconds
 */
export function backoffMs(faultsInARow: number, random: number): number {
	const doubled = limits.backoffBaseMs * 2 ** Math.min(faultsInARow - 1, 16);
	return Math.min(doubled, limits.backoffMaxMs) * (0.5 + random / 2);
}
