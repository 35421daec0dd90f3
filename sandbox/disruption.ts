// Knows how each fault looks to the client. Must not know when one is due.
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody, errors, sendError, type ApiError } from './answers';
import type { ApiDisruption, DownloadDisruption } from './faults';
import type { Limits } from './limits';
import { inMemory, madeUp, type Content } from './video';
import { drip, gzipBomb, hang, reset, sendAsGiven, sendHalf } from './wire';

/** A request, and what is needed to answer it otherwise than it deserves. */
export interface Disrupted {
	readonly incoming: FastifyRequest;
	readonly reply: FastifyReply;
	readonly limits: Limits;
	readonly elsewhereUrl: string;
}

export const jsonType = 'application/json; charset=utf-8';
const page = (text: string) => `<html>\r\n<body>\r\n<h1>${text}</h1>\r\n</body>\r\n</html>\r\n`;

/** The kinds that look alike on the API and on a download. */
type AlikeKind =
	| 'resetBefore'
	| 'hangBefore'
	| 'status429'
	| 'status500'
	| 'status502Html'
	| 'status503'
	| 'notFound'
	| 'redirect';

function disruptAlike(
	kind: AlikeKind,
	fault: ApiDisruption | DownloadDisruption,
	to: Disrupted,
): FastifyReply {
	const { incoming, reply, limits, elsewhereUrl } = to;
	const fail = (error: ApiError) => sendError(reply, error, fault.errorForm);
	switch (kind) {
		case 'resetBefore':
			return reset(reply);
		case 'hangBefore':
			return hang(reply);
		case 'status429':
			return limits.refuse(reply, fault.retryAfter ?? 'none', fault.errorForm);
		case 'status500':
			return fail(errors.internal());
		case 'status502Html':
			return reply.code(502).type('text/html').send(page('502 Bad Gateway'));
		case 'status503':
			return fail(errors.unavailable());
		case 'notFound':
			return fail(errors.notFound('Not found'));
		case 'redirect':
			return reply.redirect(elsewhereUrl + incoming.url, 302);
	}
}

/**
 * Answers an API request as the fault demands.
 * @param json what the answer would have been; the kinds that show none of it ignore it
 */
export function disruptApi(fault: ApiDisruption, to: Disrupted, json: string): FastifyReply {
	const { incoming, reply } = to;
	if (fault.kind === 'custom') return sendAsGiven(incoming, reply, fault.answer);
	const { delayMs = 200 } = fault;
	const fail = (error: ApiError) => sendError(reply, error, fault.errorForm);
	switch (fault.kind) {
		case 'resetAfter':
			return reset(reply);
		case 'hangAfter':
			return hang(reply);
		case 'slowBody':
			return sendHalf(incoming, reply, inMemory(json, jsonType), delayMs);
		case 'drip':
			return drip(incoming, reply, jsonType, ' ', delayMs);
		case 'gzipBomb':
			return reply
				.type(jsonType)
				.header('content-encoding', 'gzip')
				.send(gzipBomb(json, fault.bytes ?? 300_000_000));
		case 'truncatedJson':
			return reply.type(jsonType).send(json.slice(0, Math.ceil(json.length / 2)));
		case 'wrongContentType':
			return reply.type('text/plain').send(json);
		case 'envelope500':
			return reply.send(errorBody(errors.internal(), 'flat'));
		case 'missingData':
			return reply.send({ message: 'success', code: 200 });
		case 'unauthorized':
			return fail(errors.unauthorized());
		case 'forbidden':
			return fail(errors.forbidden());
		case 'contentPolicy':
			return fail(errors.contentPolicy());
		case 'keyEcho': {
			const message = `Refusal by the upstream for ${incoming.headers.authorization ?? 'nobody'}`;
			const error = fault.status === 401 ? errors.unauthorized() : errors.internal();
			return fail({ ...error, message });
		}
		default:
			return disruptAlike(fault.kind, fault, to);
	}
}

/** What object storage answers once a signed URL is no longer valid. */
export const sendExpired = (reply: FastifyReply) =>
	reply
		.code(403)
		.type('application/xml')
		.send('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>');

/**
 * Answers a download as the fault demands.
 * @param videoOf gives the video; only asked by the kinds that send some of it
 */
export async function disruptDownload(
	fault: DownloadDisruption,
	to: Disrupted,
	videoOf: () => Promise<Content>,
): Promise<FastifyReply> {
	const { incoming, reply } = to;
	if (fault.kind === 'custom') return sendAsGiven(incoming, reply, fault.answer);
	const { delayMs = 200 } = fault;
	switch (fault.kind) {
		case 'resetAfter':
			return sendHalf(incoming, reply, await videoOf(), 'reset');
		case 'hangAfter':
			return sendHalf(incoming, reply, await videoOf(), Infinity);
		case 'slowBody':
			return sendHalf(incoming, reply, await videoOf(), delayMs);
		case 'short':
			return sendHalf(incoming, reply, await videoOf(), 'close');
		case 'drip':
			return drip(incoming, reply, 'video/mp4', '\0', delayMs);
		case 'endless':
			return reply.type('video/mp4').send(Readable.from(madeUp(0, Infinity)));
		case 'empty':
			return reply.type('video/mp4').send('');
		case 'status204':
			return reply.code(204).send();
		case 'status206': {
			const { type, size, read } = await videoOf();
			const middle = Math.ceil(size / 2);
			return reply
				.code(206)
				.type(type)
				.header('content-range', `bytes 0-${middle - 1}/${size}`)
				.header('content-length', middle)
				.send(read(0, middle));
		}
		case 'htmlAsVideo':
			return reply.type('video/mp4').send(`\r\n  \t\r\n${page('Please sign in to download')}`);
		case 'jsonAsBytes':
			return reply
				.type('application/octet-stream')
				.send(JSON.stringify(errorBody(errors.internal())));
		case 'wrongContentType':
			return reply.type('text/html').send(page('Please sign in to download'));
		case 'download403':
			return sendExpired(reply);
		default:
			return disruptAlike(fault.kind, fault, to);
	}
}
