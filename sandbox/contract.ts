// Knows what openapi.json says, as types and look-ups: models, defaults, frame sizes.
// Must not know the node: it is transcribed from the documentation independently of it.
import openapi from './openapi.json';

/** The JSON body of a submission, as documented. */
export interface SubmissionBody {
	prompt: string;
	image: string;
	last_image?: string;
	aspect_ratio?: string;
	duration?: number;
	resolution?: string;
	generate_audio?: boolean;
	camera_fixed?: boolean;
	seed?: number;
	is_upload_media?: boolean;
}

export type Status = 'created' | 'queued' | 'running' | 'succeeded' | 'failed' | 'expired';

interface DocumentedModel {
	readonly name: string;
	readonly frameSizes: string;
	readonly resolutions: readonly string[];
}

const models: Readonly<Record<string, DocumentedModel>> = openapi['x-models'];
const frameSizes: Readonly<Record<string, Record<string, Record<string, string>>>> =
	openapi['x-frame-sizes'];
const properties = openapi.components.schemas.ImageToVideoRequest.properties;

/** The documented model ids, in documented order. */
export const modelIds: readonly string[] = openapi.components.schemas.Model.enum;

/** The resolutions a model offers; undefined when the model is not documented. */
export function resolutionsOf(model: string): readonly string[] | undefined {
	return Object.hasOwn(models, model) ? models[model]?.resolutions : undefined;
}

/** What a submission asks for once the documented defaults are filled in. Duration in seconds. */
export function settingsOf(body: SubmissionBody) {
	return {
		aspectRatio: body.aspect_ratio ?? properties.aspect_ratio.default,
		resolution: body.resolution ?? properties.resolution.default,
		durationSeconds: body.duration ?? properties.duration.default,
		generateAudio: body.generate_audio ?? properties.generate_audio.default,
		cameraFixed: body.camera_fixed ?? properties.camera_fixed.default,
	};
}

/**
 * The documented frame size in pixels.
 * @throws when the table has no such row, which a validated submission cannot ask for
 */
export function frameSize(model: string, resolution: string, aspectRatio: string) {
	const column = models[model]?.frameSizes ?? '';
	const size = frameSizes[column]?.[resolution]?.[aspectRatio];
	const [width, height] = (size ?? '').split('x').map(Number);
	if (!width || !height) {
		throw new Error(`No frame size documented for ${model}, ${resolution}, ${aspectRatio}`);
	}
	return { width, height };
}
