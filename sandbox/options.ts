// Knows what can be set on a sandbox, and the defaults.
import type { SubmissionBody } from './contract';
import type { Fault } from './faults';

/** Where the video of a succeeded prediction comes from. */
export type VideoSource =
	/** ffmpeg makes it from the submitted picture, at the first download. */
	| { kind: 'render' }
	/** `size` bytes made while they are sent, an MP4 in name only; for memory measurements. */
	| { kind: 'bytes'; size: number }
	| { kind: 'buffer'; data: Buffer };

export type Outcome = 'succeeded' | { status: 'failed' | 'expired'; error?: string };

/** What may be changed while the sandbox runs; it counts from the next request on. */
export interface SandboxSettings {
	/** Milliseconds a prediction is queued. Default 20. */
	queueMs: number;
	/** Milliseconds a prediction runs; `index` counts accepted predictions from 0. Default 60. */
	renderMs: number | ((body: SubmissionBody, index: number) => number);
	/** How a prediction ends. Default: it succeeds. */
	outcome: (body: SubmissionBody, index: number) => Outcome;
	/** Predictions not yet ended; a submission beyond is answered 429. Default: no limit. */
	maxInFlight: number;
	/** API requests within any one second; a request beyond is answered 429. Default: no limit. */
	requestsPerSecond: number;
	/** Whether, and in which form, a 429 says when to come back. Default 'none'. */
	retryAfter: 'none' | 'seconds' | 'date';
	/** What it says, rounded up to whole seconds as HTTP demands. Default 1. */
	retryAfterSeconds: number;
	/** Default `{ kind: 'render' }`. */
	video: VideoSource;
	/** Milliseconds to wait for a picture given by URL, when it is rendered. Default 5000. */
	pictureTimeoutMs: number;
}

export interface SandboxOptions extends Partial<SandboxSettings> {
	/** The only key the API accepts. */
	apiKey?: string;
	/** Port of the API origin on 127.0.0.1; 0, the default, takes a free one. */
	port?: number;
	/** Port of the media origin. */
	mediaPort?: number;
	/** Faults planned from the start; `plan()` adds more. */
	faults?: Fault[];
	/** Gets a line for everything that happens to a prediction. */
	log?: (line: string) => void;
}

export const defaultApiKey = 'sk-sandbox-7d1c05a9e3f84b62';

/** Fills in the defaults. */
export function settingsFrom(options: SandboxOptions): SandboxSettings {
	return {
		queueMs: options.queueMs ?? 20,
		renderMs: options.renderMs ?? 60,
		outcome: options.outcome ?? (() => 'succeeded'),
		maxInFlight: options.maxInFlight ?? Infinity,
		requestsPerSecond: options.requestsPerSecond ?? Infinity,
		retryAfter: options.retryAfter ?? 'none',
		retryAfterSeconds: options.retryAfterSeconds ?? 1,
		video: options.video ?? { kind: 'render' },
		pictureTimeoutMs: options.pictureTimeoutMs ?? 5000,
	};
}
