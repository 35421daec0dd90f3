// Reads a prediction out of a response of GPTProto, tolerantly: every spelling that public clients of this API have met
// is accepted. Pure: knows no n8n and no network, and never follows an address it reads.
import { urlOf } from './access';
import { isErrorBody, isGoodCode, isObject, type JsonObject, readError, text } from './error-body';
import {
	ADDRESS_FIELDS,
	ID_FIELDS,
	LAST_VIDEO_FIELDS,
	type PredictionStatus,
	STATUS_SPELLINGS,
	STATUSES,
	VIDEO_FIELDS,
} from './reference';

interface Facts {
	readonly id: string;
	/** A documented status, or GPTProto's own word where it is none. */
	readonly status: string;
	/** null where the response does not say. */
	readonly model: string | null;
	readonly hasNsfwContent: boolean | null;
	/** As GPTProto gives it. */
	readonly executionTime: number | null;
	readonly createdAt: string | null;
	/** GPTProto's own object. */
	readonly data: JsonObject;
}

export type Prediction = Facts &
	(
		| { readonly state: 'working' }
		/** `videoUrl` is null where the response holds no http(s) address. */
		| { readonly state: 'succeeded'; readonly videoUrl: string | null }
		/** `failureReason` is in GPTProto's own words; null where it gave none. */
		| { readonly state: 'ended'; readonly failureReason: string | null }
	);

/** A prediction that was accepted, and of which nothing more can be read now. */
export function unreadPrediction(id: string, model: string | null, status = 'created'): Prediction {
	const data = { id, model, status };
	const unknown = { hasNsfwContent: null, executionTime: null, createdAt: null };
	return { ...data, ...unknown, state: 'working', data };
}

/** Whether there is nothing left to poll for: it has a video's address, or ended without a video. */
export function hasVideoOrEnded(prediction: Prediction): boolean {
	return (
		prediction.state === 'ended' ||
		(prediction.state === 'succeeded' && prediction.videoUrl !== null)
	);
}

function decoded(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}

/** The ids of a prediction, the one that stands first in the reference first; `urls` is only read, never followed. */
function readIds(data: JsonObject): string[] {
	const urls: unknown = Array.isArray(data.urls) ? data.urls[0] : data.urls;
	const address = isObject(urls) ? text(urls.get) : null;
	const match = address ? /\/predictions\/([^/?#]+)\/result(?:[?#]|$)/.exec(address) : null;
	return ID_FIELDS.map((field) => data[field])
		.map((given) => (typeof given === 'number' ? String(given) : text(given)))
		.concat(match?.[1] === undefined ? null : decoded(match[1]))
		.filter((id) => id !== null);
}

/** Whether it says of this prediction, in a documented word, that it has ended. Others, such as `error`, may be the request's. */
function isEndOf(data: JsonObject, id: string | undefined): boolean {
	const word = text(data.status)?.toLowerCase() ?? '';
	const isEnd = isDocumented(word) && STATUSES[word] === 'ended';
	return isEnd && id !== undefined && readIds(data).includes(id);
}

/**
 * The object that describes the prediction: `data`, the first of a list in `data`, or the body itself - unless that
 * is an error body, whose id is one of the request and whose status is not the prediction's.
 */
function predictionObject(body: unknown, expectedId: string | undefined): JsonObject | null {
	if (!isObject(body)) return null;
	const data: unknown = Array.isArray(body.data) ? body.data[0] : body.data;
	if (isObject(data)) return data;
	const ids = readIds(body);
	if ((data ?? null) !== null || ids.length === 0) return null;
	// A code beside the end of the very prediction is the end's.
	if (isEndOf(body, expectedId)) return body;
	const isError = text(body.status) === null ? isErrorBody(body) : !isGoodCode(body.code);
	return isError ? null : body;
}

/** The http(s) addresses in a text, an object or a list of them. */
function addressesIn(value: unknown): string[] {
	return [value].flat().flatMap((one) => {
		if (isObject(one)) return ADDRESS_FIELDS.flatMap((field) => addressesIn(one[field]));
		const address = text(one);
		return address !== null && isWebAddress(address) ? [address] : [];
	});
}

function isWebAddress(address: string): boolean {
	return ['http:', 'https:'].includes(urlOf(address)?.protocol ?? '');
}

/** The first address that stands in one of these fields. */
function addressIn(data: JsonObject, fields: readonly string[]): string | null {
	return fields.flatMap((field) => addressesIn(data[field]))[0] ?? null;
}

function readNsfw(value: unknown): boolean | null {
	const flags = [value].flat();
	if (flags.includes(true)) return true;
	return flags.includes(false) ? false : null;
}

function isDocumented(word: string): word is PredictionStatus {
	return Object.hasOwn(STATUSES, word);
}

function readStatus(word: string | null): PredictionStatus | null {
	const key = word?.toLowerCase() ?? '';
	if (isDocumented(key)) return key;
	return (Object.hasOwn(STATUS_SPELLINGS, key) && STATUS_SPELLINGS[key]) || null;
}

/**
 * Reads a prediction. Comparison of statuses ignores case; a status nobody documents means done where there is an
 * output address, failed where there is an error text, and otherwise still working.
 *
 * @param body the parsed body of a response
 * @param expectedId the id that was polled: it stays the prediction's id whatever the response calls it, but another
 * one's end is not its end
 * @returns null where nothing identifies a prediction
 */
export function readPrediction(body: unknown, expectedId?: string): Prediction | null {
	const data = predictionObject(body, expectedId);
	if (data === null) return null;
	const word = text(data.status);
	const ids = readIds(data);
	const id = expectedId !== undefined && (word !== null || ids.length > 0) ? expectedId : ids[0];
	if (id === undefined) return null;

	const address = addressIn(data, VIDEO_FIELDS);
	const reason = readError(data.error).message || null;
	const guessed = address !== null ? 'succeeded' : reason !== null ? 'failed' : null;
	const status = readStatus(word) ?? guessed;
	const facts: Facts = {
		id,
		status: status ?? word ?? 'created',
		model: text(data.model),
		hasNsfwContent: readNsfw(data.has_nsfw_contents ?? data.hasNsfwContents),
		executionTime: typeof data.executionTime === 'number' ? data.executionTime : null,
		createdAt: text(data.created_at ?? data.createdAt),
		data,
	};
	const state = status ? STATUSES[status] : 'working';
	if (state === 'working') return { ...facts, state };
	if (state === 'succeeded') {
		return { ...facts, state, videoUrl: address ?? addressIn(data, LAST_VIDEO_FIELDS) };
	}
	if (ids.length > 0 && !ids.includes(id)) return null;
	return { ...facts, state, failureReason: reason ?? (readError(body).message || null) };
}

/** The end of the very prediction that was polled, where a response that is itself a no tells of it. */
export function readEnd(body: unknown, expectedId: string): Prediction | null {
	const data = predictionObject(body, expectedId);
	return data !== null && isEndOf(data, expectedId) ? readPrediction(body, expectedId) : null;
}
