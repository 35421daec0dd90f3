// A body on its way, as n8n hands it out, and how much of it is read.
import { bounds } from './bounds';

/** The part of Node's readable stream that is used. */
export interface ByteStream extends AsyncIterable<Uint8Array> {
	destroy(reason?: Error): unknown;
	pause(): unknown;
	resume(): unknown;
	on(event: 'data' | 'error', listener: (chunk: Uint8Array) => void): unknown;
	on(event: 'end', listener: () => void): unknown;
	on(event: 'newListener', listener: (event: string | symbol) => void): unknown;
}

/**
 * Reads a body as text.
 *
 * @returns what has come of it, and what broke it off: an Error with the code RESPONSE_TOO_LARGE beyond the bound, for one,
 * whatever was packed into it
 */
export async function readText(
	body: ByteStream | string,
): Promise<{ readonly text: string; readonly fault?: unknown }> {
	if (typeof body === 'string') return { text: body };
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	let fault: unknown;
	try {
		for await (const chunk of body) {
			bytes += chunk.length;
			if (bytes > bounds.responseBytes) {
				body.destroy();
				return { text: '', fault: Object.assign(new Error(), { code: 'RESPONSE_TOO_LARGE' }) };
			}
			chunks.push(chunk);
		}
	} catch (broken) {
		fault = broken;
	}
	return { text: Buffer.concat(chunks).toString('utf8'), fault };
}
