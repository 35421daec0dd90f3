// Lets an onlooker see the requests of a node and their answers, at n8n's own HTTP helpers, without changing anything.
// The key is added below them, so it is not seen; a body is seen as the node reads it.
import type { IExecuteFunctions, IHttpRequestOptions, INodeType } from 'n8n-workflow';

/** A request and what has come of it so far. */
export interface Exchange {
	readonly method: string;
	readonly url: string;
	/** What was sent, as text. */
	readonly sent?: string;
	/** Milliseconds since 1970. */
	readonly sentAt: number;
	status?: number;
	headers?: Readonly<Record<string, unknown>>;
	/** Text that came back, once it has ended; of a video and the like nothing is kept. */
	body?: string;
	/** How much came back, as the node reads it. */
	bytes?: number;
	/** From sending to the last byte. */
	tookMs?: number;
	/** What broke it off: Node's code, such as ECONNREFUSED. */
	fault?: string;
}

type OnChange = (exchange: Exchange) => void;

interface Response {
	readonly statusCode: number;
	readonly headers: Readonly<Record<string, unknown>>;
	readonly body: unknown;
}

interface AxiosResponse extends Pick<Response, 'headers'> {
	readonly status: number;
	readonly data: unknown;
}

interface Emitter {
	emit(this: Emitter, event: string, ...values: unknown[]): boolean;
}

/** A text longer than this is no answer of an API. */
const LONGEST_TEXT = 1024 * 1024;

const isEmitter = (body: unknown): body is Emitter => typeof Object(body).emit === 'function';

/** The innermost code of a fault; n8n and Node wrap faults several times. */
function codeOf(fault: unknown): string {
	const { code, cause, message } = Object(fault) as { [name: string]: unknown };
	const inner = cause === undefined ? '' : codeOf(cause);
	return inner || (typeof code === 'string' ? code : String(message ?? ''));
}

/** Follows an answer to its end. A stream is left as it is: who reads it makes it tell what is read. */
function follow(response: Response, exchange: Exchange, onChange: OnChange): void {
	const { statusCode, headers, body } = response;
	Object.assign(exchange, { status: statusCode, headers: { ...headers } });
	const isText = !/^(video|application\/octet-stream)/.test(String(headers['content-type'] ?? ''));
	const chunks: Buffer[] = [];
	let bytes = 0;
	const take = (chunk: Buffer) => {
		bytes += chunk.length;
		if (isText && bytes <= LONGEST_TEXT) chunks.push(chunk);
	};
	const end = (fault?: unknown) => {
		if (exchange.tookMs !== undefined) return;
		Object.assign(exchange, { bytes, tookMs: Date.now() - exchange.sentAt });
		if (isText) exchange.body = Buffer.concat(chunks).toString('utf8');
		if (fault !== undefined) exchange.fault = codeOf(fault);
		onChange(exchange);
	};
	if (!isEmitter(body)) {
		take(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? '')));
		return end();
	}
	onChange(exchange);
	const { emit } = body;
	body.emit = function (event, ...values) {
		if (event === 'data') take(Buffer.from(values[0] as Uint8Array));
		if (event === 'error') end(values[0]);
		if (event === 'end' || event === 'close') end();
		return emit.call(this, event, ...values);
	};
}

/** The same helper; its requests are told of. */
function told<Call extends unknown[]>(
	send: (this: IExecuteFunctions, ...call: Call) => Promise<Response>,
	onChange: OnChange,
) {
	return async function (this: IExecuteFunctions, ...call: Call): Promise<Response> {
		const {
			method = 'GET',
			url,
			body,
		} = call.find((one) => Object(one).url) as IHttpRequestOptions;
		const sent = body === undefined ? {} : { sent: String(body) };
		const exchange: Exchange = { method, url, ...sent, sentAt: Date.now() };
		onChange(exchange);
		try {
			const response = await send.apply(this, call);
			follow(response, exchange, onChange);
			return response;
		} catch (fault) {
			// Some answers come inside an exception.
			const { response } = Object(Object(fault).cause) as { readonly response?: AxiosResponse };
			if (response) {
				const { status: statusCode, headers, data: body } = response;
				follow({ statusCode, headers, body }, exchange, onChange);
			} else {
				Object.assign(exchange, { fault: codeOf(fault), tookMs: Date.now() - exchange.sentAt });
				onChange(exchange);
			}
			throw fault;
		}
	};
}

/**
 * The same node type, watched.
 *
 * @param onChange is told of an exchange as the request leaves, as the answer begins, and as it ends
 */
export function observed(nodeType: INodeType, onChange: OnChange): INodeType {
	return {
		description: nodeType.description,
		async execute(this: IExecuteFunctions) {
			const { httpRequest, httpRequestWithAuthentication } = this.helpers;
			const helpers = {
				...this.helpers,
				httpRequest: told(httpRequest, onChange),
				httpRequestWithAuthentication: told(httpRequestWithAuthentication, onChange),
			};
			const seeing = Object.create(this, { helpers: { value: helpers } }) as IExecuteFunctions;
			return (await nodeType.execute?.call(seeing)) ?? [];
		},
	};
}
