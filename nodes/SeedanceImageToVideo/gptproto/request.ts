// Turns the parameters of one item into the documented request body and refuses what the documentation refuses.
// Pure: knows no n8n, no network, not where a picture came from, and no words for people.
import {
	ASPECT_RATIOS,
	DEFAULTS,
	frameSize,
	type FrameSize,
	modelFacts,
	RANGES,
	RESOLUTIONS,
} from './reference';

/** The numbers that a parameter may be. */
export interface NumberRange {
	readonly min: number;
	readonly max?: number;
	readonly isInteger?: boolean;
	/** The least is not one of them. */
	readonly exclusiveMin?: boolean;
}

/** What is wrong with a value. The words for it are in execute/messages/. */
export type InputFault =
	| { readonly kind: 'empty' }
	| { readonly kind: 'notText' }
	| { readonly kind: 'notBoolean' }
	| { readonly kind: 'notANumber'; readonly range: NumberRange }
	| {
			readonly kind: 'notOneOf';
			readonly allowed: readonly string[];
			/** The model that allows only these, where it is the model's doing. */
			readonly model?: string | undefined;
	  }
	| { readonly kind: 'notAModelId' }
	| { readonly kind: 'notAPredictionId' }
	| { readonly kind: 'notAnAddress' }
	| { readonly kind: 'notAPictureDataUri' };

/** A parameter that cannot be used: by the documentation, or for a reason that only n8n's side knows. */
export class InvalidParameter<Fault extends { readonly kind: string } = InputFault> extends Error {
	constructor(
		/** The parameter's n8n name. */
		readonly parameter: string,
		readonly fault: Fault,
		readonly value: unknown,
	) {
		super(`${parameter}: ${fault.kind}`);
	}
}

/** Parameters by their n8n names, as they come out of expressions: of any type. Without the pictures. */
export type RequestParameters = Readonly<
	Record<'model' | 'prompt' | 'aspectRatio' | 'resolution' | 'duration', unknown> &
		Partial<Record<'seed' | 'cameraFixed' | 'generateAudio', unknown>>
>;

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

/** A request but for its pictures, and what the documentation says of the video it will make. */
export interface RequestSettings {
	readonly model: string;
	readonly body: Omit<SubmissionBody, 'image' | 'last_image' | 'is_upload_media'>;
	/** null where no page documents the model. */
	readonly frame: FrameSize | null;
}

/** What is sent. */
export interface SubmissionRequest {
	readonly model: string;
	readonly body: SubmissionBody;
}

/** A text, without space around it. @throws InvalidParameter */
export function readText(parameter: string, value: unknown): string {
	const text = typeof value === 'string' ? value.trim() : (value ?? '');
	if (typeof text === 'string' && text !== '') return text;
	throw new InvalidParameter(parameter, { kind: text === '' ? 'empty' : 'notText' }, value);
}

/** Reads a number, also as the text an expression may give. @throws InvalidParameter */
export function readNumber(parameter: string, value: unknown, range: NumberRange): number {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	const { min, max = Infinity, isInteger = false, exclusiveMin = false } = range;
	const isIn =
		typeof number === 'number' &&
		Number.isFinite(number) &&
		(exclusiveMin ? number > min : number >= min) &&
		number <= max &&
		(!isInteger || Number.isInteger(number));
	if (isIn) return number;
	throw new InvalidParameter(parameter, { kind: 'notANumber', range }, value);
}

/** Reads a boolean, also as the text an expression may give. @throws InvalidParameter */
export function readBoolean(parameter: string, value: unknown): boolean {
	if (typeof value === 'boolean') return value;
	const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
	if (text === 'true' || text === 'false') return text === 'true';
	throw new InvalidParameter(parameter, { kind: 'notBoolean' }, value);
}

/** One of a list of texts. @throws InvalidParameter */
export function readOneOf<Value extends string>(
	parameter: string,
	value: unknown,
	allowed: readonly Value[],
	model?: string,
): Value {
	const text = typeof value === 'string' ? value.trim() : value;
	const found = allowed.find((candidate) => candidate === text);
	if (found !== undefined) return found;
	throw new InvalidParameter(parameter, { kind: 'notOneOf', allowed, model }, value);
}

function readModel(value: unknown): string {
	const text = typeof value === 'string' ? value.trim() : '';
	if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text)) return text;
	throw new InvalidParameter('model', { kind: 'notAModelId' }, value);
}

const LONGEST_ID = 500;

