// Knows the two origins that are not the API: the host of the videos, and an unrelated third that looks harmless.
// Must not know the API key: whatever Authorization header arrives at either is a leak, and recorded.
import type { FastifyInstance } from 'fastify';
import { errors, sendError } from './answers';
import { disruptDownload, sendExpired } from './disruption';
import type { FaultPlan } from './faults';
import type { Limits } from './limits';
import type { PredictionStore } from './predictions';
import type { VideoShelf } from './video';

interface MediaParts {
	readonly store: PredictionStore;
	readonly shelf: VideoShelf;
	readonly faults: FaultPlan;
	readonly limits: Limits;
	readonly origins: { readonly elsewhere: { readonly url: string } };
	readonly log: (line: string) => void;
}

/** Adds `GET /videos/{prediction id}.mp4?signature=…`. */
export function serveMedia(app: FastifyInstance, parts: MediaParts): void {
	const { store, shelf, faults, limits, origins, log } = parts;
	app.get('/videos/:name', async (incoming, reply) => {
		const id = (incoming.params as { name: string }).name.replace(/\.mp4$/, '');
		const { signature } = incoming.query as { signature?: string };
		const prediction = store.find(id);
		if (!prediction) return sendError(reply, errors.notFound('No such video'));
		const inputs = store.inputsOf(id);
		if (signature !== inputs.signature) return sendExpired(reply);
		const videoOf = async () => {
			log(`${id} video asked for`);
			const video = await shelf.videoOf(prediction, inputs);
			log(`${id} video sent: ${video.size} bytes, ${prediction.picture}`);
			return video;
		};
		const fault = faults.takeForDownload(id, prediction.downloads++);
		if (fault) {
			const to = { incoming, reply, limits, elsewhereUrl: origins.elsewhere.url };
			return await disruptDownload(fault, to, videoOf);
		}
		const { type, size, read } = await videoOf();
		return reply.type(type).header('content-length', size).send(read(0, size));
	});
}

/** Adds an answer to every request: a video to what asks for one, a succeeded prediction to the rest. */
export function serveElsewhere(app: FastifyInstance): void {
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'buffer' }, (incoming, raw, done) => {
		incoming.record.bodyBytes = raw.length;
		incoming.record.body = raw.toString('utf8', 0, 64 * 1024);
		done(null, raw);
	});
	app.all('/*', async (incoming, reply) => {
		const here = `http://${incoming.headers.host ?? 'localhost'}`;
		if (incoming.url.startsWith('/videos/')) {
			return reply.type('video/mp4').send(Buffer.from('000000086674797000000000', 'hex'));
		}
		return {
			data: {
				id: 'elsewhere',
				model: 'elsewhere',
				outputs: [`${here}/videos/elsewhere.mp4`],
				urls: { get: `${here}/api/v3/predictions/elsewhere/result` },
				status: 'succeeded',
				error: null,
				executionTime: 1,
				timings: { inference: 1 },
				has_nsfw_contents: [false],
				created_at: '2026-01-01 00:00:00',
			},
			message: 'success',
			code: 200,
		};
	});
}
