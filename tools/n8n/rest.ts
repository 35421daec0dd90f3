// Knows what the editor can do over n8n's REST interface, and hides where 1.x and 2.x differ in it.
import { setTimeout as sleep } from 'node:timers/promises';

import { parse as parseFlatted } from 'flatted';
import type {
	ExecutionStatus,
	ICredentialType,
	INodeTypeDescription,
	IRunExecutionData,
} from 'n8n-workflow';

import { type LoginState, RestError, Session } from './session';
import type { Execution, Workflow, WorkflowDefinition } from './workflow';

export interface Credential {
	id: string;
	name: string;
	type: string;
}

export interface ListedExecution {
	id: string;
	status: ExecutionStatus;
	/** `integrated` for a sub-execution. */
	mode: string;
	startedAt: string;
	stoppedAt: string;
}

/** An execution as n8n answers with it: what it did is a text. */
type StoredExecution = Omit<Execution, 'runs' | 'error' | 'lastNodeExecuted'> & { data: string };

const ENDED: readonly ExecutionStatus[] = ['success', 'error', 'canceled', 'crashed'];

export class RestClient {
	private constructor(readonly session: Session) {}

	/** Logs in to a running n8n as its owner, making the account on a new one. */
	static async connect(baseUrl: string): Promise<RestClient> {
		const session = new Session(baseUrl);
		await session.logIn();
		return new RestClient(session);
	}

	/** Goes on with a login made elsewhere; n8n 1.x allows five logins in five minutes. */
	static resume({ baseUrl, browserId, cookie }: LoginState): RestClient {
		return new RestClient(new Session(baseUrl, browserId, cookie));
	}

	async close(): Promise<void> {
		await this.session.close();
	}

	/** The node types the editor would list, tool variants included. */
	async nodeTypes(): Promise<INodeTypeDescription[]> {
		const answer = await this.session.send('GET', '/types/nodes.json');
		return (await answer.json()) as INodeTypeDescription[];
	}

	async credentialTypes(): Promise<ICredentialType[]> {
		const answer = await this.session.send('GET', '/types/credentials.json');
		return (await answer.json()) as ICredentialType[];
	}

	async createCredential(
		credential: Omit<Credential, 'id'> & { readonly data: object },
	): Promise<Credential> {
		return await this.session.call('POST', '/rest/credentials', credential);
	}

	/** Saves a credential with other data, as its form does. */
	async updateCredential({ id, name, type }: Credential, data: object): Promise<void> {
		await this.session.call('PATCH', `/rest/credentials/${id}`, { name, type, data });
	}

	async deleteCredential({ id }: Credential): Promise<void> {
		await this.session.call('DELETE', `/rest/credentials/${id}`);
	}

	/** What the credential form's test says. */
	async testCredential(
		{ id, name, type }: Credential,
		data: object,
	): Promise<{ status: 'OK' | 'Error'; message: string }> {
		const credentials = { id, name, type, data };
		return await this.session.call('POST', '/rest/credentials/test', { credentials });
	}

	/** Saves a new workflow, as importing a file does. */
	async createWorkflow(definition: WorkflowDefinition): Promise<Workflow> {
		// 1.x wants `active` to be there, and either refuses the ids and times a downloaded file may carry.
		const { name, nodes, connections, settings = {} } = definition;
		// Only with the project does 1.x look for a credential of the name the file gives.
		const project = await this.session.call<{ id: string }>('GET', '/rest/projects/personal');
		const workflow = { name, nodes, connections, settings, active: false, projectId: project.id };
		return await this.session.call('POST', '/rest/workflows', workflow);
	}

	/** Switches a workflow on (2.x calls it publishing), so that its triggers and webhooks work. */
	async activate({ id, versionId }: Workflow): Promise<void> {
		const path = `/rest/workflows/${id}`;
		const answer = await this.session.send('POST', `${path}/activate`, { versionId });
		await answer.text();
		// 1.x has no such call: there it is a change of the workflow.
		if (!answer.ok) await this.session.call('PATCH', path, { versionId, active: true });
	}

	/**
	 * Starts a saved workflow as the editor's button does.
	 *
	 * @param trigger the trigger node's name
	 * @returns the execution's id, at once
	 */
	async run(workflow: Workflow, trigger: string): Promise<string> {
		const answer = await this.session.call<{ executionId?: string }>(
			'POST',
			`/rest/workflows/${workflow.id}/run`,
			// 1.x takes the workflow from the body, 2.x from its database.
			{ workflowData: workflow, triggerToStartFrom: { name: trigger }, startNodes: [] },
		);
		if (answer.executionId === undefined) {
			throw new Error(`n8n waits for a webhook instead of starting "${workflow.name}".`);
		}
		return answer.executionId;
	}

	async getExecution(id: string): Promise<Execution> {
		const path = `/rest/executions/${id}`;
		const { data, ...execution } = await this.session.call<StoredExecution>('GET', path);
		// While an execution runs there may be nothing in it yet.
		const content = data ? (parseFlatted(data) as Partial<IRunExecutionData> | undefined) : {};
		const { runData: runs = {}, error, lastNodeExecuted } = content?.resultData ?? {};
		return { ...execution, runs, error, lastNodeExecuted };
	}

	/** A workflow's executions, the newest first; sub-executions (mode `integrated`) too. */
	async listExecutions(workflowId: string): Promise<ListedExecution[]> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const path = `/rest/executions?filter=${filter}&limit=100`;
		return (await this.session.call<{ results: ListedExecution[] }>('GET', path)).results;
	}

	/** Waits until an execution has one of these statuses: any that is an end, unless told. */
	async waitFor(
		id: string,
		statuses: readonly ExecutionStatus[] = ENDED,
		withinMs = 60_000,
	): Promise<Execution> {
		const startedAt = Date.now();
		for (;;) {
			const execution = await this.getExecution(id).catch((error: unknown) => {
				if (error instanceof RestError && error.status === 404) return undefined;
				throw error;
			});
			if (execution && statuses.includes(execution.status)) return execution;
			if (Date.now() > startedAt + withinMs) {
				const status = execution?.status ?? 'not there';
				throw new Error(`Execution ${id} is ${status} after ${withinMs / 1000} s.`);
			}
			// Whoever waits for long asks less often.
			await sleep(Math.min(100 + (Date.now() - startedAt) / 30, 1_000));
		}
	}

	/** "Retry execution" of a failed one, with the workflow as it was; answers when that has one of these statuses. */
	async retry(id: string, statuses?: readonly ExecutionStatus[]): Promise<Execution> {
		// Old versions answer with the status of what has ended by then, and not with its id.
		const answer = await this.session.call<{ id: string } | ExecutionStatus>(
			'POST',
			`/rest/executions/${id}/retry`,
			{ loadWorkflow: false },
		);
		if (typeof answer === 'object') return await this.waitFor(answer.id, statuses);
		const [newest] = await this.listExecutions((await this.getExecution(id)).workflowId);
		return await this.waitFor(newest?.id ?? id, statuses);
	}

	/** Stops a running execution. */
	async stop(id: string): Promise<void> {
		await this.session.call('POST', `/rest/executions/${id}/stop`);
	}

	/** The bytes behind a binary field kept outside the execution (filesystem or database mode). */
	async download(binaryId: string): Promise<Buffer> {
		const path = `/rest/binary-data?action=download&id=${encodeURIComponent(binaryId)}`;
		const answer = await this.session.send('GET', path);
		if (!answer.ok) throw new Error(`n8n answers ${answer.status} for the file ${binaryId}.`);
		return Buffer.from(await answer.arrayBuffer());
	}
}
