// The small workflow that keeps a wait in n8n's database: n8n's own nodes, this node polling once a minute, and this node
// getting the videos at the end. Knows nothing of how it is started, and holds ids alone: no picture, prompt or key.
import type { INode, IWorkflowBase } from 'n8n-workflow';
import { PARKED } from '../messages';

/** What this node does in the parked workflow; in the hidden parameter `stage`. */
export type Stage = 'check' | 'deliver';

/**
 * n8n keeps a wait of less than 65 seconds in memory, and looks how long it is a moment after it was set: one of exactly 65 is
 * shorter by then, now and then.
 */
const WAIT_SECONDS = 66;

/** The condition of n8n's If node: nothing is left to wait for. */
const ALL_SETTLED = {
	options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
	combinator: 'and',
	conditions: [
		{
			id: 'settled',
			leftValue: '={{ $input.all().every((item) => item.json.details.parked.settled) }}',
			rightValue: '',
			operator: { type: 'boolean', operation: 'true', singleValue: true },
		},
	],
};

/**
 * @param node the node whose wait is kept: its type and credential are carried over
 * @param continues whether it continues on fail
 * @param ids predictions that are waited for, for whoever opens the execution
 * @param maxConcurrentRequests as the user set it, resolved
 */
export function parkedWorkflow(
	node: INode,
	continues: boolean,
	ids: readonly string[],
	maxConcurrentRequests: number,
): IWorkflowBase {
	const own = (name: string, stage: Stage, column: number, onError?: INode['onError']): INode => ({
		id: stage,
		name,
		type: node.type,
		typeVersion: node.typeVersion,
		position: [column * 220, 0],
		parameters: {
			operation: 'getResult',
			predictionId: '={{ $json.details.predictionId }}',
			stage,
			options: { maxConcurrentRequests },
		},
		...(node.credentials && { credentials: node.credentials }),
		...(onError && { onError }),
	});
	const standard = (
		id: string,
		name: string,
		type: string,
		typeVersion: number,
		position: [number, number],
		parameters: INode['parameters'],
	): INode => ({ id, name, type: `n8n-nodes-base.${type}`, typeVersion, position, parameters });
	const to = (name: string) => [{ node: name, type: 'main' as const, index: 0 }];
	const now = new Date();
	return {
		id: '',
		name: PARKED.workflow,
		active: false,
		isArchived: false,
		activeVersionId: null,
		createdAt: now,
		updatedAt: now,
		nodes: [
			standard('trigger', PARKED.trigger, 'executeWorkflowTrigger', 1.1, [0, 0], {
				inputSource: 'passthrough',
			}),
			standard('wait', PARKED.wait, 'wait', 1.1, [220, 0], {
				amount: WAIT_SECONDS,
				unit: 'seconds',
			}),
			own(PARKED.check, 'check', 2),
			standard('finished', PARKED.finished, 'if', 2.2, [660, 0], { conditions: ALL_SETTLED }),
			own(PARKED.deliver, 'deliver', 4, continues ? 'continueRegularOutput' : undefined),
			standard('note', PARKED.noteName, 'stickyNote', 1, [0, 180], {
				content: PARKED.note(ids),
				width: 640,
				height: 300,
			}),
		],
		connections: {
			[PARKED.trigger]: { main: [to(PARKED.wait)] },
			[PARKED.wait]: { main: [to(PARKED.check)] },
			[PARKED.check]: { main: [to(PARKED.finished)] },
			[PARKED.finished]: { main: [to(PARKED.deliver), to(PARKED.wait)] },
		},
		// The stored videos belong to this execution: n8n would delete them with one that is not saved. Where n8n has a limit
		// for all executions, the node's own timeout holds here: the workflow that waits may have been given a longer one.
		settings: {
			executionOrder: 'v1',
			executionTimeout: -1,
			callerPolicy: 'any',
			saveDataSuccessExecution: 'all',
			saveDataErrorExecution: 'all',
			saveManualExecutions: true,
		},
	};
}
