// The only file that speaks HTTP. The API key goes to the credential's base URL and nowhere else: API calls follow no
// redirect, and a video is fetched from wherever it lies without any credential.
import type { IDataObject, IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { readAnswer, readRetryAfter } from '../api/answer';
import type { SubmissionRequest } from '../api/request';
import { resultPath, submissionPath } from '../api/reference';
import type { Clock } from './clock';
import { limits } from './limits';
import type { NoAnswer, Outcome } from './retry';

export const CREDENTIAL_TYPE = 'gptProtoApi';

/** A video's bytes on their way. */
export interface ByteStream {
	destroy(reason: Error): void;
	/** The connection below, where there is one: its count of bytes shows whether anything still comes. */
	readonly socket?: { readonly bytesRead: number } | null;
}

/** An answer to the request for a video: its status, its type, and its bytes as a stream. */
export interface VideoAnswer {
	readonly status: number;
	readonly contentType: string;
	/** Milliseconds, from `Retry-After`; null where there is none. */
	readonly retryAfterMs: number | null;
	readonly stream: ByteStream;
}

export interface Transport {
	/** Sends a submission. Cancelling does not cut it off: its answer names a prediction that is paid for. */
	submit(request: SubmissionRequest): Promise<Outcome>;
	/** Asks for a prediction's state. Cancelling ends it at once. */
	result(predictionId: string): Promise<Outcome>;
	/** Opens a video, following redirects. @throws NoAnswer as a plain object, where no answer came */
	openVideo(url: string, signal: AbortSignal | undefined): Promise<VideoAnswer | NoAnswer>;
}

interface FullResponse {
	readonly statusCode: number;
	readonly headers: IDataObject;
	readonly body: unknown;
}

function codeOf(fault: unknown, depth = 0): string | null {
	if (typeof fault !== 'object' || fault === null || depth > 8) return null;
	const { code, name, cause, errorResponse } = fault as Record<string, unknown>;
	if (typeof name === 'string' && /^Ssrf/.test(name)) return 'BLOCKED_BY_N8N';
	const inner = codeOf(cause, depth + 1) ?? codeOf(errorResponse, depth + 1);
	return inner ?? (typeof code === 'string' ? code : null);
}

/**
 * What is known of a request that brought no answer. The fault itself goes no further: it carries the request, and
 * the request carries the key.
 */
function noAnswer(fault: unknown, key: string): NoAnswer {
	const message = fault instanceof Error ? fault.message : String(fault);
	return {
		kind: 'noAnswer',
		code: codeOf(fault) ?? 'UNKNOWN',
		message: withoutKey(message, key).slice(0, 300),
	};
}

function withoutKey(text: string, key: string): string {
	return key === '' ? text : text.split(key).join('***');
}

/**
 * @param baseUrl without a slash at its end
 * @param key only to blot it out of whatever comes back
 */
export function createTransport(
	context: IExecuteFunctions,
	clock: Clock,
	baseUrl: string,
	key: string,
): Transport {
	// n8n hands the execution's cancel signal to every request; a submission under way has to outlive it.
	const uncancellable = Object.create(context, {
		getExecutionCancelSignal: { value: () => undefined },
	}) as IExecuteFunctions;

	async function ask(
		caller: IExecuteFunctions,
		options: IHttpRequestOptions,
		askedId?: string,
	): Promise<Outcome> {
		try {
			const response = (await context.helpers.httpRequestWithAuthentication.call(
				caller,
				CREDENTIAL_TYPE,
				{
					...options,
					disableFollowRedirect: true,
					encoding: 'text',
					ignoreHttpStatusErrors: true,
					returnFullResponse: true,
				},
			)) as FullResponse;
			const { statusCode: status, headers, body } = response;
			const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? '');
			return readAnswer({ status, headers, body: withoutKey(text, key) }, clock.epochMs(), askedId);
		} catch (fault) {
			return noAnswer(fault, key);
		}
	}

	return {
		async submit({ model, body }) {
			return await ask(uncancellable, {
				method: 'POST',
				url: `${baseUrl}${submissionPath(model)}`,
				headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
				// Written out here once: a picture's megabytes are copied less often on their way through n8n.
				body: Buffer.from(JSON.stringify(body)),
				timeout: limits.submissionTimeoutMs,
			});
		},
		async result(predictionId) {
			return await ask(
				context,
				{
					method: 'GET',
					url: `${baseUrl}${resultPath(predictionId)}`,
					headers: { Accept: 'application/json' },
					timeout: limits.resultTimeoutMs,
				},
				predictionId,
			);
		},
		async openVideo(url, signal) {
			try {
				const response = (await context.helpers.httpRequest({
					method: 'GET',
					url,
					encoding: 'stream',
					ignoreHttpStatusErrors: true,
					returnFullResponse: true,
					timeout: limits.downloadIdleMs,
					...(signal && { abortSignal: signal }),
				})) as FullResponse;
				return {
					status: response.statusCode,
					contentType: String(response.headers['content-type'] ?? ''),
					retryAfterMs: readRetryAfter(response.headers['retry-after'], clock.epochMs()),
					stream: response.body as ByteStream,
				};
			} catch (fault) {
				return noAnswer(fault, key);
			}
		},
	};
}
