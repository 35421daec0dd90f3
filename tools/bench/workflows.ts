// The workflows that are compared in a real n8n: this node, and what users build today from the nodes of n8n itself.
import type { INodeConnections } from 'n8n-workflow';

import { defaultOf } from '../../nodes/SeedanceImageToVideo/description';
import { CREDENTIAL_TYPE, NODE_TYPE } from '../n8n/package';
import type { Credential } from '../n8n/rest';
import type { WorkflowDefinition, WorkflowNode } from '../n8n/workflow';
import type { Race } from './plan';

export const TRIGGER = 'Start';

const POLLING_SECONDS = Number(defaultOf('pollingInterval'));
/** What the loop of n8n's own nodes waits between two polls. */
const LOOP_SECONDS = 5;
const PROMPT = 'A video';
const PICTURE_URL = 'https://example.com/picture.png';
const MODEL = 'doubao-seedance-2-0-fast-260128';

function step(
	name: string,
	type: string,
	typeVersion: number,
	parameters: WorkflowNode['parameters'] = {},
): WorkflowNode {
	const fullType = type.includes('.') ? type : `n8n-nodes-base.${type}`;
	return { name, type: fullType, typeVersion, position: [0, 0], parameters };
}

/** The connections of a node: one target for each output. */
function lead(...targets: string[]): INodeConnections {
	return { main: targets.map((node) => [{ node, type: 'main', index: 0 }]) };
}

/** This node alone. */
function thisNode(surviveRestarts: boolean, scale: number): WorkflowNode[] {
	const options = { surviveRestarts, pollingInterval: POLLING_SECONDS / scale };
	const parameters = { prompt: PROMPT, imageUrl: PICTURE_URL, downloadVideo: false, options };
	return [step('Seedance', NODE_TYPE, 1, parameters)];
}

/** HTTP Request, Wait, HTTP Request, IF, and back to Wait with what is not done. */
function doItYourself(baseUrl: string, scale: number): WorkflowNode[] {
	const access = {
		authentication: 'predefinedCredentialType',
		nodeCredentialType: CREDENTIAL_TYPE,
	};
	const submit = {
		...access,
		method: 'POST',
		url: `${baseUrl}/api/v3/bytedance/${MODEL}/image-to-video`,
		sendBody: true,
		specifyBody: 'json',
		jsonBody: JSON.stringify({ prompt: PROMPT, image: PICTURE_URL }),
	};
	const poll = { ...access, url: `=${baseUrl}/api/v3/predictions/{{ $json.data.id }}/result` };
	const isDone = {
		id: 'done',
		leftValue: '={{ $json.data.status }}',
		rightValue: 'succeeded',
		operator: { type: 'string', operation: 'equals' },
	};
	const options = { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 };
	return [
		step('Submit', 'httpRequest', 4.2, submit),
		step('Wait', 'wait', 1.1, { amount: LOOP_SECONDS / scale, unit: 'seconds' }),
		step('Poll', 'httpRequest', 4.2, poll),
		step('Done?', 'if', 2.2, { conditions: { options, conditions: [isDone], combinator: 'and' } }),
		step('Videos', 'noOp', 1),
	];
}

/**
 * The workflow of a contender: from the trigger over the items to the last step.
 *
 * @param credential its name is the base URL
 * @param scale so many times faster than real life
 */
export function workflowOf(
	{ contender, items }: Race,
	{ id, name }: Credential,
	scale: number,
): WorkflowDefinition {
	const jsCode = `return Array.from({ length: ${items} }, () => ({ json: {} }));`;
	const isLoop = contender === 'loop';
	const nodes = [
		step(TRIGGER, 'manualTrigger', 1),
		step('Items', 'code', 2, { jsCode }),
		...(isLoop ? doItYourself(name, scale) : thisNode(contender === 'parked', scale)),
	].map((one) => ({ ...one, credentials: { [CREDENTIAL_TYPE]: { id, name } } }));
	const line = nodes.slice(1).map((target, index) => [nodes[index]?.name, lead(target.name)]);
	const connections = Object.fromEntries(line) as WorkflowDefinition['connections'];
	if (isLoop) connections['Done?'] = lead('Videos', 'Wait');
	return { name: 'Benchmark', nodes, connections, settings: { executionOrder: 'v1' } };
}
