// The workflows that are compared in a real n8n: ours, and what users build today from the nodes of n8n itself.
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
	readonly intervalSeconds: number;
}

function node(
	name: string,
	type: string,
	typeVersion: number,
	parameters: Record<string, unknown> = {},
	credential?: Credential,
): WorkflowNode {
	return {
		name,
		type: type.includes('.') ? type : `n8n-nodes-base.${type}`,
		typeVersion,
		position: [0, 0],
		parameters,
		...(credential && {
			credentials: { [CREDENTIAL_TYPE]: { id: credential.id, name: credential.name } },
		}),
	};
}

function start(items: number): WorkflowNode[] {
	const list = Array.from({ length: items }, (_, index) => ({ json: { index } }));
	return [
		node(TRIGGER, 'manualTrigger', 1),
		node('Items', 'code', 2, { jsCode: `return ${JSON.stringify(list)};` }),
	];
}

const to = (name: string) => ({ node: name, type: 'main', index: 0 });

export function ours({ credential, items, intervalSeconds }: Entry): WorkflowDefinition {
	const parameters = {
		operation: 'submitAndWait',
		prompt: '=video {{ $json.index }}',
		imageUrl: PICTURE_URL,
		downloadVideo: false,
		options: { pollingInterval: intervalSeconds },
	};
	return {
		name: 'Ours',
		nodes: [...start(items), node('Seedance', NODE_TYPE, 1, parameters, credential)],
		connections: {
			[TRIGGER]: { main: [[to('Items')]] },
			Items: { main: [[to('Seedance')]] },
		},
		settings: { executionOrder: 'v1' },
	};
}

/** HTTP Request, Wait, HTTP Request, IF, and back to Wait with what is not done. */
export function doItYourself(entry: Entry): WorkflowDefinition {
	const { baseUrl, credential, items, intervalSeconds } = entry;
	const authentication = {
		authentication: 'predefinedCredentialType',
		nodeCredentialType: CREDENTIAL_TYPE,
	};
	const submit = {
		...authentication,
		method: 'POST',
		url: `${baseUrl}/api/v3/bytedance/${MODEL}/image-to-video`,
		sendBody: true,
		specifyBody: 'json',
		jsonBody: `={{ { prompt: 'video ' + $json.index, image: '${PICTURE_URL}' } }}`,
	};
	const ask = {
		...authentication,
		url: `=${baseUrl}/api/v3/predictions/{{ $json.data.id }}/result`,
	};
	const isDone = {
		conditions: {
			options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
			conditions: [
				{
					id: 'done',
					leftValue: '={{ $json.data.status }}',
					rightValue: 'succeeded',
					operator: { type: 'string', operation: 'equals' },
				},
			],
			combinator: 'and',
		},
	};
	return {
		name: 'Do it yourself',
		nodes: [
			...start(items),
			node('Submit', 'httpRequest', 4.2, submit, credential),
			node('Wait', 'wait', 1.1, { amount: intervalSeconds, unit: 'seconds' }),
			node('Ask', 'httpRequest', 4.2, ask, credential),
			node('Done?', 'if', 2.2, isDone),
			node('Videos', 'noOp', 1),
		],
		connections: {
			[TRIGGER]: { main: [[to('Items')]] },
			Items: { main: [[to('Submit')]] },
			Submit: { main: [[to('Wait')]] },
			Wait: { main: [[to('Ask')]] },
			Ask: { main: [[to('Done?')]] },
			'Done?': { main: [[to('Videos')], [to('Wait')]] },
		},
		settings: { executionOrder: 'v1' },
	};
}
