// Get Result: asks for a prediction. Without waiting any state is an answer; waiting promises a video.
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { OPTION_DEFAULTS } from '../run/limits';
import type { Run } from '../run/run';
import { askForState, waitForEnd } from '../run/wait';
import { letGo } from './acceptance';
import { deliver, endedFailure, readDeliveryWishes } from './delivery';
import { readId, readSwitch, readWaiting } from './parameters';

const TIMEOUT_MS = OPTION_DEFAULTS.timeoutMinutes * 60_000;

export async function getResult(
	context: IExecuteFunctions,
	run: Run,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const predictionId = readId(context, itemIndex);
	const wishes = readDeliveryWishes(context, itemIndex, run.isTool);
	if (!readSwitch(context, 'waitForCompletion', itemIndex, false)) {
		const prediction = await askForState(run, predictionId, TIMEOUT_MS);
		return await deliver(context, run, prediction, wishes, false, { itemIndex });
	}
	const waiting = readWaiting(context, itemIndex);
	run.rendering.set(itemIndex, predictionId);
	const prediction = await waitForEnd(run, predictionId, { ...waiting, acceptedAt: null });
	letGo(run, itemIndex);
	if (prediction.state === 'ended') throw endedFailure(prediction);
	return await deliver(context, run, prediction, wishes, true, { itemIndex });
}
