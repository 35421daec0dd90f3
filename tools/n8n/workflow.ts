// Knows the shape of workflows and executions as far as the tools and tests read them.

export interface WorkflowNode {
	id?: string;
	name: string;
	type: string;
	typeVersion: number;
	position: [number, number];
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id: string | null; name: string }>;
	onError?: 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';
	retryOnFail?: boolean;
	maxTries?: number;
	waitBetweenTries?: number;
	[more: string]: unknown;
}

export interface Connection {
	node: string;
	type: string;
	index: number;
}

export interface WorkflowDefinition {
	name: string;
	nodes: WorkflowNode[];
	connections: Record<string, Record<string, Array<Connection[] | null>>>;
	settings?: Record<string, unknown>;
	[more: string]: unknown;
}

export interface Workflow extends WorkflowDefinition {
	id: string;
	versionId: string;
	active: boolean;
}

export interface BinaryField {
	id?: string;
	data: string;
	mimeType: string;
	fileName?: string;
	fileSize?: string;
}

export interface Item {
	json: Record<string, unknown>;
	binary?: Record<string, BinaryField>;
	pairedItem?: unknown;
}

export interface ErrorInRun {
	message: string;
	description?: string | null;
	name?: string;
	httpCode?: string | null;
	context?: Record<string, unknown>;
}

export interface NodeRun {
	startTime: number;
	executionTime: number;
	executionStatus?: string;
	error?: ErrorInRun;
	data?: Record<string, Array<Item[] | null>>;
}

export type ExecutionStatus =
	'new' | 'running' | 'waiting' | 'success' | 'error' | 'canceled' | 'crashed' | 'unknown';

export interface Execution {
	id: string;
	workflowId: string;
	status: ExecutionStatus;
	mode: string;
	finished: boolean;
	retryOf?: string | null;
	waitTill?: string | null;
	/** The error the execution ended with. */
	error?: ErrorInRun | undefined;
	lastNodeExecuted?: string | undefined;
	/** The workflow as it was when it ran. */
	workflowData: WorkflowDefinition;
	/** What each node did, by its name, one entry a run. */
	runs: Record<string, NodeRun[]>;
}

/**
 * The items a node put out.
 *
 * @param branch which output: 1 is the error branch of a node with one output
 * @param run which of the node's runs; the last unless told
 */
export function itemsOf(execution: Execution, node: string, branch = 0, run = -1): Item[] {
	const output = execution.runs[node]?.at(run)?.data ?? {};
	const [branches = []] = Object.values(output);
	return branches[branch] ?? [];
}
