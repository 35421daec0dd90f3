// The Operation dropdown. Its values are stored in users' workflows and never change.
import type { INodeProperties } from 'n8n-workflow';

export const OPERATIONS = ['getResult', 'submit', 'submitAndWait'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Operations that send a picture and a prompt. */
export const SUBMITTING = ['submit', 'submitAndWait'] satisfies Operation[];

export const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	options: [
		{
			name: 'Get Result',
			value: 'getResult',
			action: 'Get result of image to video prediction',
			description: 'Ask for the state of a prediction and get its video once there is one',
		},
		{
			name: 'Submit',
			value: 'submit',
			action: 'Submit image to video prediction',
			description: 'Start a prediction and put out its ID at once, without waiting for the video',
		},
		{
			name: 'Submit and Wait',
			value: 'submitAndWait',
			action: 'Submit image to video prediction and wait',
			description: 'Start a prediction, wait for it and put out the finished video',
		},
	],
	default: 'submitAndWait',
};
