// Knows the words of the API: the documented envelope with its known variants, and the documented errors.
// Must not know when which of them is due.
import type { FastifyReply } from 'fastify';
import { variantKinds, type ErrorForm, type Hits, type VariantKind } from './faults';
import type { SandboxPrediction } from './predictions';

interface Addresses {
	/** Of this prediction's result. */
	readonly result: string;
	/** Of the video. */
	readonly video: string;
	/** Of an origin that is neither the API's nor the video's. */
	readonly elsewhere: string;
}

type Data = Record<string, unknown>;

/** The documented `data`. The two times are milliseconds, which the documentation does not say. */
function documentedData(prediction: SandboxPrediction, addresses: Addresses, status: string): Data {
	const succeeded = status === 'succeeded';
	const ended = succeeded || status === 'failed' || status === 'expired';
	const tookMs = ended ? Math.round(prediction.doneAtMs - prediction.acceptedAtMs) : 0;
	return {
		id: prediction.id,
		model: prediction.model,
		outputs: succeeded ? [addresses.video] : [],
		urls: { get: addresses.result },
		status,
		error: ended ? prediction.error : null,
		executionTime: tookMs,
		timings: { inference: tookMs },
		has_nsfw_contents: succeeded ? [false] : [],
		created_at: prediction.createdAt,
	};
}

const siblingStatus: Readonly<Record<string, string>> = {
	created: 'pending',
	queued: 'pending',
	running: 'processing',
	succeeded: 'completed',
	failed: 'error',
	expired: 'cancelled',
};

/** Changes of `data` before it is written as JSON. */
const changes: Partial<Record<VariantKind, (data: Data, to: Addresses, url?: string) => Data>> = {
	errorEmptyString: (data) => ({ ...data, error: data.error ?? '' }),
	nsfwNull: (data) => ({ ...data, has_nsfw_contents: null }),
	outputsNull: (data) => ({
		...data,
		outputs: Array.isArray(data.outputs) && data.outputs.length > 0 ? data.outputs : null,
	}),
	siblingStatuses: (data) => ({
		...data,
		status: siblingStatus[String(data.status)] ?? data.status,
	}),
	unknownStatus: (data) => ({ ...data, status: 'thinking', outputs: [], error: null }),
	foreignGetUrl: (data, { result, elsewhere }) => ({
		...data,
		urls: { get: elsewhere + new URL(result).pathname },
	}),
	succeededWithoutOutputs: (data) => ({ ...data, outputs: [] }),
	badVideoUrl: (data, _to, url = 'file:///etc/passwd') => ({ ...data, outputs: [url] }),
	outputObjects: (data) => ({
		...data,
		outputs: Array.isArray(data.outputs) ? data.outputs.map((url) => ({ url })) : data.outputs,
	}),
	urlsArray: (data) => ({ ...data, urls: [data.urls] }),
	camelCase: ({ has_nsfw_contents, created_at, ...rest }) => ({
		...rest,
		hasNsfwContents: has_nsfw_contents,
		createdAt: created_at,
	}),
	taskId: ({ id, urls: _urls, ...rest }) => ({ task_id: id, ...rest }),
	deepJson: (data) => ({ ...data, nested: 'deep' }),
};

const levels = 200_000;

/** The id as a number. Its digits are kept as they are: a JavaScript number cannot hold all of them. */
function withNumericId(json: string, id: string): string {
	if (!/^(0|[1-9]\d*)$/.test(id)) {
		throw new Error(`numericId needs an id of digits, not '${id}': set predictionId`);
	}
	return json.replace(/"(id|task_id)":"(\d+)"/, '"$1":$2');
}

/**
 * The JSON answer about a prediction, as text.
 * @param status the state to write down; taken once, since it changes with the clock
 * @throws when an id that is to be a number is none
 */
export function answerText(
	prediction: SandboxPrediction,
	addresses: Addresses,
	status: string,
	variants: Hits['variants'],
): string {
	let data = documentedData(prediction, addresses, status);
	for (const kind of variantKinds) {
		const variant = variants.get(kind);
		if (variant) data = changes[kind]?.(data, addresses, variant.url) ?? data;
	}
	const content = variants.has('dataArray') ? [data] : data;
	const envelope = { data: content, message: 'success', code: 200 };
	let json = JSON.stringify(variants.has('noEnvelope') ? content : envelope);
	if (variants.has('numericId')) json = withNumericId(json, prediction.id);
	if (variants.has('deepJson')) {
		json = json.replace('"nested":"deep"', `"nested":${'['.repeat(levels)}${']'.repeat(levels)}`);
	}
	return json;
}

export interface ApiError {
	readonly httpStatus: number;
	/** The code in the body; differs from the HTTP status for a content policy violation. */
	readonly code: number;
	readonly message: string;
}

const error = (httpStatus: number, message: string, code = httpStatus): ApiError => ({
	httpStatus,
	code,
	message,
});

/** The documentation's own examples, where it has one. */
export const errors = {
	badRequest: (why: string) => error(400, why),
	contentPolicy: () =>
		error(400, 'Input may not meet the guidelines. Please adjust and try again.', 503),
	unauthorized: () => error(401, 'Invalid signature'),
	forbidden: () => error(403, 'Insufficient balance'),
	/** Not documented: what an API may say of another account's prediction. */
	foreign: () => error(403, 'You do not have access to this prediction'),
	notFound: (what: string) => error(404, what),
	/** Not documented: what a server says to a request that was meant for another one. */
	misdirected: (host: string) => error(421, `This is a sandbox on this machine, not '${host}'`),
	tooManyRequests: () => error(429, "You've exceeded your rate limit"),
	internal: (message = 'Internal server error') => error(500, message),
	unavailable: () => error(503, 'The service is temporarily unavailable'),
};

/** The JSON body of an error answer. */
export function errorBody({ message, code }: ApiError, form: ErrorForm = 'documented'): object {
	switch (form) {
		case 'documented':
			return { error: { message, type: String(code) } };
		case 'nested':
			return { error: { message, type: 'error', code } };
		case 'flat':
			return { code, message, type: 'error' };
	}
}

/** Answers with an error. */
export function sendError(reply: FastifyReply, error: ApiError, form?: ErrorForm): FastifyReply {
	return reply.code(error.httpStatus).send(errorBody(error, form));
}
