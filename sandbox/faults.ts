// Knows which faults there are, whether each leaves a submission accepted, and when a planned fault is due.
// Must not know how a fault looks on the wire.
//
// An origin that refuses connections is not a fault of this plan, since no request arrives that could match:
// see `goOffline()` and `comeBack()` of the sandbox.
import type { SubmissionBody } from './contract';

/**
 * Of an error body: `documented` is `{ error: { message, type } }` with the code as text in `type`; `nested` has it as a number
 * in `code`; `flat` is the same without the wrapping.
 */
export type ErrorForm = 'documented' | 'nested' | 'flat';

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

/** The same for the faults that have to be bounded or described by whoever plans them. */
const acceptedDespiteMore = {
	/** `answer`, sent exactly as it is given. */
	custom: false,
	/** HTTP 200 and headers, then a space every `delayMs` until the client leaves. */
	drip: true,
	/** The right JSON, in gzip, followed by so much white space that it unpacks to `bytes`. */
	gzipBomb: true,
} as const;

/**
 * Ways to answer rightly in other words, in the order in which they are applied. The prediction is ACCEPTED;
 * several may hit one request.
 */
export const variantKinds = [
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
	/** `outputs: [{ url }]`. */
	'outputObjects',
	/** `urls: [{ get }]`. */
	'urlsArray',
	/** `hasNsfwContents` and `createdAt`. */
	'camelCase',
	/** `task_id` in place of `id`, and no `urls`. */
	'taskId',
	/** `data: [{ … }]`. */
	'dataArray',
	/** `data` alone, without the envelope around it. */
	'noEnvelope',
	/** The id as a number, digit for digit. Needs a `predictionId` of digits; answers 500 otherwise. */
	'numericId',
	/** `data.nested` is an array in an array, 200,000 levels deep. */
	'deepJson',
] as const;

export type VariantKind = (typeof variantKinds)[number];
type DisruptionKind = keyof typeof acceptedDespite | 'drip' | 'gzipBomb';

type DownloadKind =
	| 'resetBefore'
	/** After half of the video; so are the next two. */
	| 'resetAfter'
	| 'hangAfter'
	| 'slowBody'
	| 'hangBefore'
	| 'status429'
	| 'status500'
	| 'status502Html'
	| 'status503'
	/** An HTML page that says so, with HTTP 200. */
	| 'wrongContentType'
	/** The signature of the address is no longer valid. */
	| 'download403'
	| 'notFound'
	| 'redirect'
	/** Nothing, with HTTP 200. */
	| 'empty'
	| 'status204'
	/** Half of the video, with a Content-Range. */
	| 'status206'
	/** An HTML page after white space, labelled video/mp4. */
	| 'htmlAsVideo'
	/** A JSON error labelled application/octet-stream. */
	| 'jsonAsBytes'
	/** Half of what Content-Length announces; then the connection is closed, not reset. */
	| 'short'
	/** As the same fault of the API, with bytes of a video. */
	| 'drip'
	/** Without a Content-Length and without an end, as fast as the client reads. */
	| 'endless';

export interface CustomAnswer {
	status: number;
	body?: string | Buffer;
	/** Content-Type; none is sent by default. */
	type?: string;
	headers?: Record<string, string>;
}

interface Timing {
	/** How many matching requests it hits. Default 1; may be Infinity. */
	times?: number;
	/** How many matching requests it lets pass first. Default 0. */
	after?: number;
}

interface Details {
	/** slowBody: milliseconds between the halves; Infinity never sends the second. drip: between bytes. Default 200. */
	delayMs?: number;
	/** gzipBomb: the unpacked size. Default 300,000,000. */
	bytes?: number;
	/** status429: seconds, or the sandbox's `retryAfterSeconds` as a date. Default 'none'. */
	retryAfter?: number | 'date' | 'none';
	/** Form of an error body. Default 'documented'. */
	errorForm?: ErrorForm;
	/** keyEcho: default 500. */
	status?: 401 | 500;
	/** badVideoUrl: the output shown. */
	url?: string;
}

/** A kind with what it may, or has to, be told. */
type Told<Kind extends string> =
	({ kind: Kind } & Details) | ({ kind: 'custom'; answer: CustomAnswer } & Details);

