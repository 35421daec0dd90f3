// What may be sent again. A submission costs money, so it is repeated only when it surely was not accepted; reading a
// result is harmless, so nearly anything is forgiven. Pure: policy as data and small predicates.
import type { ApiResponse } from '../gptproto/response';
import { bounds } from './bounds';

/** A request that brought no HTTP response of GPTProto's. */
export interface NoResponse {
	readonly kind: 'noResponse';
	/** Node's code, such as ECONNRESET, or one of ours, such as TIMEOUT. */
	readonly code: string;
	/** Whether the request may have reached GPTProto. */
	readonly sent: boolean;
	/** The proxy between n8n and GPTProto said so, with this HTTP status. */
	readonly proxyStatus?: number;
}

export type Outcome = ApiResponse | NoResponse;
export type Refusal = Extract<Outcome, { readonly kind: 'refused' }>;
export type RateLimited = Extract<Outcome, { readonly kind: 'rateLimited' }>;
/** What stood in the way of a usable response. */
export type Obstacle = Exclude<Outcome, { readonly kind: 'prediction' }>;

/** An obstacle in a few words, as the ledger keeps it: HTTP status or code, and GPTProto's message. */
export function describeObstacle(obstacle: Obstacle): string {
	if (obstacle.kind === 'noResponse') return obstacle.code;
	return `HTTP ${obstacle.httpCode}${obstacle.message === '' ? '' : `, "${obstacle.message}"`}`;
}

/** The system calls that come before anything is sent. */
const BEFORE_SENDING = new Set(['connect', 'getaddrinfo']);

/** Codes of faults that come before anything is sent, whatever the system call. */
const NEVER_SENT = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'CERT_HAS_EXPIRED',
	'CERT_NOT_YET_VALID',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'SELF_SIGNED_CERT_IN_CHAIN',
	'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'ERR_TLS_CERT_ALTNAME_INVALID',
	'ERR_SSL_WRONG_VERSION_NUMBER',
	'ERR_INVALID_URL',
	'ERR_INVALID_CHAR',
	'BLOCKED_BY_N8N',
]);

/** The same, where a code says too little: a connection that never came about, or broke off in the TLS handshake. */
const NEVER_SENT_WORDS =
	/^connect |before secure TLS connection was established|wrong version number|handshake failure/i;

/** Faults of the connection that may be gone in a moment. */
const PASSING = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNRESET', 'ETIMEDOUT']);

type FaultFacts = Partial<Record<'code' | 'syscall' | 'message', string>>;

/** What n8n says of a request that it did not let through to a private network. */
const BLOCKED_WORDS = /^The request was blocked because/;

/**
 * The innermost facts of an exception: n8n and Node wrap faults several times. Where n8n loses what it wraps, as up to about
 * 2.40, its own `messages` begin with that one's, and `httpCode` is its code.
 */
function factsOf(fault: unknown, depth = 0): FaultFacts {
	if (typeof fault !== 'object' || fault === null || depth > 8) return {};
	const { code, httpCode, syscall, message, messages, name, cause, errorResponse, errors } =
		fault as Record<string, unknown>;
	const said: unknown = Array.isArray(messages) ? (messages[0] ?? message) : message;
	const isBlocked =
		(typeof name === 'string' && name.startsWith('Ssrf')) ||
		(typeof said === 'string' && BLOCKED_WORDS.test(said));
	if (isBlocked) return { code: 'BLOCKED_BY_N8N' };
	const given = [code, httpCode].find((one) => typeof one === 'string' && /^[A-Z]/.test(one));
	const inner = [cause, errorResponse, Array.isArray(errors) ? errors[0] : undefined]
		.map((wrapped) => factsOf(wrapped, depth + 1))
		.reduce((all, facts) => ({ ...facts, ...all }), {});
	return {
		...(typeof said === 'string' && { message: said }),
		...(typeof given === 'string' && { code: given }),
		...(typeof syscall === 'string' && { syscall }),
		...inner,
	};
}

/**
 * What is known of a request that ended in an exception. The exception itself goes no further: it carries the request,
 * and the request carries the key.
 */
export function readFault(fault: unknown): NoResponse {
	const { code = 'UNKNOWN', syscall = '', message = '' } = factsOf(fault);
	const neverSent =
		BEFORE_SENDING.has(syscall) || NEVER_SENT.has(code) || NEVER_SENT_WORDS.test(message);
	return { kind: 'noResponse', code, sent: !neverSent };
}

/** Whether a submission with this outcome surely was not accepted, so that it may be sent again. */
export function isSurelyNotAccepted(outcome: Obstacle): boolean {
	if (outcome.kind === 'noResponse') return !outcome.sent;
	return outcome.kind === 'refused' || outcome.kind === 'rateLimited';
}

/** Whether a submission that was never sent is worth another try in a moment. */
export function mayConnectNextTime(outcome: Obstacle): outcome is NoResponse {
	return outcome.kind === 'noResponse' && !outcome.sent && PASSING.has(outcome.code);
}

/** HTTP statuses that hold for the account, not for the prediction: no later poll changes them. */
const OF_ACCOUNT = ['401', '403'];

/**
 * Whether the response to a poll is final: polling again would change nothing.
 *
 * @param sinceAcceptedMs time since the submission was accepted; null where it was not this execution's
 * @param refusedForMs time since the first of the refusals that came one after the other up to this one; 0 for the first
 */
export function isFinalRefusal(
	outcome: Obstacle,
	sinceAcceptedMs: number | null,
	refusedForMs: number,
): outcome is Refusal {
	if (outcome.kind !== 'refused') return false;
	switch (outcome.ground) {
		case 'contentPolicy':
			return true;
		case 'notFound':
			return sinceAcceptedMs === null || sinceAcceptedMs >= bounds.notFoundGraceMs;
		// Not GPTProto's word.
		case 'forbiddenByUnknown':
		case 'redirect':
			return false;
		default:
			return OF_ACCOUNT.includes(outcome.httpCode) || refusedForMs >= bounds.notFoundGraceMs;
	}
}

/**
 * The refusal that a rate limit amounts to, where it says that waiting cannot help and has said so often enough.
 *
 * @param times how often it has, this time included
 */
export function refusalByLimit(limit: RateLimited, times: number): Refusal | null {
	if (!limit.limitReached || times < bounds.lastingLimits) return null;
	const { httpCode, message } = limit;
	return { kind: 'refused', ground: 'limitReached', httpCode, message };
}

/** What a refusal tells of other submissions: a refused key meets all of the account, the rest of these all of the model. */
export function scopeOfRefusal({ ground }: Refusal): 'account' | 'model' | null {
	switch (ground) {
		case 'keyRefused':
			return 'account';
		case 'balance':
		case 'forbidden':
		case 'forbiddenByUnknown':
		case 'limitReached':
			return 'model';
		default:
			return null;
	}
}

/**
 * Exponential backoff with jitter.
 *
 * @param faultsInARow 1 for the first
 * @param random a number from 0 to 1
 * @returns milliseconds
 */
export function backoffMs(faultsInARow: number, random: number): number {
	const doubled = bounds.backoffBaseMs * 2 ** Math.min(faultsInARow - 1, 16);
	return Math.min(doubled, bounds.backoffMaxMs) * (0.5 + random / 2);
}
