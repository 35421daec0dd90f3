// Turns the parameters of one item into the documented request body and refuses what the documentation refuses.
// Pure: knows no n8n, no network, and not where a picture came from.
import {
	ASPECT_RATIOS,
	DEFAULTS,
	frameSize,
	type FrameSize,
	modelFacts,
	RANGES,
	RESOLUTIONS,
} from './reference';

/** A first or last frame: an http(s) URL or a data URI, and the parameter a refusal has to name. */
export interface PictureReference {
	readonly value: unknown;
	readonly parameter: string;
}

/** Parameters by their n8n names, as they come out of expressions: of any type. */
export interface RequestParameters {
	readonly model: unknown;
	readonly prompt: unknown;
	readonly image: PictureReference;
	readonly lastImage?: PictureReference | undefined;
	readonly aspectRatio: unknown;
	readonly resolution: unknown;
	readonly duration: unknown;
	readonly seed?: unknown;
	readonly cameraFixed?: unknown;
	readonly generateAudio?: unknown;
}

/** The documented JSON body. */
export interface SubmissionBody {
	prompt: string;
	image: string;
	last_image?: string;
	aspect_ratio: string;
	duration: number;
	resolution: string;
	seed: number;
	camera_fixed?: boolean;
	generate_audio?: boolean;
	is_upload_media?: boolean;
}

/** What is sent, and what the documentation says of the video it will make. */
export interface SubmissionRequest {
	readonly model: string;
	readonly body: SubmissionBody;
	/** null where no page documents the model. */
	readonly frame: FrameSize | null;
}

/** A parameter the documentation does not allow. `problem` follows on the parameter's displayed name. */
export class InvalidParameter extends Error {
	constructor(
		/** The parameter's n8n name. */
		readonly parameter: string,
		readonly problem: string,
		/** A sentence that says what to do. */
		readonly remedy: string,
	) {
		super(`${parameter} ${problem}`);
	}
}

/** A value as a message can quote it: short, and never a whole picture. */
function quote(value: unknown): string {
	const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
	return text.length > 60 ? `"${text.slice(0, 57)}..."` : `"${text}"`;
}

function wholeNumber(
	parameter: string,
	value: unknown,
	{ min, max }: { readonly min: number; readonly max: number },
	remedy: string,
): number {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	if (typeof number !== 'number' || !Number.isInteger(number) || number < min || number > max) {
		throw new InvalidParameter(
			parameter,
			`must be a whole number from ${min} to ${max}, but is ${quote(value)}`,
			remedy,
		);
	}
	return number;
}

/** Reads a boolean, also as the text an expression may give. @throws InvalidParameter */
export function readBoolean(parameter: string, value: unknown): boolean {
	if (typeof value === 'boolean') return value;
	const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
	if (text === 'true') return true;
	if (text === 'false') return false;
	throw new InvalidParameter(
		parameter,
		`must be true or false, but is ${quote(value)}`,
		'Switch it on or off, or let the expression give true or false.',
	);
}

function oneOf<Value extends string>(
	parameter: string,
	value: unknown,
	allowed: readonly Value[],
	what: string,
): Value {
	const found = allowed.find((candidate) => candidate === value);
	if (found === undefined) {
		throw new InvalidParameter(
			parameter,
			`must be one of ${allowed.join(', ')}${what}, but is ${quote(value)}`,
			`Choose ${allowed.join(', ')} from the dropdown, or let the expression give one of them.`,
		);
	}
	return found;
}

const DATA_URI_HEADER = /^data:image\/[a-z0-9.+-]+;base64,/i;
const BASE64_SLICE = 65_536;

/** Looks at a long text piece by piece: one pattern over all of it overflows the stack from some 20 MB on. */
function isBase64(text: string, start: number): boolean {
	const end = text.endsWith('==')
		? text.length - 2
		: text.endsWith('=')
			? text.length - 1
			: text.length;
	for (let from = start; from < end; from += BASE64_SLICE) {
		if (!/^[A-Za-z0-9+/]+$/.test(text.slice(from, Math.min(from + BASE64_SLICE, end))))
			return false;
	}
	return end > start;
}

