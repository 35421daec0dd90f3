// Submit: starts a prediction and puts out its id at once.
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Prediction } from '../api/prediction';
import { ItemFailure } from '../run/failure';
import { OPTION_DEFAULTS } from '../run/limits';
import type { Run } from '../run/run';
import { askForState } from '../run/wait';
import { accept, letGo } from './acceptance';
import { readSimplify } from './delivery';
import { outputItem } from './output';

/** How long GPTProto may admit nothing before a submission is given up; this operation has no timeout of its own. */
const TIMEOUT_MS = OPTION_DEFAULTS.timeoutMinutes * 60_000;

/** What is known of a prediction that an earlier try submitted, where its state cannot be read just now. */
function fromLedger(predictionId: string, model: string): Prediction {
	const data = { id: predictionId, model, status: 'created' };
	return {
		id: predictionId,
		state: 'working',
		status: data.status,
		model,
		hasNsfwContent: null,
		executionTime: null,
		createdAt: null,
		data,
	};
}

export async function submit(
	context: IExecuteFunctions,
	run: Run,
	itemIndex: number,
): Promise<INodeExecutionData> {
	const simplify = readSimplify(context, itemIndex);
	let acceptance = await accept(context, run, itemIndex, TIMEOUT_MS);
	let prediction: Prediction;
	letGo(run, itemIndex);
	if (acceptance.how === 'submitted') {
		prediction = acceptance.prediction;
	} else {
		const { predictionId, asked, line } = acceptance;
		prediction = await askForState(run, predictionId, TIMEOUT_MS).catch((failure: unknown) => {
			if (failure instanceof ItemFailure) return fromLedger(predictionId, asked.model);
			throw failure;
		});
		if (prediction.state === 'ended') {
			line.strike();
			run.pickedUp.delete(itemIndex);
			acceptance = await accept(context, run, itemIndex, TIMEOUT_MS, line);
			letGo(run, itemIndex);
			if (acceptance.how === 'submitted') prediction = acceptance.prediction;
		}
	}
	return outputItem(prediction, { itemIndex, simplify, request: acceptance.asked });
}
