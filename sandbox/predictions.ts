// Knows the accepted predictions and how each goes from created to its end, by the clock alone.
// Must not know HTTP or video.
import { randomBytes } from 'node:crypto';
import type { Status, SubmissionBody } from './contract';
import type { Picture } from './picture';

export type Outcome = 'succeeded' | { status: 'failed' | 'expired'; error?: string };

export interface PredictionSettings {
	/** Milliseconds a prediction is queued. Default 20. */
	queueMs: number;
	/** Milliseconds a prediction runs; `index` counts accepted predictions from 0. Default 60. */
	renderMs: number | ((body: SubmissionBody, index: number) => number);
	/** How a prediction ends. Default: it succeeds. */
	outcome: (body: SubmissionBody, index: number) => Outcome;
	/** The id of a prediction; any text. Default: random letters, digits and a hyphen. */
	predictionId: (index: number) => string;
}

/** An accepted prediction. Times are by `performance.now()`. */
export interface SandboxPrediction {
	readonly id: string;
	/** The account that submitted it. */
	readonly account: string;
	readonly model: string;
	/** As submitted; strings too long to keep (pictures) are replaced by a note. */
	readonly body: SubmissionBody;
	readonly acceptedAtMs: number;
	/** When it ends, however it ends. */
	readonly doneAtMs: number;
	/** `YYYY-MM-DD HH:MM:SS`, UTC. */
	readonly createdAt: string;
	/** Its state at this moment. */
	readonly status: Status;
	/** Why it failed or expired; null otherwise. */
	readonly error: string | null;
	/** Where the picture in the video comes from; says so when a generated one had to stand in. */
	picture: string;
	/** Of the picture that came in the request; null when it was a URL, or the video is not rendered. */
	readonly pictureSha256: string | null;
	/** When a result request was first answered with its end. */
	firstSeenDoneAtMs?: number;
	/** Result requests for it, disrupted ones included. */
	resultRequests: number;
	/** Requests for its video. */
	downloads: number;
}

/** What the video is made from, kept apart from what tests look at. */
export interface VideoInputs {
	readonly picture: Picture;
	readonly lastPicture?: Picture;
	/** Part of the video's address, as a signed URL has it. */
	readonly signature: string;
}

/** What was submitted, by whom. */
export interface Submission {
	readonly account: string;
	readonly model: string;
	readonly body: SubmissionBody;
	/** The same body, with strings too long to keep replaced. */
	readonly remembered: SubmissionBody;
}

export const randomId = () => `${randomBytes(4).toString('hex')}-${randomBytes(8).toString('hex')}`;

const longestTimerMs = 2 ** 31 - 1;

class Prediction implements SandboxPrediction {
	readonly acceptedAtMs = performance.now();
	readonly createdAt = new Date().toISOString().slice(0, 19).replace('T', ' ');
	readonly pictureSha256: string | null;
	picture: string;
	resultRequests = 0;
	downloads = 0;
	declare firstSeenDoneAtMs?: number;

	constructor(
		readonly id: string,
		readonly account: string,
		readonly model: string,
		readonly body: SubmissionBody,
		readonly inputs: VideoInputs,
		private readonly queueMs: number,
		private readonly renderMs: number,
		private readonly outcome: Outcome,
	) {
		this.picture = inputs.picture.note;
		this.pictureSha256 = inputs.picture.kind === 'file' ? inputs.picture.hash : null;
	}

	get doneAtMs(): number {
		return this.acceptedAtMs + this.queueMs + this.renderMs;
	}

	get status(): Status {
		const now = performance.now();
		if (now < this.acceptedAtMs + this.queueMs) return 'queued';
		if (now < this.doneAtMs) return 'running';
		return this.outcome === 'succeeded' ? 'succeeded' : this.outcome.status;
	}

	get error(): string | null {
		if (this.outcome === 'succeeded' || performance.now() < this.doneAtMs) return null;
		const reason = this.outcome.status === 'failed' ? 'The generation failed' : 'The task expired';
		return this.outcome.error ?? reason;
	}
}

export class PredictionStore {
	/** In the order of acceptance. */
	readonly all: SandboxPrediction[] = [];
	private readonly byId = new Map<string, Prediction>();
	private readonly timers = new Set<NodeJS.Timeout>();

	constructor(
		private readonly settings: PredictionSettings,
		private readonly log: ((line: string) => void) | undefined,
	) {}

	/** @param id in place of the one that the settings give */
	accept(
		{ account, model, body, remembered }: Submission,
		inputs: VideoInputs,
		id?: string,
	): SandboxPrediction {
		const { queueMs, renderMs, outcome, predictionId } = this.settings;
		const index = this.all.length;
		const prediction = new Prediction(
			id ?? predictionId(index),
			account,
			model,
			remembered,
			inputs,
			queueMs,
			typeof renderMs === 'number' ? renderMs : renderMs(body, index),
			outcome(body, index),
		);
		this.all.push(prediction);
		this.byId.set(prediction.id, prediction);
		this.logProgress(prediction, queueMs);
		return prediction;
	}

	find(id: string): SandboxPrediction | undefined {
		return this.byId.get(id);
	}

	/** @throws when there is no such prediction */
	inputsOf(id: string): VideoInputs {
		const prediction = this.byId.get(id);
		if (!prediction) throw new Error(`No prediction ${id}`);
		return prediction.inputs;
	}

	/** How many have not ended. */
	inFlight(): number {
		const now = performance.now();
		return this.all.filter((prediction) => prediction.doneAtMs > now).length;
	}

	/** Logs nothing more about them. */
	silence(): void {
		for (const timer of this.timers) clearTimeout(timer);
		this.timers.clear();
	}

	/** Forgets them all. */
	clear(): void {
		this.silence();
		this.all.length = 0;
		this.byId.clear();
	}

	private logProgress(prediction: Prediction, queueMs: number): void {
		const { log } = this;
		if (!log) return;
		log(`${prediction.id} created: ${prediction.model}, ${prediction.picture}`);
		const later = (atMs: number) => {
			const waitMs = Math.ceil(atMs - performance.now()) + 1;
			if (waitMs > longestTimerMs) return;
			const timer = setTimeout(() => {
				this.timers.delete(timer);
				const { error } = prediction;
				log(`${prediction.id} ${prediction.status}${error ? `: ${error}` : ''}`);
			}, waitMs);
			timer.unref();
			this.timers.add(timer);
		};
		later(prediction.acceptedAtMs + queueMs);
		later(prediction.doneAtMs);
	}
}
