// Knows how a video is handed out by an origin of its own, and how that goes wrong.
// Must not know the API or its key: whatever Authorization header arrives here is a leak, and recorded.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { redirect, refuse, sendError, sendProxyPage } from './disruption';
import { errors } from './errors';
import type { DownloadFault } from './faults';
import type { SandboxState } from './state';
import { hang, reset, sendBroken } from './wire';

/** Adds `GET /videos/{prediction id}.mp4?signature=…`. */
export function serveMedia(app: FastifyInstance, state: SandboxState): void {
	app.get('/videos/:name', async (incoming, reply) => {
		const id = (incoming.params as { name: string }).name.replace(/\.mp4$/, '');
		const { signature } = incoming.query as { signature?: string };
		const prediction = state.store.find(id);
		if (!prediction) return sendError(reply, errors.notFound('No such video'));
		const inputs = state.store.inputsOf(id);
		if (signature !== inputs.signature) return expired(reply);
		const fault = state.faults.takeForDownload(id, prediction.downloads++);
		const early = fault && withoutVideo(state, fault, incoming, reply);
		if (early) return early;
		state.log(`${id} video asked for`);
		const video = await state.shelf.videoOf(prediction, inputs);
		state.log(`${id} video sent: ${video.size} bytes, ${prediction.picture}`);
		if (fault) return sendBroken(incoming, reply, 'video/mp4', video, howItBreaks(fault));
		return reply
			.header('content-type', 'video/mp4')
			.header('content-length', video.size)
			.send(video.read(0, video.size));
	});
}

/** What object storage answers once a signed URL is no longer valid. */
const expired = (reply: FastifyReply) =>
	reply
		.code(403)
		.type('application/xml')
		.send('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>');

function howItBreaks({ kind, delayMs = 200 }: DownloadFault) {
	if (kind === 'resetAfter') return 'reset' as const;
	return { delayMs: kind === 'hangAfter' ? Infinity : delayMs };
}

/** Answers as the fault demands; undefined for the faults that need half of the video. */
function withoutVideo(
	state: SandboxState,
	fault: DownloadFault,
	incoming: FastifyRequest,
	reply: FastifyReply,
): FastifyReply | undefined {
	switch (fault.kind) {
		case 'resetBefore':
			return reset(reply);
		case 'hangBefore':
			return hang(reply);
		case 'status429':
			return refuse(state, reply, fault.retryAfter ?? 'none', fault.errorForm);
		case 'status500':
			return sendError(reply, errors.internal(), fault.errorForm);
		case 'status502Html':
			return sendProxyPage(reply);
		case 'status503':
			return sendError(reply, errors.unavailable(), fault.errorForm);
		case 'wrongContentType':
			return reply.type('text/html').send('<html><body>Please sign in to download</body></html>');
		case 'download403':
			return expired(reply);
		case 'notFound':
			return sendError(reply, errors.notFound('No such video'), fault.errorForm);
		case 'redirect':
			return redirect(state, incoming, reply);
		case 'resetAfter':
		case 'hangAfter':
		case 'slowBody':
			return undefined;
	}
}
