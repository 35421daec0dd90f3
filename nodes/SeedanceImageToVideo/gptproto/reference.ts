// Everything GPTProto documents about image to video, written once: dropdowns, validation, types, the output's
// frame size and the README's tables all come from here. Knows no n8n and no network.
// Source: https://docs.gptproto.com, page "doubao-seedance-2-0-fast-260128 (Image To Video)" and its sibling pages.

/** Where the API lives unless the credential names a proxy or a sandbox. */
export const DEFAULT_BASE_URL = 'https://gptproto.com';

/** Gives HTTP 200 when the key is valid; the credential's test. */
export const MODELS_PATH = '/v1/models';

/** Path of `POST`, which submits a picture and a prompt. */
export function submissionPath(model: string): string {
	return `/api/v3/bytedance/${encodeURIComponent(model)}/image-to-video`;
}

/** Path of `GET`, which gives the state of a prediction. */
export function resultPath(predictionId: string): string {
	return `/api/v3/predictions/${encodeURIComponent(predictionId)}/result`;
}

/** Aspect ratios, in the order of the documentation. */
export const ASPECT_RATIOS = ['21:9', '16:9', '4:3', '1:1', '3:4', '9:16'] as const;
export type AspectRatio = (typeof ASPECT_RATIOS)[number];

