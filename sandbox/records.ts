// Knows how a request is remembered. Must not know what the request means.
import type { IncomingHttpHeaders } from 'node:http';

export type OriginName = 'api' | 'media' | 'elsewhere';

export interface RecordedRequest {
	readonly origin: OriginName;
	readonly method: string;
	/** With the query string. */
	readonly path: string;
	readonly headers: IncomingHttpHeaders;
	/** When its headers had arrived, by `performance.now()`. */
	readonly atMs: number;
	/** Length of the body as received. */
	bodyBytes: number;
	/** The JSON body; long strings (pictures) are replaced by a note. Undefined when there is none. */
	body?: unknown;
	/** Status of the answer; undefined as long as there is none, and for a hang or a reset. */
	status?: number;
}

const longestString = 256 * 1024;

/** The same value with strings too long to remember replaced by their beginning and length. */
export function shortened<T>(value: T): T {
	const text = (part: unknown): unknown => {
		if (typeof part === 'string' && part.length > longestString) {
			return `${part.slice(0, 64)}… (${part.length} characters)`;
		}
		if (Array.isArray(part)) return part.map(text);
		if (typeof part === 'object' && part !== null) {
			return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, text(inner)]));
		}
		return part;
	};
	return text(value) as T;
}