/**
 * Checks a prediction id. Whatever GPTProto gives out as an id is one; only what cannot be part of an address is
 * refused. @throws InvalidParameter
 */
export function readPredictionId(value: unknown): string {
	// A number that JavaScript has rounded is another prediction's.
	const text = Number.isSafeInteger(value) ? String(value) : readText('predictionId', value);
	const isUsable = text.length <= LONGEST_ID && !/^\.+$/.test(text) && !/\p{Surrogate}/u.test(text);
	if (!isUsable) throw new InvalidParameter('predictionId', { kind: 'notAPredictionId' }, value);
	return text;
}

/** Reads everything but the pictures. @throws InvalidParameter for whatever the documentation does not allow */
export function readSettings(parameters: RequestParameters): RequestSettings {
	const model = readModel(parameters.model);
	const prompt = readText('prompt', parameters.prompt);
	const aspectRatio = readOneOf('aspectRatio', parameters.aspectRatio, ASPECT_RATIOS);
	const facts = modelFacts(model);
	const resolution = readOneOf(
		'resolution',
		parameters.resolution,
		facts?.resolutions ?? RESOLUTIONS,
		facts?.name,
	);
	const { seed, cameraFixed, generateAudio } = parameters;
	return {
		model,
		body: {
			prompt,
			aspect_ratio: aspectRatio,
			duration: readNumber('duration', parameters.duration, RANGES.duration),
			resolution,
			seed: readNumber('seed', seed ?? DEFAULTS.seed, RANGES.seed),
			...(cameraFixed !== undefined && { camera_fixed: readBoolean('cameraFixed', cameraFixed) }),
			...(generateAudio !== undefined && {
				generate_audio: readBoolean('generateAudio', generateAudio),
			}),
		},
		frame: frameSize(model, resolution, aspectRatio),
	};
}

/** Parameters, such as a charset, say nothing of a picture. */
const DATA_URI_HEADER = /^data:(image\/[a-z0-9.+-]+)(?:;[^;,]*)*;base64,/i;
const BASE64_SLICE = 65_536;

/** Looks at a long text piece by piece: one pattern over all of it overflows the stack from some 20 MB on. */
function isBase64(text: string): boolean {
	const end = text.length - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
	for (let from = 0; from < end; from += BASE64_SLICE) {
		const slice = text.slice(from, Math.min(from + BASE64_SLICE, end));
		if (!/^[A-Za-z0-9+/]+$/.test(slice)) return false;
	}
	return end > 0;
}

/** A first or last frame, and the parameter a refusal has to name. */
export interface PictureReference {
	readonly parameter: string;
	/** An http(s) URL or a data URI. */
	readonly value: unknown;
}

/** Whether the value is a picture itself and not the address of one. */
export function isDataUri(value: unknown): value is string {
	return typeof value === 'string' && /^\s*data:/i.test(value);
}

/** Reads a picture; of a data URI every character is looked at, and line breaks are taken out. @throws InvalidParameter */
export function readPicture({ value, parameter }: PictureReference): string {
	const text = readText(parameter, value);
	if (isDataUri(text)) {
		const [header = '', type] = DATA_URI_HEADER.exec(text) ?? [];
		const given = text.slice(header.length);
		const isInteger = isBase64(given);
		const plain = `data:${type};base64,`;
		// As it is, where it is plain: put together anew, a picture would be in memory once more.
		if (type && isInteger && header.length === plain.length) return text;
		const content = isInteger ? given : given.replace(/\s+/g, '');
		if (type && (isInteger || isBase64(content))) return plain + content;
		throw new InvalidParameter(parameter, { kind: 'notAPictureDataUri' }, value);
	}
	const protocol = URL.canParse(text) ? new URL(text).protocol : '';
	if (protocol === 'https:' || protocol === 'http:') return text;
	throw new InvalidParameter(parameter, { kind: 'notAnAddress' }, value);
}

/** Puts the request together. @throws InvalidParameter for a picture that is none */
export function buildRequest(
	{ model, body }: RequestSettings,
	image: PictureReference,
	lastImage: PictureReference | undefined,
): SubmissionRequest {
	const first = readPicture(image);
	const last = lastImage && readPicture(lastImage);
	return {
		model,
		body: {
			...body,
			image: first,
			...(last !== undefined && { last_image: last }),
			...((isDataUri(first) || isDataUri(last)) && { is_upload_media: true }),
		},
	};
}
