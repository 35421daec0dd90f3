// Why one item came to no good end, in words for the person in the editor: what happened, and what to do now. Knows
// nothing of n8n's error classes; operations/nodeError.ts turns it into one.
import type { Outcome, Refused } from './retry';

/** n8n's own words for why an operation failed (`failure.cause` of its errors), where one of them fits. */
export type FailureCause =
	| 'rate-limited'
	| 'quota-exhausted'
	| 'temporarily-unavailable'
	| 'credential-invalid'
	| 'configuration-invalid';

export interface FailureFacts {
	/** A sentence without a full stop; the item's number follows on it. */
	readonly message: string;
	/** What to do, in sentences. */
	readonly description: string;
	/** `input`: the user's parameters; `service`: GPTProto or the way to it. */
	readonly origin: 'input' | 'service';
	readonly httpCode?: string | undefined;
	readonly predictionId?: string | undefined;
	readonly status?: string | undefined;
	readonly videoUrl?: string | undefined;
	readonly cause?: FailureCause | undefined;
}

export class ItemFailure extends Error {
	constructor(readonly facts: FailureFacts) {
		super(facts.message);
	}

	/** The same failure with more known about it, such as the prediction's id. */
	with(more: Partial<FailureFacts>): ItemFailure {
		return new ItemFailure({ ...this.facts, ...more });
	}
}

/** GPTProto's own words, as the last sentence of a description. */
function quoted(message: string): string {
	return message === '' ? '' : ` GPTProto says: "${message}"`;
}

/** A clear no, in words. `what` is the thing that was asked for, e.g. "the submission". */
export function refusalFacts(outcome: Refused, what: string): FailureFacts {
	const { httpCode, message } = outcome;
	const facts = { origin: 'service', httpCode } as const;
	switch (outcome.reason) {
		case 'unauthorized':
			return {
				...facts,
				message: 'GPTProto does not accept the API key',
				description: `Check the key in the credential "GPTProto API": it may be mistyped, revoked or of another account.${quoted(message)}`,
				cause: 'credential-invalid',
			};
		case 'forbidden':
			return {
				...facts,
				message: 'GPTProto does not permit this request: no permission, or not enough balance',
				description: `Top up your GPTProto balance, or check that your API key may use this model.${quoted(message)}`,
				cause: 'quota-exhausted',
			};
		case 'contentPolicy':
			return {
				...facts,
				message: "GPTProto's content policy blocked the picture or the prompt",
				description: `Change the picture or the prompt. Recognisable faces are often refused.${quoted(message)}`,
			};
		case 'notFound':
			return {
				...facts,
				message: `GPTProto does not know ${what}`,
				description: `Check the model, the prediction ID and the credential's Base URL.${quoted(message)}`,
				cause: 'configuration-invalid',
			};
		case 'redirect':
			return {
				...facts,
				message: `${what[0]?.toUpperCase() ?? ''}${what.slice(1)} was redirected to another address`,
				description:
					"The node does not follow redirects, so that the API key stays with its host. Check the credential's Base URL: scheme (https), host and path.",
				cause: 'configuration-invalid',
			};
		case 'badRequest':
			return {
				...facts,
				message: `GPTProto refused ${what} (HTTP ${httpCode})`,
				description: `Check the parameters: the picture's address and size, the model and its options.${quoted(message)}`,
			};
	}
}

/** What stood in the way, when it was no clear no. */
export function obstacle(outcome: Exclude<Outcome, { kind: 'prediction' }>): string {
	switch (outcome.kind) {
		case 'noAnswer':
			return `no answer (${outcome.code})`;
		case 'rateLimited':
			return 'rate limited (HTTP 429)';
		case 'unreadable':
		case 'refused':
			return `HTTP ${outcome.httpCode}${outcome.message ? `, "${outcome.message}"` : ''}`;
	}
}

/** Nothing was sent: the host could not be reached. `code` is Node's, such as ECONNREFUSED. */
export function unreachableFacts(code: string): FailureFacts {
	return {
		message: 'GPTProto could not be reached, nothing was submitted',
		description: `Check the credential's Base URL and that this n8n may connect to it (${code}). Running the workflow again is safe.`,
		origin: 'service',
		cause: 'temporarily-unavailable',
	};
}

/** GPTProto kept saying 429. */
export function rateLimitedFacts(waitedMs: number): FailureFacts {
	return {
		message: `GPTProto admitted no submission within ${inWords(waitedMs)} (HTTP 429), nothing was submitted`,
		description:
			'Your account has reached its rate limit, or the model is overloaded. Running the workflow again is safe.',
		origin: 'service',
		httpCode: '429',
		cause: 'rate-limited',
	};
}

/** The answer to a submission was lost, now or in an earlier try of this execution. */
export function lostAnswerFacts(reason: string): FailureFacts {
	return {
		message: 'The answer to the submission was lost: a prediction may exist and may be billed',
		description: `Reason: ${reason}. So as not to pay twice, Retry On Fail does not submit this item again. Look at your usage at GPTProto; then run "Retry execution" or the workflow anew to submit it again.`,
		origin: 'service',
	};
}

/** A length of time as a person says it. */
export function inWords(ms: number): string {
	const seconds = Math.round(ms / 1000);
	if (seconds < 1) return `${Math.round(ms)} milliseconds`;
	if (seconds < 120) return `${seconds} second${seconds === 1 ? '' : 's'}`;
	const minutes = Math.round(ms / 6000) / 10;
	return `${minutes} minutes`;
}
