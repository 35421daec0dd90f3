// A workflow around the Seedance node, run in the real engine: what tests, demo and benchmark share.
import type {
	IDataObject,
	INode,
	INodeExecutionData,
	IRun,
	NodeParameterValueType,
} from 'n8n-workflow';
import { type EngineOptions, type EngineRun, execute } from './engine';

const START = 'Start';
const LOOP = 'Loop';
export const SEEDANCE = 'Seedance';
export const SUCCESS = 'Success';
export const FAILED = 'Failed';

/** Options of the run, of the node as n8n's node settings have them, and of the workflow around it. */
export interface SeedanceOptions
	extends EngineOptions, Pick<INode, 'onError' | 'continueOnFail' | 'retryOnFail' | 'maxTries'> {
	readonly parameters: Record<string, NodeParameterValueType | IDataObject>;
	/** Rounds of a loop around the node; none without. */
	readonly rounds?: number;
	/** The error branch leads back into the node. */
	readonly failedGoRound?: boolean;
}

function node(name: string, type: string, parameters: INode['parameters'] = {}): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters };
}

function link(to: string) {
	return { node: to, type: 'main', index: 0 } as const;
}

/** Starts Start -> Seedance -> Success, with a second output to Failed (or round again) where the node has an error branch. */
export function runSeedance(options: SeedanceOptions): EngineRun {
	const { product, parameters, rounds, failedGoRound } = options;
	const { onError, continueOnFail, retryOnFail, maxTries = 2 } = options;
	const seedance: INode = {
		...node(SEEDANCE, product.nodeType.description.name, parameters as INode['parameters']),
		credentials: { [product.credentialType.name]: { id: '1', name: 'GPTProto' } },
		...(onError && { onError }),
		...(continueOnFail && { continueOnFail }),
		...(retryOnFail && { retryOnFail, maxTries, waitBetweenTries: 1 }),
	};
	const isLooped = rounds !== undefined;
	const nodes = [
		node(START, 'start'),
		seedance,
		node(SUCCESS, 'noOp'),
		node(FAILED, 'noOp'),
		...(isLooped ? [node(LOOP, 'loop', { rounds })] : []),
	];
	const connections = {
		[START]: { main: [[link(isLooped ? LOOP : SEEDANCE)]] },
		...(isLooped && { [LOOP]: { main: [[link(SUCCESS)], [link(SEEDANCE)]] } }),
		[SEEDANCE]: {
			main: [[link(isLooped ? LOOP : SUCCESS)], [link(failedGoRound ? SEEDANCE : FAILED)]],
		},
	};
	return execute({ nodes, connections }, options);
}

/** Items that a node put out: of its last round, or of the given one. */
export function itemsOf(run: IRun, nodeName: string, output = 0, round = -1): INodeExecutionData[] {
	return run.data.resultData.runData[nodeName]?.at(round)?.data?.main?.[output] ?? [];
}