function readPicture({ value, parameter }: PictureReference): { picture: string; isData: boolean } {
	const remedy =
		'Give an http(s) URL that is open to the internet, a data URI such as data:image/png;base64,..., or set the input type to Binary File.';
	const text = typeof value === 'string' ? value.trim() : '';
	if (text === '') throw new InvalidParameter(parameter, 'is empty', remedy);
	if (text.startsWith('data:')) {
		const [header] = DATA_URI_HEADER.exec(text) ?? [];
		if (!header || !isBase64(text, header.length)) {
			throw new InvalidParameter(
				parameter,
				`must be a base64 data URI of an image, but is ${quote(text)}`,
				remedy,
			);
		}
		return { picture: text, isData: true };
	}
	const url = URL.canParse(text) ? new URL(text) : null;
	if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
		throw new InvalidParameter(
			parameter,
			`must be an http(s) URL or a data URI, but is ${quote(text)}`,
			remedy,
		);
	}
	return { picture: text, isData: false };
}

function readModel(value: unknown): string {
	if (typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(value)) return value;
	throw new InvalidParameter(
		'model',
		`must be a model id such as ${DEFAULTS.model}, but is ${quote(value)}`,
		'Choose a model from the dropdown, or let the expression give a model id.',
	);
}

/** Checks a prediction id before it becomes part of an address. @throws InvalidParameter */
export function readPredictionId(value: unknown): string {
	const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
	const remedy =
		"Use the 'predictionId' that Submit put out, e.g. {{ $json.predictionId }}, without address or quotes.";
	if (text === '') throw new InvalidParameter('predictionId', 'is empty', remedy);
	if (!/^[A-Za-z0-9_.:~-]{1,200}$/.test(text) || /^\.+$/.test(text)) {
		throw new InvalidParameter(
			'predictionId',
			`must hold letters, digits, '-', '_', '.', ':' or '~' only, but is ${quote(value)}`,
			remedy,
		);
	}
	return text;
}

/**
 * Builds the request of one item.
 *
 * @returns the model, the JSON body and the documented frame size
 * @throws InvalidParameter for whatever the documentation does not allow
 */
export function buildRequest(parameters: RequestParameters): SubmissionRequest {
	const model = readModel(parameters.model);
	const prompt = typeof parameters.prompt === 'string' ? parameters.prompt.trim() : '';
	if (prompt === '') {
		throw new InvalidParameter(
			'prompt',
			'is empty',
			'Describe what happens in the video, e.g. "The fox looks up, a gentle breeze in its fur".',
		);
	}
	const image = readPicture(parameters.image);
	const lastImage = parameters.lastImage ? readPicture(parameters.lastImage) : undefined;
	const aspectRatio = oneOf('aspectRatio', parameters.aspectRatio, ASPECT_RATIOS, '');
	const facts = modelFacts(model);
	const resolution = oneOf(
		'resolution',
		parameters.resolution,
		facts?.resolutions ?? RESOLUTIONS,
		facts ? ` with ${facts.name}` : '',
	);
	const body: SubmissionBody = {
		prompt,
		image: image.picture,
		aspect_ratio: aspectRatio,
		duration: wholeNumber(
			'duration',
			parameters.duration,
			RANGES.duration,
			`Enter whole seconds, ${RANGES.duration.min} to ${RANGES.duration.max}.`,
		),
		resolution,
		seed: wholeNumber(
			'seed',
			parameters.seed ?? DEFAULTS.seed,
			RANGES.seed,
			`Enter a whole number, ${RANGES.seed.min} for a random seed.`,
		),
	};
	if (lastImage) body.last_image = lastImage.picture;
	if (parameters.cameraFixed !== undefined) {
		body.camera_fixed = readBoolean('cameraFixed', parameters.cameraFixed);
	}
	if (parameters.generateAudio !== undefined) {
		body.generate_audio = readBoolean('generateAudio', parameters.generateAudio);
	}
	if (image.isData || lastImage?.isData) body.is_upload_media = true;
	return { model, body, frame: frameSize(model, resolution, aspectRatio) };
}
