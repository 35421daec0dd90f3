// The workflows that are compared in a real n8n: this node, and what users build today from the nodes of n8n itself.
import type { INodeConnections } from 'n8n-workflow';

import { CREDENTIAL_TYPE, NODE_TYPE } from '../n8n/package';
import type { Credential } from '../n8n/rest';
import type { WorkflowDefinition, WorkflowNode } from '../n8n/workflow';
import { LOOP_SECONDS, POLLING_SECONDS, type Race } from './plan';

export const TRIGGER = 'Start';

const PROMPT = 'A video';
const PICTURE_URL = 'https://example.com/picture.png';
const MODEL = 'doubao-seedance-2-0-fast-260128';

export interface Entry {
	readonly baseUrl: string;
	readonly credential: Credential;
	readonly items: number;
	/** So many times faster than real life. */
	readonly scale: number;
}

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

/** From the trigger over the items to the last step, one line; every step may use the credential. */
function workflow({ items, credential }: Entry, steps: WorkflowNode[]): WorkflowDefinition {
	const jsCode = `return Array.from({ length: ${items} }, () => ({ json: {} }));`;
	const { id, name } = credential;
	const nodes = [
		step(TRIGGER, 'manualTrigger', 1),
		step('Items', 'code', 2, { jsCode }),
		...steps,
	].map((one) => ({ ...one, credentials: { [CREDENTIAL_TYPE]: { id, name } } }));
	const line = nodes.slice(1).map((target, index) => [nodes[index]?.name, lead(target.name)]);
	const connections = Object.fromEntries(line);
	return { name: 'Benchmark', nodes, connections, settings: { executionOrder: 'v1' } };
}

/** This node alone. */
function thisNode(entry: Entry, surviveRestarts: boolean): WorkflowDefinition {
	const options = { surviveRestarts, pollingInterval: POLLING_SECONDS / entry.scale };
	const parameters = { prompt: PROMPT, imageUrl: PICTURE_URL, downloadVideo: false, options };
	return workflow(entry, [step('Seedance', NODE_TYPE, 1, parameters)]);
}

/** HTTP Request, Wait, HTTP Request, IF, and back to Wait with what is not done. */
function doItYourself(entry: Entry): WorkflowDefinition {
	const access = {
		authentication: 'predefinedCredentialType',
		nodeCredentialType: CREDENTIAL_TYPE,
	};
	const submit = {
		...access,
		method: 'POST',
		url: `${entry.baseUrl}/api/v3/bytedance/${MODEL}/image-to-video`,
		sendBody: true,
		specifyBody: 'json',
		jsonBody: JSON.stringify({ prompt: PROMPT, image: PICTURE_URL }),
	};
	const poll = {
		...access,
		url: `=${entry.baseUrl}/api/v3/predictions/{{ $json.data.id }}/result`,
	};
	const isDone = {
		id: 'done',
		leftValue: '={{ $json.data.status }}',
		rightValue: 'succeeded',
		operator: { type: 'string', operation: 'equals' },
	};
	const options = { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 };
	const built = workflow(entry, [
		step('Submit', 'httpRequest', 4.2, submit),
		step('Wait', 'wait', 1.1, { amount: LOOP_SECONDS / entry.scale, unit: 'seconds' }),
		step('Poll', 'httpRequest', 4.2, poll),
		step('Done?', 'if', 2.2, { conditions: { options, conditions: [isDone], combinator: 'and' } }),
		step('Videos', 'noOp', 1),
	]);
	return { ...built, connections: { ...built.connections, 'Done?': lead('Videos', 'Wait') } };
}

export function workflowOf(contender: Race['contender'], entry: Entry): WorkflowDefinition {
	return contender === 'loop' ? doItYourself(entry) : thisNode(entry, contender === 'parked');
}
