// The shape of an output item, the same for every operation.
import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { Prediction } from '../gptproto/prediction';
import type { FrameSize } from '../gptproto/reference';
import { NO_REASON } from './messages';

/** What was requested, where it is known: in Get Result it is not. */
export interface Requested {
	readonly model: string | null;
	readonly frame: FrameSize | null;
}

export const UNKNOWN_REQUEST: Requested = { model: null, frame: null };

/** What the node puts out with "Simplify" on: at most ten fields, none of them called `error` (n8n would retry). */
function simplified(prediction: Prediction, { model, frame }: Requested): IDataObject {
	return {
		predictionId: prediction.id,
		status: prediction.status,
		model: prediction.model ?? model,
		videoUrl: prediction.state === 'succeeded' ? prediction.videoUrl : null,
		failureReason:
			prediction.state === 'ended'
				? (prediction.failureReason ?? `${NO_REASON} (${prediction.status})`)
				: null,
		width: frame?.width ?? null,
		height: frame?.height ?? null,
		hasNsfwContent: prediction.hasNsfwContent,
		executionTime: prediction.executionTime,
		createdAt: prediction.createdAt,
	};
}

/** How the user wants the result. */
export interface OutputOptions {
	readonly simplify: boolean;
	/** The field for the video; null where it is not to be downloaded. */
	readonly videoField: string | null;
	/** The name of the video's file; where there is none, the prediction's id is its name. */
	readonly fileName?: string | null;
}

/** The output item of a prediction. */
export function outputItem(
	item: number,
	prediction: Prediction,
	requested: Requested,
	{ simplify, videoField }: OutputOptions,
	video: IBinaryData | null,
): INodeExecutionData {
	return {
		json: simplify
			? simplified(prediction, requested)
			: { prediction: prediction.data as IDataObject },
		...(video && videoField !== null && { binary: { [videoField]: video } }),
		pairedItem: { item },
	};
}
