// Knows the documented endpoints: who may ask, what is checked, what is answered.
// Must not know how a fault looks, nor how time passes for a prediction.
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { accountOf, type AccountSettings } from './accounts';
import { answerText, errors, sendError } from './answers';
import { modelIds, type SubmissionBody } from './contract';
import { disruptApi, jsonType } from './disruption';
import type { FaultPlan, Hits } from './faults';
import { asHttp, askedFor, givenId } from './known-answers';
import type { Limits, LimitSettings } from './limits';
import { takePicture, type Picture } from './picture';
import type { PredictionStore, SandboxPrediction, VideoInputs } from './predictions';
import { violations } from './validation';
import type { VideoSettings, VideoShelf } from './video';
import { sendAsGiven } from './wire';

interface ApiParts {
	readonly settings: LimitSettings & VideoSettings & AccountSettings;
	readonly store: PredictionStore;
	readonly shelf: VideoShelf;
	readonly faults: FaultPlan;
	readonly limits: Limits;
	readonly origins: Record<'api' | 'media' | 'elsewhere', { readonly url: string }>;
}

declare module 'fastify' {
	interface FastifyRequest {
		/** Whom the API key belongs to. */
		account: string;
	}
}

/** Adds the endpoints of the documentation. */
export function serveApi(app: FastifyInstance, parts: ApiParts): void {
	const tooFast = new WeakSet<FastifyRequest>();
	readJsonOnly(app);
	app.addHook('onRequest', async (incoming, reply) => {
		if (!parts.limits.admits()) tooFast.add(incoming);
		const account = accountOf(parts.settings, incoming.headers.authorization);
		if (account === undefined) return sendError(reply, errors.unauthorized());
		incoming.account = account;
		return undefined;
	});
	app.addHook('preHandler', async (incoming, reply) =>
		tooFast.has(incoming) ? parts.limits.refuse(reply) : undefined,
	);
	app.get('/v1/models', async () => ({
		object: 'list',
		data: modelIds.map((id) => ({ id, object: 'model', owned_by: 'bytedance' })),
	}));
	app.post(
		'/api/v3/bytedance/:model/image-to-video',
		// Before the limits, so that it is known what they refuse.
		{ preValidation: (incoming, reply) => checkSubmission(parts, incoming, reply) },
		(incoming, reply) => submit(parts, incoming, reply),
	);
	app.get('/api/v3/predictions/:id/result', (incoming, reply) => result(parts, incoming, reply));
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

const modelOf = (incoming: FastifyRequest) => (incoming.params as { model: string }).model;

async function checkSubmission(parts: ApiParts, incoming: FastifyRequest, reply: FastifyReply) {
	const model = modelOf(incoming);
	if (!modelIds.includes(model)) return sendError(reply, errors.notFound(`No model '${model}'`));
	const wrong = violations(model, incoming.body);
	if (wrong.length > 0) {
		return sendError(reply, errors.badRequest(`Invalid request body: ${wrong.join('; ')}`));
	}
	parts.limits.submissionsSeen += 1;
	return undefined;
}

async function submit(parts: ApiParts, incoming: FastifyRequest, reply: FastifyReply) {
	const { settings, store, faults, limits } = parts;
	const body = incoming.body as SubmissionBody;
	const inputs = await inputsFrom(parts, body);
	// From here on nothing is awaited, so that no other submission comes in between.
	if (store.inFlight() >= settings.maxInFlight) return limits.refuse(reply);
	const remembered = incoming.record.body as SubmissionBody;
	const submission = { account: incoming.account, model: modelOf(incoming), body, remembered };
	const asked = askedFor(body.prompt, 'submit');
	if (asked) {
		const id = givenId(asked);
		if (id !== undefined) store.accept(submission, inputs, id);
		return sendAsGiven(incoming, reply, asHttp(asked, { id: id ?? '', video: '' }));
	}
	const { variants, disruption, accepted } = faults.takeForSubmit(body);
	if (!accepted) return answer(parts, incoming, reply, disruption, '{}');
	const prediction = store.accept(submission, inputs);
	const json = written(parts, prediction, 'created', variants);
	return answer(parts, incoming, reply, disruption, json);
}

async function result(parts: ApiParts, incoming: FastifyRequest, reply: FastifyReply) {
	const { settings, store, faults } = parts;
	const { id } = incoming.params as { id: string };
	const prediction = store.find(id);
	if (prediction?.account !== incoming.account) {
		const isForbidden = prediction && settings.foreignResult === 403;
		return sendError(
			reply,
			isForbidden ? errors.foreign() : errors.notFound(`No prediction '${id}'`),
		);
	}
	const { status } = prediction;
	const succeeded = status === 'succeeded';
	const ended = succeeded || status === 'failed' || status === 'expired';
	const asked = askedFor(prediction.body.prompt, 'result');
	if (ended && asked) {
		prediction.resultRequests++;
		const { video } = addressesOf(parts, prediction);
		return sendAsGiven(incoming, reply, asHttp(asked, { id, video }));
	}
	const { variants, disruption } = faults.takeForResult(id, prediction.resultRequests++, succeeded);
	const json = written(parts, prediction, status, variants);
	if (ended && !disruption && !variants.has('unknownStatus')) {
		prediction.firstSeenDoneAtMs ??= performance.now();
	}
	return answer(parts, incoming, reply, disruption, json);
}

/** Sends the JSON, or what the fault makes of it. */
function answer(
	{ limits, origins }: ApiParts,
	incoming: FastifyRequest,
	reply: FastifyReply,
	disruption: Hits['disruption'],
	json: string,
): FastifyReply {
	if (!disruption) return reply.type(jsonType).send(json);
	const elsewhereUrl = origins.elsewhere.url;
	return disruptApi(disruption, { incoming, reply, limits, elsewhereUrl }, json);
}

function addressesOf({ store, origins }: ApiParts, prediction: SandboxPrediction) {
	const id = encodeURIComponent(prediction.id);
	const { signature } = store.inputsOf(prediction.id);
	return {
		result: `${origins.api.url}/api/v3/predictions/${id}/result`,
		video: `${origins.media.url}/videos/${id}.mp4?signature=${signature}`,
		elsewhere: origins.elsewhere.url,
	};
}

function written(
	parts: ApiParts,
	prediction: SandboxPrediction,
	status: string,
	variants: Hits['variants'],
): string {
	return answerText(prediction, addressesOf(parts, prediction), status, variants);
}

async function inputsFrom(parts: ApiParts, body: SubmissionBody): Promise<VideoInputs> {
	const take = async (image: string): Promise<Picture> =>
		parts.settings.video.kind === 'render'
			? await takePicture(image, parts.shelf.folder)
			: { kind: 'none', note: 'picture not looked at' };
	return {
		signature: randomBytes(12).toString('hex'),
		picture: await take(body.image),
		...(body.last_image !== undefined && { lastPicture: await take(body.last_image) }),
	};
}

const longestString = 256 * 1024;

/** The same value with strings too long to remember replaced by their beginning and length. */
function shortened(value: unknown): unknown {
	if (typeof value === 'string' && value.length > longestString) {
		return `${value.slice(0, 64)}… (${value.length} characters)`;
	}
	if (Array.isArray(value)) return value.map(shortened);
	if (typeof value === 'object' && value !== null) {
		return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shortened(inner)]));
	}
	return value;
}
