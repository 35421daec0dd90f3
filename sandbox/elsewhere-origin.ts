// Knows how to look harmless: an origin nobody should send anything secret to. Answers 200 to everything.
// Must not know the sandbox it belongs to.
import type { FastifyInstance } from 'fastify';

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
