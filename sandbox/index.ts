// Knows how the parts make a sandbox: GPTProto's documented API on 127.0.0.1, for tests, demo and development.
// The API, the host of the videos and an unrelated third are three origins, so that a key that travels is noticed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AccountSettings, keysWith } from './accounts';
import { serveApi } from './api-origin';
import { FaultPlan, type CustomAnswer, type Fault } from './faults';
import { Limits, type LimitSettings } from './limits';
import { Origin, type OriginName, type RecordedRequest } from './origin';
import { serveElsewhere, serveMedia } from './other-origins';
import {
	PredictionStore,
	randomId,
	type PredictionSettings,
	type SandboxPrediction,
} from './predictions';
import { VideoShelf, type VideoSettings } from './video';
import { reset, sendAsGiven } from './wire';

export { type KnownAnswer, knownAnswers, type Reading, asHttp } from './known-answers';
export { frameSize, type SubmissionBody } from './contract';
export { acceptedDespite, variantKinds, type CustomAnswer, type Fault } from './faults';
export { probeVideo, type VideoFacts } from './ffmpeg';
export type { OriginName, RecordedRequest } from './origin';
export type { Outcome, SandboxPrediction } from './predictions';
export type { VideoSource } from './video';

/** What may be changed while the sandbox runs; it counts from the next request on. */
export interface SandboxSettings
	extends PredictionSettings, LimitSettings, VideoSettings, AccountSettings {}

export interface SandboxOptions extends Partial<SandboxSettings> {
	/** The sandbox's own key: the only one the API accepts, unless `keys` says otherwise. */
	apiKey?: string;
	/** Port of the API origin on 127.0.0.1; 0, the default, takes a free one. */
	port?: number;
	/** Port of the media origin. */
	mediaPort?: number;
	/** Faults planned from the start; `plan()` adds more. */
	faults?: Fault[];
	/** Gets a line for everything that happens to a prediction. */
	log?: (line: string) => void;
	/** Answers in place of an origin, before anything is looked at; undefined leaves the answer to the origin. */
	script?: (request: RecordedRequest) => CustomAnswer | 'reset' | undefined;
}

export interface Sandbox {
	/** `http://127.0.0.1:<port>` of the API. */
	readonly baseUrl: string;
	readonly mediaUrl: string;
	readonly elsewhereUrl: string;
	readonly apiKey: string;
	/** May be changed at any time; counts from the next request on. */
	readonly options: SandboxSettings;
	/** Every request to any of the origins, in order of arrival. */
	readonly requests: readonly RecordedRequest[];
	/** The accepted predictions, in order of acceptance. */
	readonly predictions: readonly SandboxPrediction[];
	/** 429s given. */
	readonly refused: number;
	/** POSTs to the submission endpoint that had a good key and a good body, refused ones included. */
	readonly submissionsSeen: number;
	/** Videos rendered; the same picture, size, duration and sound is rendered once. */
	readonly renders: number;
	plan(...faults: Fault[]): void;
	/** Closes an origin's listening socket and connections: connecting is refused until `comeBack()`. */
	goOffline(origin: OriginName): Promise<void>;
	/** Listens on the same port again. */
	comeBack(origin: OriginName): Promise<void>;
	/** Forgets requests, predictions, faults and counts; settings and rendered videos stay. */
	reset(): void;
	/** Stops everything at once: hanging answers, timers, ffmpeg. The records stay readable. */
	close(): Promise<void>;
}

/**
 * Starts a sandbox.
 * @throws EADDRINUSE when a port asked for is taken
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const apiKey = options.apiKey ?? 'sk-sandbox-7d1c05a9e3f84b62';
	const settings: SandboxSettings = {
		keys: options.keys ?? keysWith(apiKey),
		foreignResult: options.foreignResult ?? 404,
		queueMs: options.queueMs ?? 20,
		renderMs: options.renderMs ?? 60,
		outcome: options.outcome ?? (() => 'succeeded'),
		predictionId: options.predictionId ?? randomId,
		maxInFlight: options.maxInFlight ?? Infinity,
		requestsPerSecond: options.requestsPerSecond ?? Infinity,
		retryAfter: options.retryAfter ?? 'none',
		retryAfterSeconds: options.retryAfterSeconds ?? 1,
		video: options.video ?? { kind: 'render' },
		pictureTimeoutMs: options.pictureTimeoutMs ?? 5000,
	};
	const folder = await mkdtemp(join(tmpdir(), 'seedance-sandbox-'));
	const requests: RecordedRequest[] = [];
	const origins: Record<OriginName, Origin> = {
		api: Origin.create('api', requests),
		media: Origin.create('media', requests),
		elsewhere: Origin.create('elsewhere', requests),
	};
	const parts = {
		settings,
		store: new PredictionStore(settings, options.log),
		shelf: new VideoShelf(folder, settings),
		faults: new FaultPlan(),
		limits: new Limits(settings),
		origins,
		log: options.log ?? (() => {}),
	};
	const { store, shelf, faults, limits } = parts;
	faults.add(...(options.faults ?? []));
	for (const { app } of Object.values(origins)) {
		app.addHook('onRequest', async (incoming, reply) => {
			const answer = options.script?.(incoming.record);
			if (answer === 'reset') return reset(reply);
			return answer && sendAsGiven(incoming, reply, answer);
		});
	}
	serveApi(origins.api.app, parts);
	serveMedia(origins.media.app, parts);
	serveElsewhere(origins.elsewhere.app);

	const close = async () => {
		store.silence();
		await Promise.all([...Object.values(origins).map((origin) => origin.close()), shelf.close()]);
		await rm(folder, { recursive: true, force: true });
	};
	try {
		await origins.api.open(options.port ?? 0);
		await origins.media.open(options.mediaPort ?? 0);
		await origins.elsewhere.open(0);
	} catch (error) {
		await close();
		throw error;
	}
	return {
		baseUrl: origins.api.url,
		mediaUrl: origins.media.url,
		elsewhereUrl: origins.elsewhere.url,
		apiKey,
		options: settings,
		requests,
		predictions: store.all,
		get refused() {
			return limits.refused;
		},
		get submissionsSeen() {
			return limits.submissionsSeen;
		},
		get renders() {
			return shelf.renders;
		},
		plan: (...more) => faults.add(...more),
		goOffline: (origin) => origins[origin].goOffline(),
		comeBack: (origin) => origins[origin].comeBack(),
		reset: () => {
			requests.length = 0;
			store.clear();
			faults.clear();
			limits.clear();
		},
		close,
	};
}
