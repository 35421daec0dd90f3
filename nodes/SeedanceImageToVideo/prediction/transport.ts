// The only file that speaks HTTP. The API key goes to the credential's base URL and nowhere else: API calls follow no
// redirect, and a video is fetched from wherever it lies without any credential. Whatever comes is bounded in time and size.
import type {
	ICredentialsDecrypted,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestOptions,
} from 'n8n-workflow';
import { isPrivateAddress } from '../gptproto/access';
import { readResponse, readRetryAfter } from '../gptproto/response';
import { resultPath, submissionPath } from '../gptproto/reference';
import type { SubmissionRequest } from '../gptproto/request';
import { bounds } from './bounds';
import { type Clock, onAbort } from './clock';
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

/** An answer to the request for a video. */
export interface VideoResponse {
	readonly status: number;
	readonly headers: IDataObject;
	readonly stream: ByteStream;
	/** Milliseconds, from `Retry-After`; null where there is none. */
	readonly retryAfterMs: number | null;
}

export type Transport = ReturnType<typeof createTransport>;

interface FullResponse {
	readonly statusCode: number;
	readonly headers: IDataObject;
	readonly body: ByteStream | string;
	/** The connection it came over, where n8n tells. */
	readonly socket?: ByteStream['socket'];
}

/**
 * What a proxy answers that refuses to connect. n8n 2 wraps the body's stream, so that its connection is lost; an
 * exception still knows it. So these come as exceptions there (n8n 1 takes the list for "ignore all").
 */
const PROXY_STATUSES = [403, 407, 500, 502, 503, 504];

/** The answer inside an exception of n8n's. @throws the exception where there is none */
function answerIn(fault: unknown): FullResponse {
	const { response } = Object(Object(fault).cause) as {
		readonly response?: {
			readonly status: number;
			readonly headers: IDataObject;
			readonly data: ByteStream;
			readonly request?: { readonly socket?: ByteStream['socket'] };
		};
	};
	if (typeof response?.data?.destroy !== 'function') throw fault;
	const { status: statusCode, headers, data: body, request } = response;
	return { statusCode, headers: { ...headers }, body, socket: request?.socket ?? null };
}

export function createTransport(
	context: IExecuteFunctions,
	clock: Clock,
	{ credential, baseUrl, key }: Access,
) {
	const cancel = context.getExecutionCancelSignal();

	/**
	 * @param limitMs bounds the whole request, the answer's last byte included
	 * @param graceMs how long it may go on after the run was cancelled
	 */
	async function ask(
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
			const answer: Promise<FullResponse> = context.helpers.httpRequestWithAuthentication.call(
				caller,
				CREDENTIAL_TYPE,
				{
					...options,
					timeout: limitMs,
					disableFollowRedirect: true,
					encoding: 'stream',
					ignoreHttpStatusErrors: { ignore: true, except: PROXY_STATUSES },
					returnFullResponse: true,
				},
				// Without it n8n resolves the credential's expressions for the first item, whichever item this is.
				{ credentialsDecrypted: credential },
			);
			const response = await answer.catch(answerIn);
			const { statusCode: status, headers, body } = response;
			if (typeof body !== 'string') {
				stream = body;
				// A stream that is broken off must not throw where nobody reads it any more.
				stream.on('error', () => undefined);
			}
			// A proxy that wants a sign-in says 407; one that refuses to connect answers in GPTProto's place, and not over TLS.
			const { socket = stream?.socket } = response;
			const isPlain = socket && socket.encrypted !== true;
			if (status === 407 || (isPlain && /^https:/i.test(baseUrl))) {
				cut.abort();
				return { kind: 'noResponse', code: `HTTP_${status}`, sent: false, proxyStatus: status };
			}
			const { text, fault } = await readText(body);
			const told = readResponse({ status, headers, body: text }, clock.epochMs(), key, expectedId);
			// A prediction that was told is known, also where the end of the answer did not come.
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
		/** Sends a submission. `limitMs` bounds all of it; a cancelled run gives it a moment to bring its answer home. */
		async submit({ model, body }: SubmissionRequest, limitMs: number): Promise<Outcome> {
			return await ask(
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
		/** Asks for a prediction's state. `limitMs` bounds all of it; cancelling ends it at once. */
		async result(predictionId: string, limitMs: number): Promise<Outcome> {
			const headers = { Accept: 'application/json' };
			const url = `${baseUrl}${resultPath(predictionId)}`;
			return await ask({ method: 'GET', url, headers }, limitMs, 0, predictionId);
		},
		/** Opens a video, following a few redirects. `signal` ends it, also while its bytes come. */
		async openVideo(url: string, signal: AbortSignal): Promise<VideoResponse | NoResponse> {
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
					if (!isRedirect || typeof location !== 'string' || !URL.canParse(location, address)) {
						const retryAfterMs = readRetryAfter(headers['retry-after'], clock.epochMs());
						return { status: statusCode, headers, stream, retryAfterMs };
					}
					hangUp.abort();
					address = new URL(location, address).href;
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
