// Reads a prediction out of an answer of GPTProto, tolerantly: every spelling that public clients of this API have met
// is accepted. Pure: knows no n8n and no network, and never follows an address it reads.
import { type PredictionStatus, STATUS_SPELLINGS, STATUSES } from './reference';

export type JsonObject = { readonly [key: string]: unknown };

interface Facts {
	readonly id: string;
	/** A documented status, or GPTProto's own word where it is none. */
	readonly status: string;
	/** null where the answer does not say. */
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
		/** `videoUrl` is null where the answer holds no http(s) address. */
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

export function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | null {
	return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** The text of an `error` key: null, "", a string, or an object with a message. */
function errorText(value: unknown): string | null {
	return isObject(value) ? text(value.message) : text(value);
}

function decoded(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}

/** `id` or `task_id`, else the id inside `urls.get` or `urls[0].get`; only read, never followed. */
function readId(data: JsonObject): string | null {
	for (const given of [data.id, data.task_id]) {
		const id = typeof given === 'number' ? String(given) : text(given);
		if (id) return id;
	}
	const urls: unknown = Array.isArray(data.urls) ? data.urls[0] : data.urls;
	const address = isObject(urls) ? text(urls.get) : null;
	const match = address ? /\/predictions\/([^/?#]+)\/result(?:[?#]|$)/.exec(address) : null;
	return match?.[1] === undefined ? null : decoded(match[1]);
}

/** How an envelope says that all is well. */
const GOOD_CODES = new Set<unknown>([undefined, null, '', 0, '0', 200, '200']);

/**
 * The object that describes the prediction: `data`, the first of a list in `data`, or the answer itself - unless that
 * is an error body, whose id is one of the request and whose status is not the prediction's.
 */
function predictionObject(answer: unknown): JsonObject | null {
	if (!isObject(answer)) return null;
	const data: unknown = Array.isArray(answer.data) ? answer.data[0] : answer.data;
	if (isObject(data)) return data;
	const isError = !GOOD_CODES.has(answer.code) || (!text(answer.status) && errorText(answer.error));
	return data === undefined && readId(answer) !== null && !isError ? answer : null;
}

function outputAddresses(outputs: unknown): string[] {
	return [outputs]
		.flat()
		.map((output) => text(isObject(output) ? output.url : output))
		.filter((address) => address !== null);
}

function isWebAddress(address: string): boolean {
	return URL.canParse(address) && ['http:', 'https:'].includes(new URL(address).protocol);
}

function readNsfw(value: unknown): boolean | null {
	const flags = [value].flat();
	if (flags.includes(true)) return true;
	return flags.includes(false) ? false : null;
}

function readStatus(word: string | null): PredictionStatus | null {
	const key = word?.toLowerCase() ?? '';
	if (Object.hasOwn(STATUSES, key)) return key as PredictionStatus;
	return (Object.hasOwn(STATUS_SPELLINGS, key) && STATUS_SPELLINGS[key]) || null;
}

/**
 * Reads a prediction. Comparison of statuses ignores case; a status nobody documents means done where there is an
 * output address, failed where there is an error text, and otherwise still working.
 *
 * @param answer the parsed body of an answer
 * @param expectedId the id that was asked for: it stays the prediction's id whatever the answer calls it
 * @returns null where nothing identifies a prediction
 */
export function readPrediction(answer: unknown, expectedId?: string): Prediction | null {
	const data = predictionObject(answer);
	if (data === null) return null;
	const word = text(data.status);
	const own = readId(data);
	const id = expectedId !== undefined && (word !== null || own !== null) ? expectedId : own;
	if (id === null) return null;

	const addresses = outputAddresses(data.outputs);
	const reason = errorText(data.error);
	const guessed = addresses.length > 0 ? 'succeeded' : reason ? 'failed' : null;
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
	return state === 'ended'
		? { ...facts, state, failureReason: reason }
		: { ...facts, state, videoUrl: addresses.find(isWebAddress) ?? null };
}
