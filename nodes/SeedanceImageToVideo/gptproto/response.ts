// Reads one HTTP answer of GPTProto, whatever it holds (envelope, either kind of error body, HTML of a proxy, half a
// JSON), into a typed ApiResponse. Pure: knows no n8n and no network; what may be sent again is retry.ts's affair.
import { isObject, type JsonObject, type Prediction, readPrediction } from './prediction';
import { ERROR_CODES } from './reference';

/** An HTTP answer; header names in lower case, the body as text. */
export interface HttpResponse {
	readonly status: number;
	readonly headers: JsonObject;
	readonly body: string;
}

/** Why GPTProto (or a proxy before it) said no; decides what a person is told to do. */
export type RefusalGround =
	| 'unauthorized'
	| 'forbidden'
	/** HTTP 403 without a word of GPTProto's: a proxy or firewall may have said it. */
	| 'forbiddenByUnknown'
	| 'notFound'
	| 'contentPolicy'
	| 'redirect'
	| 'badRequest';

interface Said {
	readonly httpCode: string;
	/** GPTProto's own words, or "". */
	readonly message: string;
}

interface SaidToWait extends Said {
	/** Milliseconds, from `Retry-After`; null where there is none. */
	readonly retryAfterMs: number | null;
}

export type ApiResponse =
	| { readonly kind: 'prediction'; readonly prediction: Prediction }
	/** A clear no: nothing was accepted. */
	| (Said & { readonly kind: 'refused'; readonly ground: RefusalGround })
	| (SaidToWait & { readonly kind: 'rateLimited' })
	/**
	 * An answer that says nothing reliable about whether the request was carried out. Where one that looks accepted has no
	 * words, they are its beginning.
	 */
	| (SaidToWait & { readonly kind: 'unreadable' });

const LONGEST_MESSAGE = 500;
const LONGEST_EXCERPT = 200;
/** GPTProto's object is three levels deep; deeper ones break whoever stores them. */
const DEEPEST = 20;
/** A key shorter than this may be part of any word, so it is not looked for. */
const SHORTEST_KEY = 8;

/** Whole numbers that JavaScript would round, such as an id beyond 2^53, are read as text; a byte order mark is skipped. */
function parse(body: string): unknown {
	try {
		return JSON.parse(
			body.trim().replace(/("(?:id|task_id)"\s*:\s*)(\d{16,})(?=\s*[,}])/g, '$1"$2"'),
		);
	} catch {
		return undefined;
	}
}

function withoutKey(text: string, key: string): string {
	return key.length < SHORTEST_KEY ? text : text.replaceAll(key, '***');
}

/** The same without the API key in any text but an id, and no deeper than a prediction is. */
function cleaned(value: unknown, key: string, name = '', depth = 0): unknown {
	if (typeof value === 'string') {
		return name === 'id' || name === 'task_id' ? value : withoutKey(value, key);
	}
	if (typeof value !== 'object' || value === null) return value;
	if (depth >= DEEPEST) return null;
	if (Array.isArray(value)) return value.map((inner) => cleaned(inner, key, '', depth + 1));
	return Object.fromEntries(
		Object.entries(value).map(([name, inner]) => [
			withoutKey(name, key),
			cleaned(inner, key, name, depth + 1),
		]),
	);
}

/** GPTProto's own message: `error.message`, `error`, `message`; or the title of an HTML page. */
function ownMessage(parsed: unknown, body: string): string {
	const found = isObject(parsed)
		? [isObject(parsed.error) ? parsed.error.message : parsed.error, parsed.message].find(
				(value) => typeof value === 'string' && value.trim() !== '' && value !== 'success',
			)
		: /<title>([^<]*)<\/title>/i.exec(body)?.[1];
	return typeof found === 'string' ? found.trim().slice(0, LONGEST_MESSAGE) : '';
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

const POLICY_WORDS =
	/content polic|policy violation|safety|sensitive (content|information|words?)|moderation|inappropriate/i;

/** What a status means, whatever its text mentions; null where it says nothing of whether the request was accepted. */
function refusalGround(
	status: number,
	code: number | null,
	message: string,
	isJson: boolean,
): RefusalGround | null {
	if (status === ERROR_CODES.unauthorized) return 'unauthorized';
	if (status === ERROR_CODES.forbidden) return isJson ? 'forbidden' : 'forbiddenByUnknown';
	// 303: it was carried out, and its answer lies elsewhere.
	if (status >= 300 && status < 400 && status !== 303) return 'redirect';
	if (status === 404) return 'notFound';
	// 408: a proxy gave up waiting for GPTProto, which may have accepted all the same.
	if (status < 400 || status >= 500 || status === 408) return null;
	// Documented: a blocked picture or prompt is HTTP 400 with the code 503 in the body.
	const isPolicy = code === ERROR_CODES.contentPolicyViolation || POLICY_WORDS.test(message);
	return isPolicy ? 'contentPolicy' : 'badRequest';
}

/** An HTTP 200 may carry its true status in the envelope; there 503 is the content policy's code. */
function effectiveStatus(status: number, code: number | null): number {
	if (status < 200 || status >= 300 || code === null) return status;
	return code === ERROR_CODES.contentPolicyViolation ? 400 : code;
}

/**
 * Reads an answer. An id means that a prediction exists, whatever else the envelope says.
 *
 * @param nowEpochMs the wall clock, for a `Retry-After` that is a date
 * @param key the API key, which a server may repeat and which nobody shall read
 * @param expectedId the prediction that was asked for, where one was
 */
export function readResponse(
	{ status: httpStatus, headers, body }: HttpResponse,
	nowEpochMs: number,
	key = '',
	expectedId?: string,
): ApiResponse {
	const parsed = cleaned(parse(body), key);
	const isSuccess = httpStatus >= 200 && httpStatus < 300;
	const prediction = isSuccess ? readPrediction(parsed, expectedId) : null;
	if (prediction) return { kind: 'prediction', prediction };

	const code = bodyCode(parsed);
	// The body as text, where it is no JSON: an escaped slash would hide a key.
	const start = withoutKey(body.slice(0, 4096).replaceAll('\\/', '/'), key);
	const message = ownMessage(parsed, start);
	const status = effectiveStatus(httpStatus, code);
	const httpCode = String(status);
	const retryAfterMs = readRetryAfter(headers['retry-after'], nowEpochMs);
	if (status === ERROR_CODES.tooManyRequests) {
		return { kind: 'rateLimited', httpCode, retryAfterMs, message };
	}
	const ground = refusalGround(status, code, message, isObject(parsed));
	if (ground) return { kind: 'refused', ground, httpCode, message };
	const excerpt = isSuccess ? start.slice(0, LONGEST_EXCERPT) : '';
	return { kind: 'unreadable', httpCode, retryAfterMs, message: message || excerpt };
}
