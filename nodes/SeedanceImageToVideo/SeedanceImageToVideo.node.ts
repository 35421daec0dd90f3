// The node as n8n sees it: its description, and which operation runs.
import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
	NodeOperationError,
} from 'n8n-workflow';
import { properties } from './description';
import { type Operation, OPERATIONS } from './description/operation';
import { type ItemOperation, runBatch } from './operations/batch';
import { getResult } from './operations/getResult';
import { submit } from './operations/submit';
import { submitAndWait } from './operations/submitAndWait';

const operations: Record<Operation, ItemOperation> = { getResult, submit, submitAndWait };

export class SeedanceImageToVideo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Seedance Image to Video',
		name: 'seedanceImageToVideo',
		icon: { light: 'file:seedance.svg', dark: 'file:seedance.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ { getResult: "Get Result", submit: "Submit", submitAndWait: "Submit and Wait" }[$parameter["operation"]] }}',
		description: "Turn pictures into videos with ByteDance's Seedance models through GPTProto",
		defaults: { name: 'Seedance Image to Video' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'gptProtoApi', required: true }],
		properties,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const chosen = this.getNodeParameter('operation', 0, 'submitAndWait');
		const operation = OPERATIONS.find((name) => name === chosen);
		if (!operation) {
			throw new NodeOperationError(this.getNode(), `'Operation' is unknown: "${String(chosen)}"`, {
				description: 'Choose Submit and Wait, Submit or Get Result.',
			});
		}
		return [await runBatch(this, operations[operation])];
	}
}