/** Resolutions, in the order of the documentation. */
export const RESOLUTIONS = ['720p', '480p', '1080p'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

const UP_TO_720P = ['720p', '480p'] as const satisfies readonly Resolution[];

/** The two columns of the documented table of frame sizes. */
export type FrameSizeColumn = 'seedance-1.0' | 'seedance-1.5-and-2.0';

/**
 * @param name as the dropdown shows it
 * @param resolutions not every model renders every one
 * @param audio whether sound may be expected: not documented for the 1.0 series, which came before sound did
 */
const facts = (
	name: string,
	frameSizes: FrameSizeColumn,
	resolutions: readonly Resolution[],
	audio: boolean,
) => ({ name, frameSizes, resolutions, audio }) as const;

const OLD = 'seedance-1.0';
const NEW = 'seedance-1.5-and-2.0';

/** Models with an image-to-video page under `/bytedance/`, by id. */
export const MODELS = {
	'doubao-seedance-2-0-fast-260128': facts('Seedance 2.0 Fast', NEW, UP_TO_720P, true),
	'doubao-seedance-2-0-260128': facts('Seedance 2.0', NEW, RESOLUTIONS, true),
	'dreamina-seedance-2-0-fast-260128': facts('Seedance 2.0 Fast (Dreamina)', NEW, UP_TO_720P, true),
	'dreamina-seedance-2-0-260128': facts('Seedance 2.0 (Dreamina)', NEW, RESOLUTIONS, true),
	'doubao-seedance-1-5-pro-251215': facts('Seedance 1.5 Pro', NEW, RESOLUTIONS, true),
	'doubao-seedance-1-0-pro-250528': facts('Seedance 1.0 Pro', OLD, RESOLUTIONS, false),
	'doubao-seedance-1-0-pro-fast-251015': facts('Seedance 1.0 Pro Fast', OLD, RESOLUTIONS, false),
	'doubao-seedance-1-0-lite-i2v-250428': facts('Seedance 1.0 Lite', OLD, RESOLUTIONS, false),
} as const;
export type Model = keyof typeof MODELS;

/** Documented facts of a model; undefined for an id that no page documents. */
export function modelFacts(model: string): ReturnType<typeof facts> | undefined {
	return Object.hasOwn(MODELS, model) ? MODELS[model as Model] : undefined;
}

/** Defaults of the request, as documented; `model` is the page the project was written for. */
export const DEFAULTS = {
	model: 'doubao-seedance-2-0-fast-260128',
	aspectRatio: '16:9',
	resolution: '720p',
	duration: 5,
	generateAudio: true,
	cameraFixed: false,
	seed: -1,
} as const;

/** Ranges of whole numbers, both ends included. A seed of -1 asks for a random one. */
export const RANGES = {
	/** Seconds. */
	duration: { min: 4, max: 15, isInteger: true },
	seed: { min: -1, max: 2147483647, isInteger: true },
} as const;

/** Width and height in pixels of the finished video. */
export interface FrameSize {
	readonly width: number;
	readonly height: number;
}

/** Width x height, in the order of the aspect ratios above; at 1080p both columns of the table are alike. */
const AT_1080P = '2176x928 1920x1088 1664x1248 1440x1440 1248x1664 1088x1920';
const FRAME_SIZES: Readonly<Record<FrameSizeColumn, Readonly<Record<Resolution, string>>>> = {
	'seedance-1.0': {
		'480p': '960x416 864x480 736x544 640x640 544x736 480x864',
		'720p': '1504x640 1248x704 1120x832 960x960 832x1120 704x1248',
		'1080p': AT_1080P,
	},
	'seedance-1.5-and-2.0': {
		'480p': '992x432 864x496 752x560 640x640 560x752 496x864',
		'720p': '1470x630 1280x720 1112x834 960x960 834x1112 720x1280',
		'1080p': AT_1080P,
	},
};

/**
 * The documented frame size of a video.
 *
 * @returns null for a model that no page documents: its column of the table is unknown.
 */
export function frameSize(
	model: string,
	resolution: Resolution,
	aspectRatio: AspectRatio,
): FrameSize | null {
	const column = modelFacts(model)?.frameSizes;
	if (!column) return null;
	const sizes = FRAME_SIZES[column][resolution].split(' ');
	const [width, height] = (sizes[ASPECT_RATIOS.indexOf(aspectRatio)] ?? '').split('x').map(Number);
	return { width: width ?? 0, height: height ?? 0 };
}

/** What a status means for whoever waits: still working, a video, or ended without one. */
export type PredictionState = 'working' | 'succeeded' | 'ended';

/** The documented statuses (`created` stands in the sample response) and what each means. */
export const STATUSES = {
	created: 'working',
	queued: 'working',
	running: 'working',
	succeeded: 'succeeded',
	failed: 'ended',
	expired: 'ended',
} as const satisfies Record<string, PredictionState>;
export type PredictionStatus = keyof typeof STATUSES;

/**
 * How sibling endpoints and public clients of this API spell the same statuses. `timeout` is of the API family that uses the
 * same paths; `succeed`, `fail` and `failure` are of other relays of its kind.
 */
export const STATUS_SPELLINGS: Readonly<Record<string, PredictionStatus>> = {
	pending: 'queued',
	processing: 'running',
	in_progress: 'running',
	starting: 'running',
	completed: 'succeeded',
	success: 'succeeded',
	succeed: 'succeeded',
	error: 'failed',
	fail: 'failed',
	failure: 'failed',
	cancelled: 'failed',
	canceled: 'failed',
	timeout: 'expired',
};

/**
 * Where a prediction's id stands: `id` as documented; `task_id` in public clients; `result_id`, `video_id` and `operation_id` in
 * GPTProto's own plug-in, command line and SDK. It also stands inside the documented `urls`.
 */
export const ID_FIELDS = ['id', 'task_id', 'result_id', 'video_id', 'operation_id'] as const;

/**
 * Where the video's address stands: `outputs` as documented; `output` and `video_url` in GPTProto's own workflow product;
 * `content` in its "official format"; `unsigned_urls` in its SDK. Each holds an address, an object, or a list of them.
 */
export const VIDEO_FIELDS = ['outputs', 'output', 'content', 'video_url', 'unsigned_urls'] as const;

/** Where it stands if `succeeded` has none of these, in public clients; before that they may lead somewhere else. */
export const LAST_VIDEO_FIELDS = ['url', 'result'] as const;

/** Where it stands inside such an object. */
export const ADDRESS_FIELDS = ['url', 'video_url'] as const;

/** Documented error codes. The content policy's code stands in the body; its HTTP status is really 400. */
export const ERROR_CODES = {
	unauthorized: 401,
	forbidden: 403,
	tooManyRequests: 429,
	internalServerError: 500,
	contentPolicyViolation: 503,
} as const;

/**
 * The code of what a content policy refuses, as ByteDance's Ark, the service behind Seedance, documents it and relays pass it
 * on: `InputImageSensitiveContentDetected.PrivacyInformation`, `InputTextRiskDetection`.
 * Source: https://www.volcengine.com/docs/82379/1299023 (error codes).
 */
export const POLICY_CODE =
	/\b(?:Input|Output)?(Text|Image|Video|Audio)?(?:SensitiveContentDetected|RiskDetection)(?:\.(\w+))?\b/i;
