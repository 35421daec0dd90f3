// Knows which faults there are, whether each leaves a submission accepted, and when a planned fault is due.
// Must not know how a fault looks on the wire.
//
// An origin that refuses connections is not a fault of this plan, since no request arrives that could match:
// see `goOffline()` and `comeBack()` of the sandbox.
import type { SubmissionBody } from './contract';
import type { ErrorForm } from './errors';

/**
 * Faults in place of the right answer to a submission, and whether the prediction was ACCEPTED all the same
 * (and so is in `sandbox.predictions` and would be billed). `Fault.accepted` overrides it.
 */
export const acceptedDespite = {
	/** Connection reset before the API took notice. */
	resetBefore: false,
	/** Taken, then the connection was reset with the answer lost. */
	resetAfter: true,
	/** Never answered, not taken. */
	hangBefore: false,
	/** Taken, never answered. */
	hangAfter: true,
	/** Headers and half of the body, then nothing for `delayMs`, then the rest. */
	slowBody: true,
	/** HTTP 429; `retryAfter` says what its header holds. */
	status429: false,
	/** HTTP 500 with a documented error body. */
	status500: false,
	/** A proxy in front lost the API's answer and says so in HTML. */
	status502Html: true,
	/** HTTP 503 with an error body. */
	status503: false,
	/** HTTP 200, the JSON ends in the middle. */
	truncatedJson: true,
	/** The right JSON as text/plain. */
	wrongContentType: true,
	/** HTTP 200, `{ code: 500, message }` without data. */
	envelope500: false,
	/** HTTP 200, `{ code: 200, message: 'success' }` without data. */
	missingData: true,
	/** HTTP 401 although the key is right. */
	unauthorized: false,
	/** HTTP 403, insufficient balance. */
	forbidden: false,
	/** HTTP 400 with 503 as the code in the body. */
	contentPolicy: false,
	/** HTTP 404. */
	notFound: false,
	/** HTTP 302 to the elsewhere origin. */
	redirect: false,
	/** HTTP 401 or 500 (`status`, default 500) whose message repeats the Authorization header. */
	keyEcho: false,
} as const;

/** Ways to answer rightly in other words. The prediction is ACCEPTED; several may hit one request. */
export const variantKinds = [
	/** `urls: [{ get }]`. */
	'urlsArray',
	/** `hasNsfwContents` and `createdAt`. */
	'camelCase',
	/** `error: ''` where there is none. */
	'errorEmptyString',
	/** `has_nsfw_contents: null`. */
	'nsfwNull',
	/** `outputs: null` until there is one. */
	'outputsNull',
	/** pending, processing, completed, error, cancelled. */
	'siblingStatuses',
	/** The status `thinking`, of no list; no output is shown. */
	'unknownStatus',
	/** `urls.get` points to the elsewhere origin. */
	'foreignGetUrl',
	/** Succeeded, `outputs: []`. Hits only the answers that say succeeded. */
	'succeededWithoutOutputs',
	/** Succeeded, with `url` (default `file:///etc/passwd`) as output. Hits only answers that say succeeded. */
	'badVideoUrl',
] as const;

export type DisruptionKind = keyof typeof acceptedDespite;
export type VariantKind = (typeof variantKinds)[number];

/**
 * What can happen to a download: `resetAfter`, `slowBody` and `hangAfter` after half of the video,
 * `wrongContentType` is an HTML page with HTTP 200.
 */
export type DownloadFaultKind =
	| 'resetBefore'
	| 'resetAfter'
	| 'hangBefore'
	| 'hangAfter'
	| 'slowBody'
	| 'status429'
	| 'status500'
	| 'status502Html'
	| 'status503'
	| 'wrongContentType'
	| 'download403'
	| 'notFound'
	| 'redirect';

interface Timing {
	/** How many matching requests it hits. Default 1; may be Infinity. */
	times?: number;
	/** How many matching requests it lets pass first. Default 0. */
	after?: number;
}

interface Details {
	/** slowBody: milliseconds between the halves. Default 200; Infinity never sends the second. */
	delayMs?: number;
	/** status429: seconds, or the sandbox's `retryAfterSeconds` as a date. Default 'none'. */
	retryAfter?: number | 'date' | 'none';
	/** Form of an error body. Default 'nested'. */
	errorForm?: ErrorForm;
	/** keyEcho: default 500. */
	status?: 401 | 500;
	/** badVideoUrl: the output shown. */
	url?: string;
}

export interface SubmitFault extends Timing, Details {
	on: 'submit';
	kind: DisruptionKind | VariantKind;
	/** Overrides `acceptedDespite` (a 500 may well come after it). Of no use where a prediction is shown. */
	accepted?: boolean;
	/** `count`: valid submissions before this one. */
	match?: (body: SubmissionBody, count: number) => boolean;
}

export interface ResultFault extends Timing, Details {
	on: 'result';
	kind: DisruptionKind | VariantKind;
	/** `count`: result requests for this prediction before this one. */
	match?: (id: string, count: number) => boolean;
}

export interface DownloadFault extends Timing, Details {
	on: 'download';
	kind: DownloadFaultKind;
	/** `count`: downloads of this prediction's video before this one. */
	match?: (id: string, count: number) => boolean;
}

/** Hits requests that are good in themselves: key, address and body are checked before. */
export type Fault = SubmitFault | ResultFault | DownloadFault;

export const isVariant = (kind: string): kind is VariantKind =>
	(variantKinds as readonly string[]).includes(kind);

const onlyWhenSucceeded = new Set<string>(['succeededWithoutOutputs', 'badVideoUrl']);

/** The faults still to come. */
export class FaultPlan {
	private waiting: Array<{ fault: Fault; skip: number; left: number }> = [];

	add(...faults: Fault[]): void {
		for (const fault of faults) {
			this.waiting.push({ fault, skip: fault.after ?? 0, left: fault.times ?? 1 });
		}
	}

	clear(): void {
		this.waiting = [];
	}

	/** Takes what hits this submission: any number of variants, and at most one disruption. */
	takeForSubmit(body: SubmissionBody, count: number): SubmitFault[] {
		return this.take(
			(fault): fault is SubmitFault =>
				fault.on === 'submit' &&
				!onlyWhenSucceeded.has(fault.kind) &&
				(fault.match?.(body, count) ?? true),
		);
	}

	/** The same for a result request; `succeeded`: whether the answer says so. */
	takeForResult(id: string, count: number, succeeded: boolean): ResultFault[] {
		return this.take(
			(fault): fault is ResultFault =>
				fault.on === 'result' &&
				(succeeded || !onlyWhenSucceeded.has(fault.kind)) &&
				(fault.match?.(id, count) ?? true),
		);
	}

	/** The same for a download. */
	takeForDownload(id: string, count: number): DownloadFault | undefined {
		return this.take(
			(fault): fault is DownloadFault =>
				fault.on === 'download' && (fault.match?.(id, count) ?? true),
		)[0];
	}

	private take<F extends Fault>(hits: (fault: Fault) => fault is F): F[] {
		const taken: F[] = [];
		let disrupted = false;
		for (const entry of this.waiting) {
			const { fault } = entry;
			const disrupts = !isVariant(fault.kind);
			const repeats = taken.some(({ kind }) => kind === fault.kind);
			if (entry.left <= 0 || repeats || (disrupts && disrupted) || !hits(fault)) continue;
			if (entry.skip > 0) {
				entry.skip -= 1;
				continue;
			}
			entry.left -= 1;
			disrupted ||= disrupts;
			taken.push(fault);
		}
		return taken;
	}
}
