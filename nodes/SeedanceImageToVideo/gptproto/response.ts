// Reads one HTTP response of GPTProto, whatever it holds (envelope, any kind of error body, HTML of a proxy, half a
// JSON), into a typed ApiResponse. Pure: knows no n8n and no network; what may be sent again is retry.ts's affair.
import { isErrorBody, isObject, type JsonObject, parseJson, readError } from './error-body';
import { type Prediction, readEnd, readPrediction } from './prediction';
import { ERROR_CODES, ID_FIELDS } from './reference';
import { effectiveStatus, isLastingLimit, type RefusalGround, refusalGround } from './refusal';

/** An HTTP response; header names in lower case, the body as text. */
export interface HttpResponse {
	readonly status: number;
	readonly headers: JsonObject;
	readonly body: string;
}

interface Said {
	readonly httpCode: string;
	/** GPTProto's own words, a code in letters before them; or "". */
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
	/** `limitReached`: its words say that waiting cannot help. */
	| (SaidToWait & { readonly kind: 'rateLimited'; readonly limitReached: boolean })
	/**
	 * A response that says nothing reliable about whether the request was carried out. Where one that looks accepted has no
	 * words, they are its beginning.
	 */
	| (SaidToWait & { readonly kind: 'unreadable' });

const LONGEST_EXCERPT = 200;
/** GPTProto's object is three levels deep; deeper ones break whoever stores them. */
const DEEPEST = 20;
/** A key shorter than this may be part of any word, so it is not looked for. */
const SHORTEST_KEY = 8;

const LONG_ID = new RegExp(`("(?:${ID_FIELDS.join('|')})"\\s*:\\s*)(\\d{16,})(?=\\s*[,}])`, 'g');

/** Whole numbers that JavaScript would round, such as an id beyond 2^53, are read as text; a byte order mark is skipped. */
function parse(body: string): unknown {
	return parseJson(body.trim().replace(LONG_ID, '$1"$2"'));
}

function withoutKey(text: string, key: string): string {
	return key.length < SHORTEST_KEY ? text : text.replaceAll(key, '***');
}

const isIdField = (name: string) => (ID_FIELDS as readonly string[]).includes(name);

/** The same without the API key in any text but an id, and no deeper than a prediction is. */
function cleaned(value: unknown, key: string, name = '', depth = 0): unknown {
	if (typeof value === 'string') {
		return isIdField(name) ? value : withoutKey(value, key);
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

/** Milliseconds to wait, from `Retry-After` in seconds or as a date; null where there is none. */
export function readRetryAfter(value: unknown, nowEpochMs: number): number | null {
	if (typeof value !== 'string' && typeof value !== 'number') return null;
	const seconds = Number(value);
	if (String(value).trim() !== '' && Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
	const date = Date.parse(String(value));
	return Number.isNaN(date) ? null : Math.max(0, date - nowEpochMs);
}

/**
 * Reads a response. An id means that a prediction exists, whatever else the envelope says.
 *
 * @param nowEpochMs the wall clock, for a `Retry-After` that is a date
 * @param key the API key, which a server may repeat and which nobody shall read
 * @param expectedId the prediction that was polled, where one was
 */
export function readResponse(
	{ status: httpStatus, headers, body }: HttpResponse,
	nowEpochMs: number,
	key = '',
	expectedId?: string,
): ApiResponse {
	const parsed = cleaned(parse(body), key);
	const isSuccess = httpStatus >= 200 && httpStatus < 300;
	const isRefusal = httpStatus >= 400 && httpStatus < 500;
	const told = isSuccess
		? readPrediction(parsed, expectedId)
		: isRefusal && expectedId !== undefined && readEnd(parsed, expectedId);
	if (told) return { kind: 'prediction', prediction: told };

	const error = readError(parsed);
	// The body as text, where it is no JSON: an escaped slash would hide a key.
	const start = withoutKey(body.slice(0, 4096).replaceAll('\\/', '/'), key);
	const title = error.isJson ? '' : (/<title>([^<]*)<\/title>/i.exec(start)?.[1] ?? '').trim();
	const message = error.message || title;
	const status = effectiveStatus(httpStatus, error, isObject(parsed) && isErrorBody(parsed));
	const said = { httpCode: String(status), message };
	const retryAfterMs = readRetryAfter(headers['retry-after'], nowEpochMs);
	if (status === ERROR_CODES.tooManyRequests) {
		return { ...said, kind: 'rateLimited', retryAfterMs, limitReached: isLastingLimit(error) };
	}
	const ground = refusalGround(status, error);
	// A page is not GPTProto's word. To a submission it is as good as a no; of a prediction it says nothing.
	const isNothing = !error.isJson && expectedId !== undefined && isRefusal;
	if (ground && !isNothing) return { ...said, kind: 'refused', ground };
	const excerpt = isSuccess ? start.slice(0, LONGEST_EXCERPT) : '';
	return { ...said, kind: 'unreadable', retryAfterMs, message: message || excerpt };
}
