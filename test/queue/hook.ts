// Knows how a production execution is started: a workflow behind a webhook, which the main puts into the queue.
import { setTimeout as sleep } from 'node:timers/promises';

import { fetch } from 'undici';

import type {
	ExecutionStatus,
	Workflow,
	WorkflowDefinition,
	WorkflowNode,
} from '../../tools/n8n/workflow';
import { node } from '../e2e/workflows';
import type { Cluster } from './cluster';

const REGISTERED_WITHIN_MS = 30_000;
const NOT_ENDED: readonly ExecutionStatus[] = ['new', 'running', 'waiting'];

export function webhook(path: string): WorkflowNode {
	const parameters = { path, httpMethod: 'POST' };
	return node('Webhook', 'n8n-nodes-base.webhook', 2, parameters, { webhookId: path });
}

export class Hook {
	private constructor(
		private readonly cluster: Cluster,
		private readonly workflow: Workflow,
		private readonly url: string,
	) {}

	/** Saves a workflow that begins with `webhook(path)` and switches it on. */
	static async open(cluster: Cluster, path: string, definition: WorkflowDefinition): Promise<Hook> {
		const workflow = await cluster.rest.createWorkflow(definition);
		await cluster.rest.activate(workflow);
		return new Hook(cluster, workflow, `${cluster.main.baseUrl}/webhook/${path}`);
	}

	/** Starts one execution; `body` arrives as the webhook's `$json.body`. */
	async call(body: Record<string, unknown>): Promise<void> {
		const until = Date.now() + REGISTERED_WITHIN_MS;
		for (;;) {
			const answer = await fetch(this.url, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(body),
			});
			await answer.text();
			if (answer.ok) return;
			// In queue mode a workflow's webhook is there a moment after the workflow was switched on.
			if (answer.status !== 404 || Date.now() > until) {
				throw new Error(`The webhook answers ${answer.status}.`);
			}
			await sleep(200);
		}
	}

	/** The executions it has started, the newest first. */
	async executionIds(): Promise<string[]> {
		return (await this.list()).map(({ id }) => id);
	}

	/** Waits until as many executions have ended, and gives them all. */
	async ended(count: number): Promise<Array<{ id: string; status: ExecutionStatus }>> {
		for (;;) {
			const executions = await this.list();
			const open = executions.filter(({ status }) => NOT_ENDED.includes(status));
			if (executions.length >= count && open.length === 0) return executions;
			await sleep(500);
		}
	}

	private async list(): Promise<Array<{ id: string; status: ExecutionStatus }>> {
		return await this.cluster.rest.listExecutions(this.workflow.id);
	}
}
