// The fields of a result: which prediction, whether to wait, and what to put out.
import type { INodeProperties } from 'n8n-workflow';
import { AS_TOOL, DELIVERING } from './operation';

export const predictionField: INodeProperties = {
	displayName: 'Prediction ID',
	name: 'predictionId',
	type: 'string',
	required: true,
	displayOptions: { show: { operation: ['getResult'] } },
	default: '',
	placeholder: 'e.g. {{ $json.predictionId }}',
	description: 'The ID that Submit returned',
};

/** Set only in the workflow that keeps a parked wait (execute/parking/workflow.ts); n8n drops parameters it does not know. */
export const stageField: INodeProperties = {
	displayName: 'Stage',
	name: 'stage',
	type: 'hidden',
	default: '',
};

export const resultFields: INodeProperties[] = [
	{
		displayName: 'Wait for Completion',
		name: 'waitForCompletion',
		type: 'boolean',
		displayOptions: { show: { operation: ['getResult'] } },
		default: false,
		description:
			'Whether to wait until the video is finished. When off, the node returns the present status.',
	},
	{
		displayName: 'Download Video',
		name: 'downloadVideo',
		type: 'boolean',
		displayOptions: { show: { operation: DELIVERING }, hide: AS_TOOL },
		default: true,
		description: 'Whether to download the finished video into a field of the output item',
	},
	{
		displayName: 'Put Output File in Field',
		name: 'binaryOutputField',
		type: 'string',
		required: true,
		displayOptions: {
			show: { operation: DELIVERING, downloadVideo: [true] },
			hide: AS_TOOL,
		},
		default: 'data',
		placeholder: 'e.g. data',
		hint: 'The name of the output field to put the video in',
	},
	{
		displayName: 'Simplify',
		name: 'simplify',
		type: 'boolean',
		default: true,
		description: 'Whether to return a simplified version of the response instead of the raw data',
	},
];
