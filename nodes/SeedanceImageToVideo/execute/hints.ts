// Short notes that the editor shows beside a run's output, where the installed n8n can show them.
import type { IExecuteFunctions, INodeExecutionData, NodeExecutionHint } from 'n8n-workflow';
import { modelFacts } from '../gptproto/reference';
import type { Operation } from '../description/operation';
import { HINTS } from './messages';
import { readOption, readParameter } from './parameters';

function isSilentModelAskedForSound(context: IExecuteFunctions, item: number): boolean {
	const model = String(readParameter(context, 'model', item) ?? '');
	return readOption(context, 'generateAudio', item) === true && modelFacts(model)?.audio === false;
}

/**
 * @param pickedUp how many items had a prediction that an earlier try had paid for
 * @param results the run's items, or what kept one from its video
 */
export function giveHints(
	context: IExecuteFunctions,
	operation: Operation,
	pickedUp: number,
	results: ReadonlyArray<INodeExecutionData | Error>,
): void {
	const addHints = (context as Partial<IExecuteFunctions>).addExecutionHints?.bind(context);
	if (!addHints) return;
	const hints: NodeExecutionHint[] = [];
	if (pickedUp > 0) hints.push({ message: HINTS.pickedUp(pickedUp) });
	const hasAddressOnly = (result: INodeExecutionData | Error) =>
		!(result instanceof Error) && typeof result.json.videoUrl === 'string' && !result.binary;
	if (results.some(hasAddressOnly)) hints.push({ message: HINTS.addressExpires });
	const isSilent = (result: INodeExecutionData | Error, item: number) =>
		!(result instanceof Error) && isSilentModelAskedForSound(context, item);
	if (operation !== 'getResult' && results.some(isSilent)) {
		hints.push({ message: HINTS.silentModel, type: 'warning' });
	}
	if (hints.length === 0) return;
	addHints(...hints.map((hint): NodeExecutionHint => ({ location: 'outputPane', ...hint })));
}
