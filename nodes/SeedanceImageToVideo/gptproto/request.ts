// Turns the parameters of one item into the documented request body and refuses what the documentation refuses.
// Pure: knows no n8n, no network, not where a picture came from, and no words for people.
import { InvalidParameter, readBoolean, readNumber, readOneOf, readText } from './input';
import { isDataUri, type PictureReference, readPicture } from './picture';
import {
	ASPECT_RATIOS,
	DEFAULTS,
	frameSize,
	type FrameSize,
	modelFacts,
	RANGES,
	RESOLUTIONS,
} from './reference';

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

/** A text without half characters, which are left where a text was cut inside an emoji and which no JSON may hold. */
function withoutHalves(value: unknown): unknown {
	return typeof value === 'string' ? value.replace(/\p{Surrogate}/gu, '') : value;
}

/** Reads everything but the pictures. @throws InvalidParameter for whatever the documentation does not allow */
export function readSettings(parameters: RequestParameters): RequestSettings {
	const model = readModel(parameters.model);
	const prompt = readText('prompt', withoutHalves(parameters.prompt));
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

/**
 * Puts the request together.
 *
 * @param baseUrl where it is sent
 * @throws InvalidParameter for a picture that is none
 */
export function buildRequest(
	{ model, body }: RequestSettings,
	image: PictureReference,
	lastImage: PictureReference | undefined,
	baseUrl: string,
): SubmissionRequest {
	const first = readPicture(image, baseUrl);
	const last = lastImage && readPicture(lastImage, baseUrl);
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
