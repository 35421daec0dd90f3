// The node types of an engine run: the node under test and the few standard ones that its workflows need.
import {
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type INodeTypes,
	NodeConnectionTypes,
	sleep,
	type IVersionedNodeType,
} from 'n8n-workflow';

function description(name: string, more: Partial<INodeTypeDescription>): INodeTypeDescription {
	return {
		displayName: name,
		name,
		group: ['transform'],
		version: 1,
		description: '',
		defaults: { name },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
		...more,
	};
}

/** Passes its input on. */
const noOp: INodeType = {
	description: description('noOp', {}),
	async execute(this: IExecuteFunctions) {
		return [this.getInputData()];
	},
};

/** Starts a workflow with whatever the engine put on its stack. */
const start: INodeType = { ...noOp, description: description('start', { inputs: [] }) };

/** Passes its input to the second output until it has run `rounds` times; a loop in its simplest form. */
const loop: INodeType = {
	description: description('loop', {
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		properties: [{ displayName: 'Rounds', name: 'rounds', type: 'number', default: 2 }],
	}),
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const context = this.getContext('node') as IDataObject;
		const { items } = (context.first ??= { items: this.getInputData() }) as {
			items: INodeExecutionData[];
		};
		const round = Number(context.round ?? 0);
		context.round = round + 1;
		const goesOn = round < Number(this.getNodeParameter('rounds', 0));
		return goesOn ? [[], items] : [this.getInputData(), []];
	},
};

/** Pauses a moment; n8n's own keeps the wait in its database. */
const wait: INodeType = {
	...noOp,
	description: description('wait', {}),
	async execute(this: IExecuteFunctions) {
		await sleep(20);
		return [this.getInputData()];
	},
};

/** Sends an item to the first output where its first condition is true. */
const condition: INodeType = {
	description: description('if', {
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		properties: [{ displayName: 'Conditions', name: 'conditions', type: 'json', default: {} }],
	}),
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const isTrue = (item: number) =>
			this.getNodeParameter('conditions.conditions[0].leftValue', item) === true;
		const input = this.getInputData();
		return [input.filter((_, item) => isTrue(item)), input.filter((_, item) => !isTrue(item))];
	},
};

/** Node types by name, for the engine. */
export class EngineNodeTypes implements INodeTypes {
	private readonly types: Readonly<Record<string, INodeType>>;

	constructor(own: INodeType) {
		this.types = {
			start,
			noOp,
			loop,
			'n8n-nodes-base.executeWorkflowTrigger': start,
			'n8n-nodes-base.wait': wait,
			'n8n-nodes-base.if': condition,
			'n8n-nodes-base.stickyNote': noOp,
			[own.description.name]: own,
		};
	}

	getByName(name: string): INodeType | IVersionedNodeType {
		return this.getByNameAndVersion(name);
	}

	getByNameAndVersion(name: string): INodeType {
		const found = this.types[name];
		if (!found) throw new Error(`There is no node type "${name}"`);
		return found;
	}

	getKnownTypes(): IDataObject {
		return {};
	}
}
