// The three operations: one item's way from its job to its output.
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Prediction } from '../gptproto/prediction';
import { downloadVideo, type VideoStore } from '../prediction/download';
import { obtainPrediction } from '../prediction/flow';
import { poll } from '../prediction/poll';
import { PredictionFailure } from '../prediction/reason';
import { deadlineOf } from '../prediction/run';
import type { Batch } from './batch';
import { outputItem, type Requested, UNKNOWN_REQUEST } from './item';
import type { Delivery, Job } from './job';

function videoStore({ helpers }: IExecuteFunctions): VideoStore {
	return async (stream, fileName) =>
		await helpers.prepareBinaryData(
			// n8n reads any Node stream; the type of its parameter comes from a module a node may not import.
			stream as unknown as Parameters<typeof helpers.prepareBinaryData>[0],
			fileName,
			'video/mp4',
		);
}

/** @throws PredictionFailure where the item waits for a video and the prediction ended without one */
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
	{ item, account, timing, output, waitsForVideo }: Delivery,
): Promise<INodeExecutionData> {
	throwIfEnded(prediction, waitsForVideo);
	const isWanted = prediction.state === 'succeeded' && output.videoField !== null;
	const address = isWanted ? prediction.videoUrl : null;
	const store = videoStore(context);
	const until = deadlineOf(timing);
	const { fileName } = output;
	const video =
		address === null
			? null
			: await downloadVideo(run, account, prediction, address, store, until, fileName);
	return outputItem(item, prediction, requested, output, video);
}

/** Submit, and Submit and Wait: the same flow to a different point. */
async function submit(
	batch: Batch,
	job: Extract<Job, { kind: 'submit' }>,
): Promise<INodeExecutionData> {
	const { order, item, waitsForVideo } = job;
	const until = waitsForVideo ? 'ended' : 'accepted';
	const obtained = await obtainPrediction(batch.run, order, until);
	if (obtained.pickedUp) batch.pickedUp.add(item);
	const result = await deliver(batch, obtained.prediction, obtained, job);
	order.record.saveDelivered();
	return result;
}

/** Get Result: without waiting any state is a result. */
async function getResult(
	batch: Batch,
	job: Extract<Job, { kind: 'getResult' }>,
): Promise<INodeExecutionData> {
	const { run, waitedFor, notFinished } = batch;
	const { predictionId, waitsForVideo, account, timing } = job;
	if (waitsForVideo) waitedFor.add(predictionId);
	const until = waitsForVideo ? 'ended' : 'read';
	const prediction = await poll(run, predictionId, { account, timing, acceptedAt: null }, until);
	waitedFor.delete(predictionId);
	if (prediction.state === 'working') notFinished.add(job.item);
	return await deliver(batch, prediction, UNKNOWN_REQUEST, job);
}

/** An item's way from its job to its output. @throws PredictionFailure, InvalidParameter, Cancelled */
export async function workOn(batch: Batch, job: Job): Promise<INodeExecutionData> {
	return job.kind === 'submit' ? await submit(batch, job) : await getResult(batch, job);
}
