// Knows how each fault of the API looks to the client. Must not know when one is due.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody, errors, retryAfterHeader, type ApiError, type ErrorForm } from './errors';
import { acceptedDespite, type DisruptionKind, type DownloadFault, type Fault } from './faults';
import type { SandboxState } from './state';
import { fromBuffer, type VideoFile } from './video';
import { hang, reset, sendBroken } from './wire';

export type Disruption = Exclude<Fault, DownloadFault> & { kind: DisruptionKind };

const proxyPage =
	'<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n' +
	'<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n';

/** Whether the submission it hits is accepted all the same. */
export function leavesAccepted(fault: Disruption): boolean {
	const byKind = acceptedDespite[fault.kind];
	return fault.on === 'submit' ? (fault.accepted ?? byKind) : byKind;
}

export function sendError(reply: FastifyReply, error: ApiError, form?: ErrorForm): FastifyReply {
	return reply.code(error.httpStatus).send(errorBody(error, form));
}

/** Answers 429 and counts it. */
export function refuse(
	state: SandboxState,
	reply: FastifyReply,
	retryAfter: number | 'date' | 'none' | 'seconds' = state.settings.retryAfter,
	form?: ErrorForm,
): FastifyReply {
	state.refused += 1;
	const [how, seconds] =
		typeof retryAfter === 'number'
			? (['seconds', retryAfter] as const)
			: ([retryAfter, state.settings.retryAfterSeconds] as const);
	const header = retryAfterHeader(how, seconds);
	if (header !== undefined) reply.header('retry-after', header);
	return sendError(reply, errors.tooManyRequests(), form);
}

export function redirect(state: SandboxState, incoming: FastifyRequest, reply: FastifyReply) {
	return reply.redirect(`${state.urls.elsewhere}${incoming.url}`, 302);
}

export const sendProxyPage = (reply: FastifyReply) =>
	reply.code(502).type('text/html').send(proxyPage);

/**
 * Answers as the fault demands.
 * @param right what the answer would have been; the kinds that show none of it ignore it
 */
export function disrupt(
	state: SandboxState,
	fault: Disruption,
	incoming: FastifyRequest,
	reply: FastifyReply,
	right: object,
): FastifyReply {
	const json = JSON.stringify(right);
	const whole: VideoFile = fromBuffer(Buffer.from(json));
	const fail = (error: ApiError) => sendError(reply, error, fault.errorForm);
	const type = 'application/json; charset=utf-8';
	switch (fault.kind) {
		case 'resetBefore':
		case 'resetAfter':
			return reset(reply);
		case 'hangBefore':
		case 'hangAfter':
			return hang(reply);
		case 'slowBody':
			return sendBroken(incoming, reply, type, whole, { delayMs: fault.delayMs ?? 200 });
		case 'status429':
			return refuse(state, reply, fault.retryAfter ?? 'none', fault.errorForm);
		case 'status500':
			return fail(errors.internal());
		case 'status502Html':
			return sendProxyPage(reply);
		case 'status503':
			return fail(errors.unavailable());
		case 'truncatedJson':
			return reply.type(type).send(json.slice(0, Math.ceil(json.length / 2)));
		case 'wrongContentType':
			return reply.type('text/plain').send(json);
		case 'envelope500':
			return reply.send({ code: 500, message: 'An internal server error occurred' });
		case 'missingData':
			return reply.send({ message: 'success', code: 200 });
		case 'unauthorized':
			return fail(errors.unauthorized());
		case 'forbidden':
			return fail(errors.forbidden());
		case 'contentPolicy':
			return fail(errors.contentPolicy());
		case 'notFound':
			return fail(errors.notFound('Not found'));
		case 'redirect':
			return redirect(state, incoming, reply);
		case 'keyEcho': {
			const message = `Refused by the upstream for ${incoming.headers.authorization ?? 'nobody'}`;
			const error = fault.status === 401 ? errors.unauthorized() : errors.internal();
			return fail({ ...error, message });
		}
	}
}
