// Submit and Wait: from a picture and a prompt to a video.
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { EndedPrediction, SucceededPrediction } from '../api/prediction';
import { ItemFailure } from '../run/failure';
import type { Run } from '../run/run';
import { waitForEnd } from '../run/wait';
import { accept, type Acceptance, letGo } from './acceptance';
import { deliver, endedFailure, readDeliveryWishes } from './delivery';
import { readWaiting, type Waiting } from './parameters';

async function waitFor(
	run: Run,
	itemIndex: number,
	acceptance: Acceptance,
	waiting: Waiting,
): Promise<SucceededPrediction | EndedPrediction> {
	if (acceptance.how === 'submitted' && acceptance.prediction.state !== 'working') {
		letGo(run, itemIndex);
		return acceptance.prediction;
	}
	const { predictionId, acceptedAt } =
		acceptance.how === 'submitted'
			? { predictionId: acceptance.prediction.id, acceptedAt: acceptance.acceptedAt }
			: { predictionId: acceptance.predictionId, acceptedAt: null };
	try {
		const { kind } = acceptance.asked;
		return await waitForEnd(run, predictionId, { ...waiting, acceptedAt, kind });
	} catch (failure) {
		throw failure instanceof ItemFailure ? failure.with({ predictionId }) : failure;
	} finally {
		if (!run.signal?.aborted) letGo(run, itemIndex);
	}
}

export async function submitAndWait(
	context: IExecuteFunctions,
	run: Run,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const wishes = readDeliveryWishes(context, itemIndex, run.isTool);
	const waiting = readWaiting(context, itemIndex);
	let acceptance = await accept(context, run, itemIndex, waiting.timeoutMs);
	const { line } = acceptance;
	let prediction = await waitFor(run, itemIndex, acceptance, waiting);
	if (prediction.state === 'ended' && acceptance.how === 'pickedUp') {
		// What an earlier try paid for brought no video: this try may submit anew.
		line.strike();
		run.pickedUp.delete(itemIndex);
		acceptance = await accept(context, run, itemIndex, waiting.timeoutMs, line);
		prediction = await waitFor(run, itemIndex, acceptance, waiting);
	}
	if (prediction.state === 'ended') {
		line.strike();
		throw endedFailure(prediction);
	}
	return await deliver(context, run, prediction, wishes, true, {
		itemIndex,
		request: acceptance.asked,
	});
}
