// Knows how an execution with Survive Restarts is written down, found in its parked state, and compared with one
// that waits in memory.
import { setTimeout as sleep } from 'node:timers/promises';

import type { Sandbox } from '../../sandbox';
import type { Credential, RestClient } from '../../tools/n8n/rest';
import {
	type Execution,
	type Item,
	itemsOf,
	type Workflow,
	type WorkflowNode,
} from '../../tools/n8n/workflow';
import { seedance } from './workflows';

/** How long the longest case takes: two waits of n8n, one after the other, and a busy machine. */
export const PARKED_WITHIN_MS = 600_000;

/** The node under test with the option on, and a timeout that leaves n8n its time. */
export function survivor(
	credential: Credential,
	parameters: Record<string, unknown> = {},
	more: Partial<WorkflowNode> = {},
): WorkflowNode {
	const options = {
		surviveRestarts: true,
		timeoutMinutes: 10,
		...(parameters.options as object | undefined),
	};
	return seedance(credential, { ...parameters, options }, more);
}

/** The ids of the sub-executions that keep the waits of a workflow's executions, the newest first. */
export async function keepersOf(rest: RestClient, workflow: Workflow): Promise<string[]> {
	const listed = await rest.listExecutions(workflow.id);
	return listed.filter(({ mode }) => mode === 'integrated').map(({ id }) => id);
}

/** Waits until a parked execution has ended. */
export async function ended(rest: RestClient, id: string): Promise<Execution> {
	return await rest.waitFor(id, undefined, PARKED_WITHIN_MS);
}

/** Waits until something is so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
	while (!(await isSo())) await sleep(100);
}

/** How often each prompt was accepted, and so paid for. */
export function paid(sandbox: Sandbox, prefix: string): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const { body } of sandbox.predictions) {
		if (body.prompt.startsWith(prefix)) counts[body.prompt] = (counts[body.prompt] ?? 0) + 1;
	}
	return counts;
}

/**
 * All a node put out on both its branches, without what differs between any two runs, and without what a retry does:
 * n8n does not run the node again after a parked wait.
 */
export function comparable(sandbox: Sandbox, execution: Execution, node: string): unknown {
	return [0, 1].map((branch) =>
		itemsOf(execution, node, branch).map(({ json, binary, pairedItem }: Item) => {
			const fields = Object.entries(binary ?? {}).map(([name, { mimeType, fileName }]) => [
				name,
				mimeType,
				fileName,
			]);
			let text = JSON.stringify({ json, fields, pairedItem });
			for (const { id, body } of sandbox.predictions) {
				text = text.replaceAll(id, `id of ${body.prompt}`);
			}
			return JSON.parse(
				text
					.replace(/signature=\w+/g, 'signature')
					.replace(/"(createdAt|created_at)":"[^"]+"/g, '"$1":"then"')
					.replace(/"(executionTime|execution_time)":\d+/g, '"$1":1')
					.replace(/"timings":\{[^}]*\}/g, '"timings":{}')
					.replace(/ (parked|in memory)/g, '')
					.replace(/ Retry On Fail, and [^.]* submit the item again\./g, ''),
			) as unknown;
		}),
	);
}
