// The only file that speaks HTTP. The API key goes to the credential's base URL and nowhere else: API calls follow no
// redirect, and a video is fetched from wherever it lies without any credential. Whatever comes is bounded in time and size.
import type {
	ICredentialsDecrypted,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestOptions,
} from 'n8n-workflow';
import { isPrivateAddress, urlOf } from '../gptproto/access';
import { readResponse, readRetryAfter } from '../gptproto/response';
import { resultPath, submissionPath } from '../gptproto/reference';
import type { SubmissionRequest } from '../gptproto/request';
import { bounds } from './bounds';
import { onAbort } from './cancellation';
import type { Clock } from './clock';
import { type NoResponse, type Outcome, readFault } from './retry';
import { type ByteStream, readText } from './stream';

export const CREDENTIAL_TYPE = 'gptProtoApi';

/** One item's credential and account. */
export interface Access {
	/** A hash of base URL and key. */
	readonly accountId: string;
	/** As n8n resolved it for that item. */
	readonly credential: ICredentialsDecrypted;
	/** Without a slash at its end. */
	readonly baseUrl: string;
	/** Only to blot it out of whatever comes back. */
	readonly key: string;
}

/** The response to the request for a video. */
export interface VideoResponse {
	readonly status: number;
	readonly headers: IDataObject;
	readonly stream: ByteStream;
	/** Milliseconds, from `Retry-After`; null where there is none. */
	readonly retryAfterMs: number | null;
}

/** The way to GPTProto with one item's credential. Owned by the account. */
export interface Transport {
	/** Sends a submission. `limitMs` bounds all of it; a cancelled run gives it a moment to bring its response home. */
	submit(request: SubmissionRequest, limitMs: number): Promise<Outcome>;
	/** Gets a prediction's state. `limitMs` bounds all of it; cancelling ends it at once. */
	result(predictionId: string, limitMs: number): Promise<Outcome>;
	/** Opens a video, following a few redirects. `signal` ends it, also while its bytes come. */
	openVideo(url: string, signal: AbortSignal): Promise<VideoResponse | NoResponse>;
}

interface FullResponse {
	readonly statusCode: number;
	readonly headers: IDataObject;
	readonly body: ByteStream | string;
}

/** A proxy between n8n and GPTProto wants a sign-in: nobody else says so. */
const PROXY_SIGN_IN = 407;

export function createTransport(
	context: IExecuteFunctions,
	clock: Clock,
	{ credential, baseUrl, key }: Access,
): Transport {
	const cancel = context.getExecutionCancelSignal();

	/**
	 * @param limitMs bounds the whole request, the response's last byte included
	 * @param graceMs how long it may go on after the run was cancelled
	 */
	async function send(
		options: IHttpRequestOptions,
		limitMs: number,
		graceMs: number,
		expectedId?: string,
	): Promise<Outcome> {
		const cut = new AbortController();
		const done = new AbortController();
		let stream: ByteStream | undefined;
		const cutAfter = (ms: number, why: string) =>
			void clock.sleep(ms, done.signal).then(() => {
				if (done.signal.aborted) return;
				cut.abort(why);
				stream?.destroy(new Error(why));
			});
		cutAfter(limitMs, 'TIMEOUT');
		const forget = onAbort(cancel, () => cutAfter(graceMs, 'CANCELLED'));
		// n8n hands the execution's cancel signal to every authenticated request; this one has a signal of its own.
		const caller = Object.create(context, {
			getExecutionCancelSignal: { value: () => cut.signal },
		}) as IExecuteFunctions;
		try {
			const response: FullResponse = await context.helpers.httpRequestWithAuthentication.call(
				caller,
				CREDENTIAL_TYPE,
				{
					...options,
					timeout: limitMs,
					disableFollowRedirect: true,
					encoding: 'stream',
					// An exception would have another shape in every version of n8n.
					ignoreHttpStatusErrors: true,
					returnFullResponse: true,
				},
				// Without it n8n resolves the credential's expressions for the first item, whichever item this is.
				{ credentialsDecrypted: credential },
			);
			const { statusCode: status, headers, body } = response;
			if (typeof body !== 'string') {
				stream = body;
				// A stream that is broken off must not throw where nobody reads it any more.
				stream.on('error', () => undefined);
			}
			if (status === PROXY_SIGN_IN) {
				cut.abort();
				return { kind: 'noResponse', code: `HTTP_${status}`, sent: false, proxyStatus: status };
			}
			const { text, fault } = await readText(body);
			const told = readResponse({ status, headers, body: text }, clock.epochMs(), key, expectedId);
			// A prediction that was told is known, also where the end of the response did not come.
			if (told.kind === 'prediction' || (!fault && !cut.signal.aborted)) return told;
			throw fault;
		} catch (fault) {
			stream?.destroy();
			const { aborted, reason } = cut.signal;
			return aborted ? { kind: 'noResponse', code: String(reason), sent: true } : readFault(fault);
		} finally {
			forget();
			done.abort();
		}
	}

	return {
		async submit({ model, body }, limitMs) {
			return await send(
				{
					method: 'POST',
					url: `${baseUrl}${submissionPath(model)}`,
					headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
					// Written out here once: a picture's megabytes are copied less often on their way through n8n.
					body: Buffer.from(JSON.stringify(body)),
				},
				limitMs,
				bounds.graceMs,
			);
		},
		async result(predictionId, limitMs) {
			const headers = { Accept: 'application/json' };
			const url = `${baseUrl}${resultPath(predictionId)}`;
			return await send({ method: 'GET', url, headers }, limitMs, 0, predictionId);
		},
		async openVideo(url, signal) {
			let address = url;
			for (let hop = 0; hop <= bounds.redirects; hop++) {
				// An address from outside must not lead into the network n8n runs in.
				if (isPrivateAddress(address) && !isPrivateAddress(baseUrl)) {
					return { kind: 'noResponse', code: 'PRIVATE_ADDRESS', sent: false };
				}
				const hangUp = new AbortController();
				onAbort(signal, () => hangUp.abort());
				try {
					const { statusCode, headers, body } = (await context.helpers.httpRequest({
						method: 'GET',
						url: address,
						// Packed bytes could not be held against the length that was announced.
						headers: { 'Accept-Encoding': 'identity' },
						encoding: 'stream',
						disableFollowRedirect: true,
						ignoreHttpStatusErrors: true,
						returnFullResponse: true,
						timeout: bounds.downloadIdleMs,
						abortSignal: hangUp.signal,
					})) as FullResponse;
					const stream = body as ByteStream;
					stream.on('error', () => undefined);
					const { location } = headers;
					const isRedirect = statusCode >= 300 && statusCode < 400;
					const next = isRedirect && typeof location === 'string' ? urlOf(location, address) : null;
					if (!next) {
						const retryAfterMs = readRetryAfter(headers['retry-after'], clock.epochMs());
						return { status: statusCode, headers, stream, retryAfterMs };
					}
					hangUp.abort();
					address = next.href;
				} catch (fault) {
					return readFault(fault);
				}
				if (!/^https?:/i.test(address)) {
					return { kind: 'noResponse', code: 'NOT_A_WEB_ADDRESS', sent: true };
				}
			}
			return { kind: 'noResponse', code: 'TOO_MANY_REDIRECTS', sent: true };
		},
	};
}
