// The workflows that are compared in a real n8n: this node, and what users build today from the nodes of n8n itself.
import type { INodeConnections } from 'n8n-workflow';

import { CREDENTIAL_TYPE, NODE_TYPE } from '../n8n/package';
import type { Credential } from '../n8n/rest';
import type { WorkflowDefinition, WorkflowNode } from '../n8n/workflow';

export const TRIGGER = 'Start';

const PICTURE_URL = 'https://example.com/picture.png';
const MODEL = 'doubao-seedance-2-0-fast-260128';

export interface Entry {
	readonly baseUrl: string;
	readonly credential: Credential;
	readonly items: number;
}

type Parameters = WorkflowNode['parameters'];

function step(
	name: string,
	type: string,
	typeVersion: number,
	parameters: Parameters = {},
): WorkflowNode {
	const fullType = type.includes('.') ? type : `n8n-nodes-base.${type}`;
	return { name, type: fullType, typeVersion, position: [0, 0], parameters };
}

/** From the trigger over the items to the last step, one line; every step may use the credential. */
function workflow(name: string, entry: Entry, steps: WorkflowNode[]): WorkflowDefinition {
	const list = Array.from({ length: entry.items }, (_, index) => ({ json: { index } }));
	const items = step('Items', 'code', 2, { jsCode: `return ${JSON.stringify(list)};` });
	const credentials = {
		[CREDENTIAL_TYPE]: { id: entry.credential.id, name: entry.credential.name },
	};
	const nodes = [step(TRIGGER, 'manualTrigger', 1), items, ...steps].map((one) => {
		return { ...one, credentials };
	});
	const line = nodes.slice(1).map((target, index) => [nodes[index]?.name, lead(target.name)]);
	return { name, nodes, connections: Object.fromEntries(line), settings: { executionOrder: 'v1' } };
}

/** The connections of a node: one list of targets for each output. */
function lead(...targets: string[]): INodeConnections {
	return { main: targets.map((node) => [{ node, type: 'main', index: 0 }]) };
}

/** This node alone. */
export function thisNode(entry: Entry, options: Parameters): WorkflowDefinition {
	const parameters = {
		prompt: '=video {{ $json.index }}',
		imageUrl: PICTURE_URL,
		downloadVideo: false,
		options,
	};
	return workflow('This node', entry, [step('Seedance', NODE_TYPE, 1, parameters)]);
}

/** HTTP Request, Wait, HTTP Request, IF, and back to Wait with what is not done. */
export function doItYourself(entry: Entry, seconds: number): WorkflowDefinition {
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
		jsonBody: `={{ { prompt: 'video ' + $json.index, image: '${PICTURE_URL}' } }}`,
	};
	const ask = { ...access, url: `=${entry.baseUrl}/api/v3/predictions/{{ $json.data.id }}/result` };
	const isDone = {
		id: 'done',
		leftValue: '={{ $json.data.status }}',
		rightValue: 'succeeded',
		operator: { type: 'string', operation: 'equals' },
	};
	const options = { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 };
	const conditions = { options, conditions: [isDone], combinator: 'and' };
	const built = workflow('Do it yourself', entry, [
		step('Submit', 'httpRequest', 4.2, submit),
		step('Wait', 'wait', 1.1, { amount: seconds, unit: 'seconds' }),
		step('Ask', 'httpRequest', 4.2, ask),
		step('Done?', 'if', 2.2, { conditions }),
		step('Videos', 'noOp', 1),
	]);
	return { ...built, connections: { ...built.connections, 'Done?': lead('Videos', 'Wait') } };
}
