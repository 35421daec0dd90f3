// Knows how to write down the small workflows the end-to-end tests run.
import { CREDENTIAL_TYPE, NODE_TYPE } from '../../tools/n8n/package';
import type { Credential } from '../../tools/n8n/rest';
import type { Connection, WorkflowDefinition, WorkflowNode } from '../../tools/n8n/workflow';

/** The fields of an output item with Simplify on, in their order. */
export const SIMPLIFIED_FIELDS = [
	'predictionId',
	'status',
	'model',
	'videoUrl',
	'failureReason',
	'width',
	'height',
	'hasNsfwContent',
	'executionTime',
	'createdAt',
];

export const START = 'Start';
export const SEEDANCE = 'Seedance';

/** Small, so that a data URI stays short; the sandbox asks no minimum size. */
export const PICTURE_URL = 'https://tos.gptproto.com/resource/cat.png';

export function node(
	name: string,
	type: string,
	typeVersion: number,
	parameters: Record<string, unknown> = {},
	more: Partial<WorkflowNode> = {},
): WorkflowNode {
	return { name, type, typeVersion, position: [0, 0], parameters, ...more };
}

export function start(): WorkflowNode {
	return node(START, 'n8n-nodes-base.manualTrigger', 1);
}

/** A node that puts out these items. */
export function items(list: ReadonlyArray<Record<string, unknown>>, name = 'Items'): WorkflowNode {
	const code = `return ${JSON.stringify(list.map((json) => ({ json })))};`;
	return node(name, 'n8n-nodes-base.code', 2, { jsCode: code });
}

/** As many items as asked for, each with a prompt of its own. */
export function prompts(count: number): Array<{ prompt: string }> {
	return Array.from({ length: count }, (_, index) => ({ prompt: `Prompt ${index}` }));
}

/** The node under test, polling quickly. */
export function seedance(
	credential: Credential,
	parameters: Record<string, unknown> = {},
	more: Partial<WorkflowNode> = {},
): WorkflowNode {
	const { options, ...own } = parameters;
	return node(
		SEEDANCE,
		NODE_TYPE,
		1,
		{
			imageUrl: PICTURE_URL,
			prompt: '={{ $json.prompt ?? "The cat looks up" }}',
			resolution: '480p',
			duration: 4,
			...own,
			options: { pollingInterval: 0.1, timeoutMinutes: 1, ...(options as object | undefined) },
		},
		{ credentials: { [CREDENTIAL_TYPE]: { id: credential.id, name: credential.name } }, ...more },
	);
}

/** Joins the nodes to one line. */
export function line(...nodes: WorkflowNode[]): WorkflowDefinition {
	const connections: WorkflowDefinition['connections'] = {};
	nodes.slice(1).forEach((target, index) => {
		const source = nodes[index] as WorkflowNode;
		connections[source.name] = { main: [[to(target)]] };
	});
	return { name: `Test ${Math.random()}`, nodes, connections, settings: { executionOrder: 'v1' } };
}

/** Adds a node at another output of one that is there: output 1 is the error branch. */
export function branch(
	workflow: WorkflowDefinition,
	from: WorkflowNode,
	output: number,
	target: WorkflowNode,
): WorkflowDefinition {
	const outputs = [...(workflow.connections[from.name]?.main ?? [])];
	while (outputs.length <= output) outputs.push([]);
	outputs[output] = [...(outputs[output] ?? []), to(target)];
	const known = workflow.nodes.includes(target);
	return {
		...workflow,
		nodes: known ? workflow.nodes : [...workflow.nodes, target],
		connections: { ...workflow.connections, [from.name]: { main: outputs } },
	};
}

function to(target: WorkflowNode): Connection {
	return { node: target.name, type: 'main', index: 0 };
}
