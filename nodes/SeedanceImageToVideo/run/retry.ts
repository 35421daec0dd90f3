// What may be asked again. A submission costs money, so it is repeated only when it surely was not accepted; reading a
// result is harmless, so nearly anything is forgiven. Pure: policy as data and small predicates.
import type { Answer } from '../api/answer';
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

export function wasNotConnected(outcome: Outcome): boolean {
	return outcome.kind === 'noAnswer' && NOT_CONNECTED.has(outcome.code);
}

/**
 * What a submission's outcome means for the money:
 * - `accepted`: there is a prediction;
 * - `sendAgain`: surely not accepted, and worth another try (429, connection refused, name not resolved);
 * - `refused`: surely not accepted, and another try would be answered alike;
 * - `unknown`: it may have been accepted, so it must not be sent again.
 */
export type SubmissionVerdict = 'accepted' | 'sendAgain' | 'refused' | 'unknown';

export function judgeSubmission(outcome: Outcome): SubmissionVerdict {
	switch (outcome.kind) {
		case 'prediction':
			return 'accepted';
		case 'rateLimited':
			return 'sendAgain';
		case 'refused':
			return 'refused';
		case 'unreadable':
			return 'unknown';
		case 'noAnswer':
			if (wasNotConnected(outcome)) return 'sendAgain';
			return NEVER_SENT.has(outcome.code) ? 'refused' : 'unknown';
	}
}

/** What the answer to a question for a result means: it is the answer, ask again, or give up. */
export type ResultVerdict = 'answered' | 'askAgain' | 'refused';

/**
 * @param sinceSubmissionMs time since this run's own submission was accepted; null where it was not this run's
 */
export function judgeResult(outcome: Outcome, sinceSubmissionMs: number | null): ResultVerdict {
	if (outcome.kind === 'prediction') return 'answered';
	if (outcome.kind !== 'refused') return 'askAgain';
	switch (outcome.reason) {
		case 'unauthorized':
		case 'forbidden':
		case 'contentPolicy':
			return 'refused';
		case 'notFound':
			return sinceSubmissionMs !== null && sinceSubmissionMs < limits.notFoundGraceMs
				? 'askAgain'
				: 'refused';
		case 'badRequest':
		case 'redirect':
			return 'askAgain';
	}
}

/** 401 and 403 meet every item of a run alike. */
export function meetsEveryItem(outcome: Outcome): boolean {
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
