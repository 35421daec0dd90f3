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
	/** The connection below; a stream that unpacks has none. */
	readonly socket?: { readonly bytesRead: number; readonly encrypted?: boolean } | null;
}

class TooLarge extends Error {
	readonly code = 'ANSWER_TOO_LARGE';
}

async function collect(body: ByteStream, chunks: Uint8Array[]): Promise<void> {
	let bytes = 0;
	for await (const chunk of body) {
		bytes += chunk.length;
		if (bytes > bounds.answerBytes) {
			body.destroy();
			chunks.length = 0;
			throw new TooLarge();
		}
		chunks.push(chunk);
	}
}

/** Reads a body as text. @returns what came of it, and what broke it off: TooLarge beyond the bound, for one */
export async function readText(
	body: ByteStream | string,
): Promise<{ readonly text: string; readonly fault?: unknown }> {
	if (typeof body === 'string') return { text: body };
	const chunks: Uint8Array[] = [];
	const fault = await collect(body, chunks).catch((broken: unknown) => broken);
	return { text: Buffer.concat(chunks).toString('utf8'), fault };
}
