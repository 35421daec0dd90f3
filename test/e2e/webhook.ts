// Knows how a production execution is started: a workflow behind a webhook.
import { setTimeout as sleep } from 'node:timers/promises';

import { fetch } from 'undici';

import type { ListedExecution, RestClient } from '../../tools/n8n/rest';
import type {
	ExecutionStatus,
	Workflow,
	WorkflowDefinition,
	WorkflowNode,
} from '../../tools/n8n/workflow';
import { node } from './workflows';

const REGISTERED_WITHIN_MS = 30_000;
const NOT_ENDED: readonly ExecutionStatus[] = ['new', 'running', 'waiting'];

export function webhook(path: string): WorkflowNode {
	const parameters = { path, httpMethod: 'POST' };
	return node('Webhook', 'n8n-nodes-base.webhook', 2, parameters, { webhookId: path });
}

export class Hook {
	private constructor(
		private readonly rest: RestClient,
		readonly workflow: Workflow,
		private readonly url: string,
	) {}

	/** Saves a workflow that begins with `webhook(path)` and switches it on. */
	static async open(rest: RestClient, path: string, definition: WorkflowDefinition): Promise<Hook> {
		const workflow = await rest.createWorkflow(definition);
		await rest.activate(workflow);
		return new Hook(rest, workflow, `${rest.session.baseUrl}/webhook/${path}`);
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
			// A workflow's webhook is there a moment after the workflow was switched on.
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

	async areAll(status: ExecutionStatus): Promise<boolean> {
		return (await this.list()).every((one) => one.status === status);
	}

	/** When they began and ended; milliseconds. */
	async times(): Promise<Array<{ startedAt: number; stoppedAt: number }>> {
		return (await this.list()).map(({ startedAt, stoppedAt }) => ({
			startedAt: Date.parse(startedAt),
			stoppedAt: Date.parse(stoppedAt),
		}));
	}

	/** Waits until as many executions have ended, and gives them all. */
	async ended(count: number): Promise<ListedExecution[]> {
		for (;;) {
			// While n8n is down nobody answers.
			const executions = await this.list().catch(() => []);
			const open = executions.filter(({ status }) => NOT_ENDED.includes(status));
			if (executions.length >= count && open.length === 0) return executions;
			await sleep(500);
		}
	}

	private async list(): Promise<ListedExecution[]> {
		const listed = await this.rest.listExecutions(this.workflow.id);
		// A parked execution has a sub-execution, which n8n lists beside it.
		return listed.filter(({ mode }) => mode !== 'integrated');
	}
}
