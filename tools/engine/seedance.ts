// A workflow around the Seedance node, run in the real engine: what tests, demo and benchmark share.
import type {
	IDataObject,
	INode,
	INodeExecutionData,
	INodeType,
	ICredentialType,
	IRun,
	NodeParameterValueType,
	OnError,
} from 'n8n-workflow';
import { type EngineOptions, type EngineRun, execute } from './engine';

const START = 'Start';
export const SEEDANCE = 'Seedance';
export const SUCCESS = 'Success';
export const FAILED = 'Failed';

/** The node and its credential type: from the sources in tests, from `dist` in the demo and the benchmark. */
export interface Product {
	readonly nodeType: INodeType;
	readonly credentialType: ICredentialType;
}

export interface SeedanceOptions {
	readonly product: Product;
	/** Read anew for every request. */
	readonly credential: { readonly apiKey: string; readonly baseUrl: string };
	readonly parameters: Record<string, NodeParameterValueType | IDataObject>;
	readonly items?: INodeExecutionData[];
	readonly onError?: OnError;
	readonly retryOnFail?: boolean;
	readonly maxTries?: number;
	readonly waitBetweenTries?: number;
	/** Rounds of a loop around the node; none without. */
	readonly rounds?: number;
	/** The error branch leads back into the node. */
	readonly failedGoRound?: boolean;
	readonly executionId?: string;
	readonly mode?: EngineOptions['mode'];
	readonly retryOf?: EngineOptions['retryOf'];
	readonly onMessage?: EngineOptions['onMessage'];
	readonly refusesSubExecutions?: boolean;
}

function node(name: string, type: string, parameters: INode['parameters'] = {}): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters };
}

function link(to: string) {
	return { node: to, type: 'main', index: 0 } as const;
}

/** Starts Start -> Seedance -> Success, with a second output to Failed (or round again) where the node has an error branch. */
export function runSeedance(options: SeedanceOptions): EngineRun {
	const { product, credential, parameters, rounds } = options;
	const { onError, retryOnFail, maxTries, waitBetweenTries } = options;
	const seedance: INode = {
		...node(SEEDANCE, product.nodeType.description.name, parameters as INode['parameters']),
		credentials: { [product.credentialType.name]: { id: '1', name: 'GPTProto' } },
		...(onError && { onError }),
		...(retryOnFail && {
			retryOnFail,
			maxTries: maxTries ?? 2,
			waitBetweenTries: waitBetweenTries ?? 1,
		}),
	};
	const looped = rounds !== undefined;
	return execute({
		nodes: [
			node(START, 'start'),
			seedance,
			node(SUCCESS, 'noOp'),
			node(FAILED, 'noOp'),
			...(looped ? [node('Loop', 'loop', { rounds })] : []),
		],
		connections: {
			[START]: { main: [[link(looped ? 'Loop' : SEEDANCE)]] },
			...(looped && { Loop: { main: [[link(SUCCESS)], [link(SEEDANCE)]] } }),
			[SEEDANCE]: {
				main: [
					[link(looped ? 'Loop' : SUCCESS)],
					[link(options.failedGoRound ? SEEDANCE : FAILED)],
				],
			},
		},
		nodeType: product.nodeType,
		credentialTypes: [product.credentialType],
		credentials: { [product.credentialType.name]: credential },
		items: options.items ?? [{ json: {} }],
		...(options.executionId && { executionId: options.executionId }),
		...(options.mode && { mode: options.mode }),
		...(options.retryOf && { retryOf: options.retryOf }),
		...(options.onMessage && { onMessage: options.onMessage }),
		...(options.refusesSubExecutions && { refusesSubExecutions: true }),
	});
}

/** Items that a node put out: of its last round, or of the given one. */
export function itemsOf(run: IRun, nodeName: string, output = 0, round = -1): INodeExecutionData[] {
	return run.data.resultData.runData[nodeName]?.at(round)?.data?.main?.[output] ?? [];
}
