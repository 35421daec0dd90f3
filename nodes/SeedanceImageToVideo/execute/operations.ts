// The three operations: one item's way from its job to its output.
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Prediction } from '../gptproto/prediction';
import { downloadVideo, type VideoStore } from '../prediction/download';
import { obtainPrediction } from '../prediction/flow';
import { PredictionFailure } from '../prediction/reason';
import type { Account } from '../prediction/run';
import type { Order } from '../prediction/submission';
import { askForState, waitForEnd } from '../prediction/wait';
import type { Batch } from './batch';
import { type Requested, UNKNOWN_REQUEST, outputItem, type OutputOptions } from './item';
import type { Job } from './job';

function videoStore({ helpers }: IExecuteFunctions): VideoStore {
	return async (stream, fileName) =>
		await helpers.prepareBinaryData(
			// n8n reads any Node stream; the type of its parameter comes from a module a node may not import.
			stream as unknown as Parameters<typeof helpers.prepareBinaryData>[0],
			fileName,
			'video/mp4',
		);
}

/** What is needed to make the output item of a prediction. */
export interface Delivery {
	readonly item: number;
	readonly output: OutputOptions;
	readonly account: Account;
	/** On the clock's scale. */
	readonly deadline: number;
	/** Whether a video was promised. */
	readonly waitsForVideo: boolean;
}

/** @throws PredictionFailure where a video was promised and the prediction ended without one */
export function throwIfEnded(prediction: Prediction, waitsForVideo: boolean): void {
	if (prediction.state !== 'ended' || !waitsForVideo) return;
	const { id: predictionId, status, failureReason } = prediction;
	throw new PredictionFailure({ kind: 'ended', failureReason }, { predictionId, status });
}

/** Delivers a prediction: the video is downloaded where there is one. @throws PredictionFailure */
export async function deliver(
	{ context, run }: Batch,
	prediction: Prediction,
	requested: Requested,
	{ item, output, account, deadline, waitsForVideo }: Delivery,
): Promise<INodeExecutionData> {
	throwIfEnded(prediction, waitsForVideo);
	const isWanted = prediction.state === 'succeeded' && output.videoField !== null;
	const address = isWanted ? prediction.videoUrl : null;
	const video =
		address === null
			? null
			: await downloadVideo(run, account, prediction, address, videoStore(context), deadline);
	return outputItem(item, prediction, requested, output, video);
}

/** Submit, and Submit and Wait: the same flow to a different point. */
async function submit(batch: Batch, job: Job, order: Order): Promise<INodeExecutionData> {
	const until = job.waitsForVideo ? 'ended' : 'accepted';
	const obtained = await obtainPrediction(batch.run, order, until);
	if (obtained.pickedUp) batch.pickedUp.add(job.item);
	const result = await deliver(batch, obtained.prediction, obtained, job);
	order.record.saveDelivered();
	return result;
}

/** Get Result: without waiting any state is an answer; waiting promises a video. */
async function getResult(batch: Batch, job: Job): Promise<INodeExecutionData> {
	const { run, waitedFor } = batch;
	const { predictionId, waitsForVideo, account } = job;
	if (waitsForVideo) waitedFor.add(predictionId);
	const ask = waitsForVideo ? waitForEnd : askForState;
	const prediction = await ask(run, predictionId, { ...job, acceptedAt: null });
	if (waitsForVideo) {
		waitedFor.delete(predictionId);
		account.session.placeIsFree();
	}
	return await deliver(batch, prediction, UNKNOWN_REQUEST, job);
}

/** An item's way from its job to its output. @throws PredictionFailure, InvalidParameter, Cancelled */
export async function workOn(batch: Batch, job: Job): Promise<INodeExecutionData> {
	return job.order ? await submit(batch, job, job.order) : await getResult(batch, job);
}
