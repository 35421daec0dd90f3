// From a prediction that has ended to the item a user gets: the video checked, downloaded and put in its field.
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { EndedPrediction, Prediction, SucceededPrediction } from '../api/prediction';
import { downloadVideo, type StoreVideo } from '../run/download';
import { ItemFailure } from '../run/failure';
import type { Run } from '../run/run';
import { outputItem, type OutputOptions } from './output';
import { readOutputField, readSwitch } from './parameters';

/** How the user wants the result; read before anything is sent, so that bad input costs nothing. */
export interface DeliveryWishes {
	readonly simplify: boolean;
	/** The field for the video; null where it is not to be downloaded. */
	readonly videoField: string | null;
}

export function readSimplify(context: IExecuteFunctions, itemIndex: number): boolean {
	return readSwitch(context, 'simplify', itemIndex, true);
}

/** @param isTool an AI agent is handed no files, so nothing is downloaded for it */
export function readDeliveryWishes(
	context: IExecuteFunctions,
	itemIndex: number,
	isTool: boolean,
): DeliveryWishes {
	const download = !isTool && readSwitch(context, 'downloadVideo', itemIndex, true);
	return {
		simplify: readSimplify(context, itemIndex),
		videoField: download ? readOutputField(context, itemIndex) : null,
	};
}

/** Why a prediction that was to bring a video has brought none. */
export function endedFailure(prediction: EndedPrediction): ItemFailure {
	return new ItemFailure({
		message: `Prediction ${prediction.id} ended without a video (${prediction.status})`,
		description: `GPTProto says: "${prediction.failureReason}". Change the picture, the prompt or the options if the reason asks for it; a retry submits this item anew.`,
		origin: 'service',
		predictionId: prediction.id,
		status: prediction.status,
	});
}

/** A finished prediction whose answer names no address to fetch the video from. @throws ItemFailure */
function refuseUnusableAddress(prediction: SucceededPrediction): never {
	throw new ItemFailure({
		message: `Prediction ${prediction.id} is finished, but its answer holds no ${prediction.hasForeignAddress ? 'http(s) address' : 'address'} of a video`,
		description:
			'The prediction is paid for. Use Get Result with this prediction ID later, or ask GPTProto about it.',
		origin: 'service',
		predictionId: prediction.id,
		status: prediction.status,
	});
}

/**
 * Delivers any state of a prediction: a video is downloaded where there is one.
 *
 * @param promised whether a video was promised, so that a finished prediction without an address is a failure
 * @throws ItemFailure
 */
export async function deliver(
	context: IExecuteFunctions,
	run: Run,
	prediction: Prediction,
	wishes: DeliveryWishes,
	promised: boolean,
	output: Pick<OutputOptions, 'itemIndex' | 'request'>,
): Promise<INodeExecutionData> {
	const succeeded = prediction.state === 'succeeded' ? prediction : null;
	if (succeeded?.videoUrl === null && (promised || succeeded.hasForeignAddress)) {
		refuseUnusableAddress(succeeded);
	}
	const store: StoreVideo = async (stream, fileName) =>
		await context.helpers.prepareBinaryData(
			// n8n reads any Node stream; the type of its parameter comes from a module a node may not import.
			stream as unknown as Parameters<typeof context.helpers.prepareBinaryData>[0],
			fileName,
			'video/mp4',
		);
	const file =
		succeeded?.videoUrl && wishes.videoField
			? await downloadVideo(run, { ...succeeded, videoUrl: succeeded.videoUrl }, store)
			: null;
	return outputItem(prediction, {
		...output,
		simplify: wishes.simplify,
		video: file && wishes.videoField ? { field: wishes.videoField, file } : undefined,
	});
}
