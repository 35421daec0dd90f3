// Knows how the parts make a sandbox: GPTProto's documented API on 127.0.0.1, for tests, demo and development.
// The API, the host of the videos and an unrelated third are three origins, so that a key that travels is noticed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveApi } from './api-origin';
import { serveElsewhere } from './elsewhere-origin';
import { FaultPlan, type Fault } from './faults';
import { RateLimit } from './limits';
import { serveMedia } from './media-origin';
import { defaultApiKey, settingsFrom, type SandboxOptions, type SandboxSettings } from './options';
import { Origin } from './origin';
import { PredictionStore, type SandboxPrediction } from './predictions';
import type { OriginName, RecordedRequest } from './records';
import type { SandboxState } from './state';
import { VideoShelf } from './video';

export { frameSize, type SubmissionBody } from './contract';
export { acceptedDespite, variantKinds, type Fault } from './faults';
export type { Outcome, SandboxOptions, SandboxSettings, VideoSource } from './options';
export type { SandboxPrediction } from './predictions';
export { probeVideo, type VideoFacts } from './probe';
export type { OriginName, RecordedRequest } from './records';

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
	const settings = settingsFrom(options);
	const folder = await mkdtemp(join(tmpdir(), 'seedance-sandbox-'));
	const requests: RecordedRequest[] = [];
	const origins: Record<OriginName, Origin> = {
		api: Origin.create('api', requests),
		media: Origin.create('media', requests),
		elsewhere: Origin.create('elsewhere', requests),
	};
	const state: SandboxState = {
		apiKey: options.apiKey ?? defaultApiKey,
		settings,
		store: new PredictionStore(settings, options.log),
		shelf: new VideoShelf(folder, settings),
		faults: new FaultPlan(),
		rate: new RateLimit(),
		urls: {
			get api() {
				return origins.api.url;
			},
			get media() {
				return origins.media.url;
			},
			get elsewhere() {
				return origins.elsewhere.url;
			},
		},
		log: options.log ?? (() => {}),
		submissions: 0,
		refused: 0,
	};
	state.faults.add(...(options.faults ?? []));
	serveApi(origins.api.app, state);
	serveMedia(origins.media.app, state);
	serveElsewhere(origins.elsewhere.app);

	const close = async () => {
		state.store.silence();
		await Promise.all([
			...Object.values(origins).map((origin) => origin.close()),
			state.shelf.close(),
		]);
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
		baseUrl: state.urls.api,
		mediaUrl: state.urls.media,
		elsewhereUrl: state.urls.elsewhere,
		apiKey: state.apiKey,
		options: settings,
		requests,
		predictions: state.store.all,
		get refused() {
			return state.refused;
		},
		get renders() {
			return state.shelf.renders;
		},
		plan: (...faults) => state.faults.add(...faults),
		goOffline: (origin) => origins[origin].goOffline(),
		comeBack: (origin) => origins[origin].comeBack(),
		reset: () => {
			requests.length = 0;
			state.store.clear();
			state.faults.clear();
			state.rate.clear();
			state.submissions = 0;
			state.refused = 0;
		},
		close,
	};
}
