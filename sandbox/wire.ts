// Knows how an answer goes out over the socket in other ways than whole. Must not know what it says.
import { pipeline } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CustomAnswer } from './faults';
import type { Content } from './video';

/** Resets the connection (RST) without an answer. */
export function reset(reply: FastifyReply): FastifyReply {
	reply.hijack();
	reply.raw.socket?.resetAndDestroy();
	return reply;
}

/** Never answers; the connection stays open until the client or the sandbox closes it. */
export function hang(reply: FastifyReply): FastifyReply {
	reply.hijack();
	return reply;
}

/** Sends status 200 and the headers; Fastify sends nothing more of its own. */
function sendHead(
	incoming: FastifyRequest,
	reply: FastifyReply,
	headers: Record<string, string | number>,
) {
	reply.hijack();
	incoming.record.status = 200;
	reply.raw.writeHead(200, headers);
	reply.raw.flushHeaders();
	return reply.raw;
}

/**
 * Sends headers and the first half of a body, and then resets the connection, closes it as if that were all, or
 * sends the rest so many milliseconds later; Infinity never sends it.
 */
export function sendHalf(
	incoming: FastifyRequest,
	reply: FastifyReply,
	{ type, size, read }: Content,
	then: 'reset' | 'close' | number,
): FastifyReply {
	const raw = sendHead(incoming, reply, { 'content-type': type, 'content-length': size });
	const middle = Math.ceil(size / 2);
	const firstHalf = read(0, middle);
	raw.once('close', () => firstHalf.destroy());
	firstHalf.on('end', () => {
		if (then === 'close') {
			raw.socket?.end();
		} else if (then === 'reset') {
			// A reset overtakes what is still on its way. So the first half gets some time to arrive; and a client in
			// this very process, however busy, gets its turn to read it.
			setTimeout(() => setImmediate(() => raw.socket?.resetAndDestroy()), 20);
		} else if (Number.isFinite(then)) {
			const timer = setTimeout(() => pipeline(read(middle, size), raw, () => {}), then);
			raw.once('close', () => clearTimeout(timer));
		}
	});
	firstHalf.pipe(raw, { end: false });
	return reply;
}

/** Sends headers, and then the same byte again and again until the client leaves. */
export function drip(
	incoming: FastifyRequest,
	reply: FastifyReply,
	contentType: string,
	byte: string,
	delayMs: number,
): FastifyReply {
	const raw = sendHead(incoming, reply, { 'content-type': contentType });
	const timer = setInterval(() => raw.write(byte), delayMs);
	raw.once('close', () => clearInterval(timer));
	return reply;
}

/** Sends an answer exactly as it is given. */
export function sendAsGiven(
	incoming: FastifyRequest,
	reply: FastifyReply,
	{ status, body, type, headers = {} }: CustomAnswer,
): FastifyReply {
	reply.hijack();
	incoming.record.status = status;
	const { raw } = reply;
	raw.statusCode = status;
	if (type !== undefined) raw.setHeader('content-type', type);
	for (const [name, value] of Object.entries(headers)) raw.setHeader(name, value);
	raw.end(body);
	return reply;
}

const pageBytes = 1024 * 1024;
let zippedPage: Buffer | undefined;

/**
 * A text in gzip, with white space after it so that it unpacks to `bytes`. The unpacked text is never in memory:
 * a gzip file may consist of any number of parts, and most of this one is the same part again and again.
 */
export function gzipBomb(text: string, bytes: number): Buffer {
	zippedPage ??= gzipSync(Buffer.alloc(pageBytes, ' '));
	const padding = Math.max(0, bytes - Buffer.byteLength(text));
	return Buffer.concat([
		gzipSync(text + ' '.repeat(padding % pageBytes)),
		...Array.from<Buffer>({ length: Math.floor(padding / pageBytes) }).fill(zippedPage),
	]);
}
