// Knows the workflow that outlives the worker it runs on: Submit, n8n's own Wait, Get Result, and back to Wait until
// the prediction has ended.
import type { Credential } from '../../tools/n8n/rest';
import type { WorkflowDefinition, WorkflowNode } from '../../tools/n8n/workflow';
import { branch, line, node, seedance } from '../e2e/workflows';

/** The last node, which gets the ended predictions. */
export const DONE = 'Done';

// n8n keeps a wait of less than 65 seconds in the worker's memory.
const WAIT_SECONDS = 66;

export function durable(
	trigger: WorkflowNode,
	credential: Credential,
	prompt: string,
): WorkflowDefinition {
	const submit = seedance(credential, { operation: 'submit', prompt });
	const wait = node('Wait', 'n8n-nodes-base.wait', 1.1, { amount: WAIT_SECONDS, unit: 'seconds' });
	const result = {
		...seedance(credential, { operation: 'getResult', predictionId: '={{ $json.predictionId }}' }),
		name: 'Result',
	};
	const ended = node('Ended?', 'n8n-nodes-base.if', 2.2, {
		conditions: {
			options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
			combinator: 'and',
			conditions: [
				{
					id: 'ended',
					leftValue: "={{ ['succeeded', 'failed', 'expired'].includes($json.status) }}",
					rightValue: '',
					operator: { type: 'boolean', operation: 'true', singleValue: true },
				},
			],
		},
	});
	const done = node(DONE, 'n8n-nodes-base.noOp', 1);
	return branch(line(trigger, submit, wait, result, ended, done), ended, 1, wait);
}
