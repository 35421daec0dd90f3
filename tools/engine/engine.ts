// Runs a workflow in n8n's real engine (WorkflowExecute of n8n-core), without n8n around it.
import { ExecutionLifecycleHooks, WorkflowExecute } from 'n8n-core';
import {
	createRunExecutionData,
	type ExecuteWorkflowData,
	type ExecuteWorkflowOptions,
	type IConnections,
	type ICredentialType,
	type IExecuteWorkflowInfo,
	type INode,
	type INodeExecutionData,
	type INodeType,
	type IRun,
	type IRunExecutionData,
	type IWorkflowBase,
	type IWorkflowExecuteAdditionalData,
	type IWorkflowSettings,
	Workflow,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { EngineCredentials } from './credentials';
import { EngineNodeTypes } from './node-types';

/** The node and its credential type: from the sources in tests, from `dist` in the demo and the benchmark. */
export interface Product {
	readonly nodeType: INodeType;
	readonly credentialType: ICredentialType;
}

export interface EngineOptions {
	readonly product: Product;
	/** Decrypted; read anew for every request. */
	readonly credential: { readonly apiKey: string; readonly baseUrl: string };
	/** Items that the first node starts with; an empty one unless given. */
	readonly items?: INodeExecutionData[];
	readonly executionId?: string;
	readonly mode?: WorkflowExecuteMode;
	/** Of the workflow. */
	readonly settings?: IWorkflowSettings;
	/** The data of a failed execution, to run it again as n8n's "Retry execution" does. */
	readonly retryOf?: IRunExecutionData | undefined;
	/** As an n8n that cannot start another execution just now. */
	readonly refusesSubExecutions?: boolean;
	/** As an n8n in which a sub-execution comes to its end without a wait in the database. */
	readonly subExecutionsEndAtOnce?: boolean;
	/** Gets what the node sends to the editor. */
	readonly onMessage?: (type: string, data: unknown) => void;
}

export interface EngineRun {
	readonly finished: Promise<IRun>;
	/** Sub-executions that its nodes started from a workflow given inline; they go on by themselves. */
	readonly subExecutions: readonly EngineRun[];
	/** As the editor's stop button. */
	cancel(): void;
}

/**
 * Starts a sub-execution as n8n's Wait node leaves it to whoever started it: still waiting. What n8n does with its end,
 * which is to go on with the parent, is not n8n-core's affair.
 */
function subExecutions(options: EngineOptions, started: EngineRun[]) {
	return async (
		{ code }: IExecuteWorkflowInfo,
		_: unknown,
		{ inputData: items }: ExecuteWorkflowOptions,
	): Promise<ExecuteWorkflowData> => {
		if (!code || !items) throw new Error('The engine of the tests runs inline workflows only');
		if (options.refusesSubExecutions) throw new Error('No place for a sub-execution');
		const executionId = `${options.executionId ?? '1'}.${started.length + 1}`;
		started.push(execute(code, { ...options, items, retryOf: undefined, executionId }));
		if (!options.subExecutionsEndAtOnce)
			return { executionId, data: [items], waitTill: new Date() };
		const { data } = await (started.at(-1) as EngineRun).finished;
		const { lastNodeExecuted = '', runData, error } = data.resultData;
		if (error) throw error;
		return { executionId, data: [runData[lastNodeExecuted]?.at(-1)?.data?.main?.[0] ?? []] };
	};
}

/** What n8n gives its engine, as far as this node's executions ask for it. */
export function additionalData(
	options: EngineOptions,
	workflow: IWorkflowBase,
	started: EngineRun[] = [],
): IWorkflowExecuteAdditionalData {
	const { product, credential, executionId = '1', mode = 'trigger', onMessage } = options;
	const url = 'http://127.0.0.1/';
	return {
		credentialsHelper: new EngineCredentials(product.credentialType, credential),
		hooks: new ExecutionLifecycleHooks(mode, executionId, workflow),
		executionId,
		executeWorkflow: subExecutions(options, started),
		currentNodeExecutionIndex: 0,
		restApiUrl: url,
		instanceBaseUrl: url,
		formWaitingBaseUrl: url,
		webhookWaitingBaseUrl: url,
		variables: {},
		logAiEvent: () => undefined,
		setExecutionStatus: () => undefined,
		sendDataToUI: (type: string, data: unknown) => onMessage?.(type, data),
	} as unknown as IWorkflowExecuteAdditionalData;
}

/**
 * As n8n prepares a failed execution for its retry "with currently saved workflow": stored, read back, the failed
 * node's last run taken off, its node as the workflow has it now.
 */
function preparedForRetry(failed: IRunExecutionData, nodes: readonly INode[]): IRunExecutionData {
	const data = JSON.parse(JSON.stringify(failed)) as IRunExecutionData;
	for (const waiting of data.executionData?.nodeExecutionStack ?? []) {
		waiting.node = nodes.find(({ name }) => name === waiting.node.name) ?? waiting.node;
	}
	delete data.resultData.error;
	const last = data.resultData.lastNodeExecuted;
	const runs = last === undefined ? undefined : data.resultData.runData[last];
	if (runs?.at(-1)?.error) runs.pop();
	return data;
}

function firstRun(first: INode, items: INodeExecutionData[]): IRunExecutionData {
	return createRunExecutionData({
		startData: {},
		resultData: { runData: {} },
		executionData: {
			contextData: {},
			nodeExecutionStack: [{ node: first, data: { main: [items] }, source: null }],
			metadata: {},
			waitingExecution: {},
			waitingExecutionSource: {},
		},
	});
}

/** Starts a workflow with its first node. */
export function execute(
	{ nodes, connections }: { readonly nodes: INode[]; readonly connections: IConnections },
	options: EngineOptions,
): EngineRun {
	const { product, items = [{ json: {} }], mode = 'trigger', retryOf } = options;
	const [first] = nodes;
	if (!first) throw new Error('A workflow needs a node');
	const base = { id: 'workflow', name: 'workflow', nodes, connections, active: false };
	const nodeTypes = new EngineNodeTypes(product.nodeType);
	const settings = { executionOrder: 'v1', ...options.settings } as const;
	const workflow = new Workflow({ ...base, nodeTypes, settings });
	const data = retryOf ? preparedForRetry(retryOf, nodes) : firstRun(first, items);
	const started: EngineRun[] = [];
	const additional = additionalData(options, base as IWorkflowBase, started);
	const running = new WorkflowExecute(additional, mode, data).processRunExecutionData(workflow);
	return { finished: running, subExecutions: started, cancel: () => running.cancel() };
}
