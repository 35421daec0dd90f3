// Knows the shape of workflows and executions where n8n's REST interface has another one than n8n-workflow says.
import type {
	ExecutionStatus,
	IConnection,
	IConnections,
	INode,
	INodeExecutionData,
	IRunData,
	IWorkflowSettings,
} from 'n8n-workflow';

export type { ExecutionStatus, IConnection as Connection, INodeExecutionData as Item };

/** A node as a file may have it: n8n makes the id. */
export interface WorkflowNode extends Omit<INode, 'id' | 'parameters'> {
	id?: string;
	parameters: Record<string, unknown>;
}

export interface WorkflowDefinition {
	name: string;
	nodes: WorkflowNode[];
	connections: IConnections;
	settings?: IWorkflowSettings;
}

export interface Workflow extends WorkflowDefinition {
	id: string;
	versionId: string;
}

export interface Execution {
	id: string;
	workflowId: string;
	status: ExecutionStatus;
	mode: string;
	retryOf?: string | null;
	/** The error the execution ended with. */
	error:
		(Error & { description?: string | null | undefined; httpCode?: string | null }) | undefined;
	lastNodeExecuted: string | undefined;
	/** "Highlighted data". */
	customData?: Readonly<Record<string, string>>;
	/** The workflow as it was when it ran. */
	workflowData: WorkflowDefinition;
	/** What each node did, by its name, one entry a run. */
	runs: IRunData;
}

/**
 * The items a node put out.
 *
 * @param branch which output: 1 is the error branch of a node with one output
 * @param run which of the node's runs; the last unless told
 */
export function itemsOf(
	{ runs }: Pick<Execution, 'runs'>,
	node: string,
	branch = 0,
	run = -1,
): INodeExecutionData[] {
	const [branches = []] = Object.values(runs[node]?.at(run)?.data ?? {});
	return branches[branch] ?? [];
}
