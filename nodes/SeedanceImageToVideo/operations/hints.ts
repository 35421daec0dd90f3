// Short notes that the editor shows beside a run's output, where the installed n8n can show them.
import type { IExecuteFunctions, INodeExecutionData, NodeExecutionHint } from 'n8n-workflow';
import { modelFacts } from '../api/reference';
import type { Run } from '../run/run';

function isSilentModelAskedForSound(context: IExecuteFunctions, itemIndex: number): boolean {
	const options: unknown = context.getNodeParameter('options', itemIndex, {});
	const wantsSound =
		typeof options === 'object' && options !== null && 'generateAudio' in options
			? options.generateAudio === true
			: false;
	const model = String(context.getNodeParameter('model', itemIndex, ''));
	return wantsSound && modelFacts(model)?.audio === false;
}

/** @param output the run's items; null for the ones that failed */
export function giveHints(
	context: IExecuteFunctions,
	run: Run,
	output: ReadonlyArray<INodeExecutionData | null>,
): void {
	const addHints = (context as Partial<IExecuteFunctions>).addExecutionHints?.bind(context);
	if (!addHints) return;
	const hints: NodeExecutionHint[] = [];
	if (run.pickedUp.size > 0) {
		hints.push({
			message: `${run.pickedUp.size} prediction(s) of an earlier try were picked up instead of paid for again.`,
			location: 'outputPane',
		});
	}
	if (output.some((item) => typeof item?.json.videoUrl === 'string' && !item.binary)) {
		hints.push({
			message:
				'Video addresses expire after about a day. Switch on Download Video to keep the videos.',
			location: 'outputPane',
		});
	}
	if (output.some((item, index) => item && isSilentModelAskedForSound(context, index))) {
		hints.push({
			message: 'The Seedance 1.0 models may ignore Generate Audio: sound came with version 1.5.',
			location: 'outputPane',
			type: 'warning',
		});
	}
	if (hints.length > 0) addHints(...hints);
}
