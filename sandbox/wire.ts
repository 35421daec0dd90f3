// Knows how an answer goes out over the socket, whole or broken. Must not know what it says.
import { pipeline } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { VideoFile } from './video';

/** The beginning of the answer, then a connection reset, nothing more, or the rest after a while. */
export type Break = 'reset' | { readonly delayMs: number };

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

/**
 * Sends headers and the first half of a body, and breaks.
 * @param how an infinite `delayMs` never sends the rest
 */
export function sendBroken(
	incoming: FastifyRequest,
	reply: FastifyReply,
	contentType: string,
	body: VideoFile,
	how: Break,
): FastifyReply {
	reply.hijack();
	const { raw } = reply;
	incoming.record.status = 200;
	raw.writeHead(200, { 'content-type': contentType, 'content-length': body.size });
	const middle = Math.ceil(body.size / 2);
	const firstHalf = body.read(0, middle);
	raw.once('close', () => firstHalf.destroy());
	firstHalf.on('end', () => {
		if (how === 'reset') {
			// Some time for the first half to arrive: a reset overtakes what is still on its way.
			setTimeout(() => raw.socket?.resetAndDestroy(), 20);
			return;
		}
		if (!Number.isFinite(how.delayMs)) return;
		const timer = setTimeout(() => {
			pipeline(body.read(middle, body.size), raw, () => {});
		}, how.delayMs);
		raw.once('close', () => clearTimeout(timer));
	});
	firstHalf.pipe(raw, { end: false });
	return reply;
}
