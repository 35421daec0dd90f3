// The shape of an output item, the same for every operation.
import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { Prediction } from '../api/prediction';
import type { FrameSize } from '../api/reference';

/** What the node puts out with "Simplify" on: at most ten fields, none of them called `error` (n8n would retry). */
function simplified(
	prediction: Prediction,
	model: string | null,
	frame: FrameSize | null,
): IDataObject {
	return {
		predictionId: prediction.id,
		status: prediction.status,
		model: prediction.model ?? model,
		videoUrl: prediction.state === 'succeeded' ? prediction.videoUrl : null,
		failureReason: prediction.state === 'ended' ? prediction.failureReason : null,
		width: frame?.width ?? null,
		height: frame?.height ?? null,
		hasNsfwContent: prediction.hasNsfwContent,
		executionTime: prediction.executionTime,
		createdAt: prediction.createdAt,
	};
}

export interface OutputOptions {
	readonly itemIndex: number;
	readonly simplify: boolean;
	/** What was asked for, where this run knows it. */
	readonly request?: { readonly model: string; readonly frame: FrameSize | null };
	readonly video?: { readonly field: string; readonly file: IBinaryData } | undefined;
}

/** The output item of a prediction. */
export function outputItem(
	prediction: Prediction,
	{ itemIndex, simplify, request, video }: OutputOptions,
): INodeExecutionData {
	return {
		json: simplify
			? simplified(prediction, request?.model ?? null, request?.frame ?? null)
			: { prediction: prediction.data as IDataObject },
		...(video && { binary: { [video.field]: video.file } }),
		pairedItem: { item: itemIndex },
	};
}