export type ApiDisruption = Told<DisruptionKind>;
export type DownloadDisruption = Told<DownloadKind>;

interface OnSubmit extends Timing {
	on: 'submit';
	/** Overrides `acceptedDespite` (a 500 may well come after it). Of no use where a prediction is shown. */
	accepted?: boolean;
	/** `count`: valid submissions before this one. */
	match?: (body: SubmissionBody, count: number) => boolean;
}

interface OnResult extends Timing {
	on: 'result';
	/** `count`: result requests for this prediction before this one. */
	match?: (id: string, count: number) => boolean;
}

interface OnDownload extends Timing {
	on: 'download';
	/** `count`: downloads of this prediction's video before this one. */
	match?: (id: string, count: number) => boolean;
}

type SubmitFault = OnSubmit & Told<DisruptionKind | VariantKind>;
type ResultFault = OnResult & Told<DisruptionKind | VariantKind>;
type ApiFault = SubmitFault | ResultFault;
type DownloadFault = OnDownload & DownloadDisruption;

/** Hits requests that are good in themselves: key, address and body are checked before. */
export type Fault = ApiFault | DownloadFault;

/** What hits one API request: any number of variants, and at most one disruption. */
export interface Hits {
	readonly variants: ReadonlyMap<VariantKind, { url?: string }>;
	readonly disruption: ApiDisruption | undefined;
	/** Whether a submission is accepted. */
	readonly accepted: boolean;
}

const isVariant = (kind: string): kind is VariantKind =>
	(variantKinds as readonly string[]).includes(kind);

const disrupts = (fault: ApiFault): fault is (OnSubmit | OnResult) & ApiDisruption =>
	!isVariant(fault.kind);

const onlyWhenSucceeded = new Set<string>(['succeededWithoutOutputs', 'badVideoUrl']);

function sorted(faults: readonly ApiFault[]): Hits {
	const disruption = faults.find(disrupts);
	const said = disruption?.on === 'submit' ? disruption.accepted : undefined;
	return {
		variants: new Map(
			faults.flatMap((fault) => (isVariant(fault.kind) ? [[fault.kind, fault] as const] : [])),
		),
		disruption,
		accepted:
			!disruption || (said ?? { ...acceptedDespite, ...acceptedDespiteMore }[disruption.kind]),
	};
}

/** The faults still to come. */
export class FaultPlan {
	private waiting: Array<{ fault: Fault; skip: number; left: number }> = [];
	private submissions = 0;

	add(...faults: Fault[]): void {
		for (const fault of faults) {
			this.waiting.push({ fault, skip: fault.after ?? 0, left: fault.times ?? 1 });
		}
	}

	clear(): void {
		this.waiting = [];
		this.submissions = 0;
	}

	/** Takes what hits this valid submission. */
	takeForSubmit(body: SubmissionBody): Hits {
		const count = this.submissions++;
		return sorted(
			this.take(
				(fault): fault is SubmitFault =>
					fault.on === 'submit' &&
					!onlyWhenSucceeded.has(fault.kind) &&
					(fault.match?.(body, count) ?? true),
			),
		);
	}

	/** Takes what hits this result request; `succeeded`: whether the answer says so. */
	takeForResult(id: string, count: number, succeeded: boolean): Hits {
		return sorted(
			this.take(
				(fault): fault is ResultFault =>
					fault.on === 'result' &&
					(succeeded || !onlyWhenSucceeded.has(fault.kind)) &&
					(fault.match?.(id, count) ?? true),
			),
		);
	}

	/** Takes what hits this download. */
	takeForDownload(id: string, count: number): DownloadDisruption | undefined {
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
			const isDisruption = !isVariant(fault.kind);
			const repeats = taken.some(({ kind }) => kind === fault.kind);
			if (entry.left <= 0 || repeats || (isDisruption && disrupted) || !hits(fault)) continue;
			if (entry.skip > 0) {
				entry.skip -= 1;
				continue;
			}
			entry.left -= 1;
			disrupted ||= isDisruption;
			taken.push(fault);
		}
		return taken;
	}
}
