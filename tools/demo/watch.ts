// Lets an onlooker see the answers a node gets, without changing anything about the node.
import type { IExecuteFunctions, INodeType } from 'n8n-workflow';

type Ask = IExecuteFunctions['helpers']['httpRequestWithAuthentication'];

function statusIn(response: unknown): string | undefined {
	const { body } = response as { body?: unknown };
	return /"status"\s*:\s*"(\w+)"/.exec(String(body))?.[1];
}

/** The same node type; `onStatus` is told of every status in an answer. */
export function watched(nodeType: INodeType, onStatus: (status: string) => void): INodeType {
	return {
		description: nodeType.description,
		async execute(this: IExecuteFunctions) {
			const { helpers } = this;
			const ask: Ask = async function (this: IExecuteFunctions, ...call) {
				const response: unknown = await helpers.httpRequestWithAuthentication.apply(this, call);
				const status = statusIn(response);
				if (status !== undefined) onStatus(status);
				return response;
			};
			const seeing = Object.create(this, {
				helpers: { value: { ...helpers, httpRequestWithAuthentication: ask } },
			}) as IExecuteFunctions;
			return (await nodeType.execute?.call(seeing)) ?? [];
		},
	};
}
