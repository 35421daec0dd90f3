// The Operation dropdown, and the conditions that other properties share. Its values are stored in users' workflows and
// never change.
import type { INodeProperties } from 'n8n-workflow';

export const OPERATIONS = ['submitAndWait', 'submit', 'getResult'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Operations that send a picture and a prompt. */
export const SUBMITTING = ['submit', 'submitAndWait'] satisfies Operation[];

/** Operations that may download a video. */
export const DELIVERING = ['getResult', 'submitAndWait'] satisfies Operation[];

/** An AI agent hands a tool no files and is handed none, and no execution waits for it in the database. */
export const AS_TOOL = { '@tool': [true] };

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	options: [
		// The most used first: n8n lists the actions of the node in this order.
		{
			name: 'Submit and Wait',
			value: 'submitAndWait',
			action: 'Generate video from image',
			description: 'Start a prediction, wait for it and return the finished video',
		},
		{
			name: 'Submit',
			value: 'submit',
			action: 'Start video from image',
			description: 'Start a prediction and return its ID without waiting for the video',
		},
		{
			name: 'Get Result',
			value: 'getResult',
			action: 'Get video',
			description: 'Get the status of a prediction, and its video if it is finished',
		},
	],
	default: 'submitAndWait',
};
