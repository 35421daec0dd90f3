// The node as n8n sees it: its description, and which operation runs.
import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { properties } from './description';
import { runBatch } from './execute/run-batch';
import { resumeParked, stageOf } from './execute/parking/resume';

export class SeedanceImageToVideo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Seedance Image to Video',
		name: 'seedanceImageToVideo',
		icon: { light: 'file:seedance.svg', dark: 'file:seedance.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ { getResult: "Get Result", submit: "Submit", submitAndWait: "Submit and Wait" }[$parameter["operation"]] }}',
		description: "Turn images into videos with ByteDance's Seedance models through GPTProto",
		defaults: { name: 'Seedance Image to Video' },
		usableAsTool: true,
		waitingNodeTooltip:
			'The videos are rendering. Once a minute, n8n asks for them, and it goes on when all have ended. A restart of n8n does no harm.',
		builderHint: {
			searchHint:
				'One node does it all: it submits every input item, waits for the videos and returns them in the same order. Add no Loop, Wait or If node around it. Set the operation to Submit and Wait.',
		},
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'gptProtoApi', required: true }],
		properties,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const stage = stageOf(this);
		return [stage ? await resumeParked(this, stage) : await runBatch(this)];
	}
}
