// Reads one HTTP answer of GPTProto, whatever it holds (envelope, either kind of error body, HTML of a proxy, half a
// JSON), into a typed Answer. Pure: knows no n8n and no network; what may be asked again is retry.ts's affair.
import { isObject, type JsonObject, type Prediction, readPrediction } from './prediction';
import { ERROR_CODES } from './reference';

/** An HTTP answer; header names in lower case, the body as text. */
export interface HttpAnswer {
	readonly status: number;
	readonly headers: JsonObject;
	readonly body: string;
}

/** Why GPTProto (or a proxy before it) said no; decides what a person is told to do. */
export type RefusalReason =
	'unauthorized' | 'forbidden' | 'notFound' | 'contentPolicy' | 'redirect' | 'badRequest';

export type Answer =
	| { readonly kind: 'prediction'; readonly prediction: Prediction }
	/** A clear no: nothing was accepted. */
	| {
			readonly kind: 'refused';
			readonly reason: RefusalReason;
			readonly httpCode: string;
			readonly message: string;
	  }
	| {
			readonly kind: 'rateLimited';
			readonly retryAfterMs: number | null;
			readonly message: string;
	  }
	/** An answer that says nothing reliable about whether the request was carried out. */
	| {
			readonly kind: 'unreadable';
			readonly httpCode: string;
			readonly retryAfterMs: number | null;
			readonly message: string;
	  };

const MAX_MESSAGE_LENGTH = 500;

function parse(body: string): unknown {
	try {
		return JSON.parse(body) as unknown;
	} catch {
		return undefined;
	}
}

/** GPTProto's own words: `error.message`, `error`, `message`; or the title of an HTML page. */
function ownMessage(parsed: unknown, body: string): string {
	const found = isObject(parsed)
		? [isObject(parsed.error) ? parsed.error.message : parsed.error, parsed.message].find(
				(value) => typeof value === 'string' && value.trim() !== '' && value !== 'success',
			)
		: /<title>([^<]*)<\/title>/i.exec(body.slice(0, 4096))?.[1];
	return typeof found === 'string' ? found.trim().slice(0, MAX_MESSAGE_LENGTH) : '';
}

function bodyCode(parsed: unknown): number | null {
	if (!isObject(parsed)) return null;
	const nested = isObject(parsed.error) ? parsed.error.code : undefined;
	const given = parsed.code ?? nested;
	const code = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
	return typeof code === 'number' && Number.isInteger(code) ? code : null;
}

/** Milliseconds to wait, from `Retry-After` in seconds or as a date; null where there is none. */
export function readRetryAfter(value: unknown, nowEpochMs: number): number | null {
	if (typeof value !== 'string' && typeof value !== 'number') return null;
	const seconds = Number(value);
	if (String(value).trim() !== '' && Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
	const date = Date.parse(String(value));
	return Number.isNaN(date) ? null : Math.max(0, date - nowEpochMs);
}

const POLICY_WORDS = /content policy|policy violation|safety|sensitive|moderation|inappropriate/i;

/**
 * The documentation's code 503 means a blocked picture or prompt. Under HTTP 5xx the words have to say so too: a
 * gateway's own 503 looks the same, and taking that for a refusal could pay for a video twice.
 */
function isContentPolicy(status: number, code: number | null, message: string): boolean {
	if (POLICY_WORDS.test(message) && (status >= 400 || (code ?? 200) !== 200)) return true;
	return code === ERROR_CODES.contentPolicyViolation && status < 500;
}

function refusalReason(code: number): RefusalReason | null {
	if (code === ERROR_CODES.unauthorized) return 'unauthorized';
	if (code === ERROR_CODES.forbidden) return 'forbidden';
	if (code === 404) return 'notFound';
	if (code >= 300 && code < 400) return 'redirect';
	// 408: a proxy gave up waiting for GPTProto, which may have accepted all the same.
	return code >= 400 && code < 500 && code !== 408 ? 'badRequest' : null;
}

/**
 * Reads an answer. An id means that a prediction exists, whatever else the envelope says.
 *
 * @param nowEpochMs the wall clock, for a `Retry-After` that is a date
 * @param askedId the prediction that was asked for, where one was
 */
export function readAnswer(answer: HttpAnswer, nowEpochMs: number, askedId?: string): Answer {
	const parsed = parse(answer.body);
	const successful = answer.status >= 200 && answer.status < 300;
	const prediction = successful && isObject(parsed) ? readPrediction(parsed.data, askedId) : null;
	if (prediction) return { kind: 'prediction', prediction };

	const code = bodyCode(parsed);
	const message = ownMessage(parsed, answer.body);
	const retryAfterMs = readRetryAfter(answer.headers['retry-after'], nowEpochMs);
	if (isContentPolicy(answer.status, code, message)) {
		return { kind: 'refused', reason: 'contentPolicy', httpCode: String(answer.status), message };
	}
	// An HTTP 200 may carry its true code in the envelope.
	const effective = successful && code !== null ? code : answer.status;
	if (effective === ERROR_CODES.tooManyRequests) {
		return { kind: 'rateLimited', retryAfterMs, message };
	}
	const reason = refusalReason(effective);
	if (reason) return { kind: 'refused', reason, httpCode: String(effective), message };
	return {
		kind: 'unreadable',
		httpCode: String(effective),
		retryAfterMs,
		message: message || (successful ? 'The answer could not be read' : ''),
	};
}
