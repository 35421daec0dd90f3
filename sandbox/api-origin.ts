// Knows the documented endpoints: who may ask, what is checked, what is answered.
// Must not know how a fault looks, nor how time passes for a prediction.
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { modelIds, type SubmissionBody } from './contract';
import { disrupt, leavesAccepted, refuse, sendError, type Disruption } from './disruption';
import { envelope } from './envelope';
import { errors } from './errors';
import { isVariant, type ResultFault, type SubmitFault, type VariantKind } from './faults';
import { takePicture, type Picture } from './picture';
import type { SandboxPrediction, VideoInputs } from './predictions';
import { shortened } from './records';
import type { SandboxState } from './state';
import { violations } from './validation';

/** Adds the endpoints of the documentation. */
export function serveApi(app: FastifyInstance, state: SandboxState): void {
	readJsonOnly(app);
	app.addHook('onRequest', async (incoming, reply) => {
		if (!state.rate.admits(state.settings.requestsPerSecond)) return refuse(state, reply);
		if (incoming.headers.authorization !== state.apiKey) {
			return sendError(reply, errors.unauthorized());
		}
		return undefined;
	});
	app.get('/v1/models', async () => ({
		object: 'list',
		data: modelIds.map((id) => ({ id, object: 'model', owned_by: 'bytedance' })),
	}));
	app.post('/api/v3/bytedance/:model/image-to-video', (incoming, reply) =>
		submit(state, incoming, reply),
	);
	app.get('/api/v3/predictions/:id/result', (incoming, reply) => result(state, incoming, reply));
	app.setNotFoundHandler((incoming, reply) =>
		sendError(reply, errors.notFound(`No such endpoint: ${incoming.method} ${incoming.url}`)),
	);
}

/** The body must say that it is JSON, and be it: 400 otherwise. */
function readJsonOnly(app: FastifyInstance): void {
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (incoming, raw, done) => {
		incoming.record.bodyBytes = raw.length;
		try {
			const body: unknown = JSON.parse(raw.toString('utf8'));
			incoming.record.body = shortened(body);
			done(null, body);
		} catch {
			done(Object.assign(new Error('The request body is not JSON'), { statusCode: 400 }));
		}
	});
	app.setErrorHandler((error: Error & { statusCode?: number }, _incoming, reply) => {
		const status = error.statusCode ?? 500;
		if (status >= 500) return sendError(reply, errors.internal(error.message));
		// The documentation knows neither 413 nor 415: whatever is wrong with a request is a 400.
		return sendError(reply, errors.badRequest(error.message));
	});
}

async function submit(state: SandboxState, incoming: FastifyRequest, reply: FastifyReply) {
	const { model } = incoming.params as { model: string };
	if (!modelIds.includes(model)) return sendError(reply, errors.notFound(`No model '${model}'`));
	const wrong = violations(model, incoming.body);
	if (wrong.length > 0) {
		return sendError(reply, errors.badRequest(`Invalid request body: ${wrong.join('; ')}`));
	}
	const body = incoming.body as SubmissionBody;
	const inputs = await inputsFrom(state, body);
	// From here on nothing is awaited, so that no other submission comes in between.
	if (state.store.inFlight() >= state.settings.maxInFlight) return refuse(state, reply);
	const faults = state.faults.takeForSubmit(body, state.submissions++);
	const disruption = disruptionAmong(faults);
	if (disruption && !leavesAccepted(disruption)) {
		return disrupt(state, disruption, incoming, reply, {});
	}
	const prediction = state.store.accept(model, body, inputs);
	const answer = written(state, prediction, 'created', faults);
	return disruption ? disrupt(state, disruption, incoming, reply, answer) : reply.send(answer);
}

async function result(state: SandboxState, incoming: FastifyRequest, reply: FastifyReply) {
	const { id } = incoming.params as { id: string };
	const prediction = state.store.find(id);
	if (!prediction) return sendError(reply, errors.notFound(`No prediction '${id}'`));
	const { status } = prediction;
	const succeeded = status === 'succeeded';
	const faults = state.faults.takeForResult(id, prediction.resultRequests++, succeeded);
	const disruption = disruptionAmong(faults);
	const answer = written(state, prediction, status, faults);
	if (disruption) return disrupt(state, disruption, incoming, reply, answer);
	const ended = succeeded || status === 'failed' || status === 'expired';
	if (ended && !faults.some(({ kind }) => kind === 'unknownStatus')) {
		prediction.firstSeenDoneAtMs ??= performance.now();
	}
	return reply.send(answer);
}

type ApiFault = SubmitFault | ResultFault;

const disruptionAmong = (faults: readonly ApiFault[]) =>
	faults.find((fault): fault is Disruption => !isVariant(fault.kind));

function written(
	{ store, urls }: SandboxState,
	prediction: SandboxPrediction,
	status: string,
	faults: readonly ApiFault[],
): object {
	const { id } = prediction;
	const addresses = {
		result: `${urls.api}/api/v3/predictions/${id}/result`,
		video: `${urls.media}/videos/${id}.mp4?signature=${store.inputsOf(id).signature}`,
		elsewhere: urls.elsewhere,
	};
	const variants = faults.filter((fault): fault is ApiFault & { kind: VariantKind } =>
		isVariant(fault.kind),
	);
	return envelope(prediction, addresses, status, variants);
}

async function inputsFrom(state: SandboxState, body: SubmissionBody): Promise<VideoInputs> {
	const take = async (image: string): Promise<Picture> =>
		state.settings.video.kind === 'render'
			? await takePicture(image, state.shelf.folder)
			: { kind: 'none', note: 'picture not looked at' };
	return {
		signature: randomBytes(12).toString('hex'),
		picture: await take(body.image),
		...(body.last_image !== undefined && { lastPicture: await take(body.last_image) }),
	};
}
