// Lets an onlooker see the answers a node gets, without changing anything about the node.
import type { IExecuteFunctions, INodeType } from 'n8n-workflow';

interface Envelope {
	data?: { status?: unknown };
}

function statusIn(response: unknown): string | null {
	try {
		const { body } = response as { body?: string };
		const status = (JSON.parse(body ?? '') as Envelope).data?.status;
		return typeof status === 'string' ? status : null;
	} catch {
		return null;
	}
}

/** The same node type; `onStatus` is told of every status in an answer. */
export function watched(nodeType: INodeType, onStatus: (status: string) => void): INodeType {
	return {
		description: nodeType.description,
		async execute(this: IExecuteFunctions) {
			const { helpers } = this;
			const seeing = Object.create(this, {
				helpers: {
					value: {
						...helpers,
						async httpRequestWithAuthentication(
							this: IExecuteFunctions,
							...call: Parameters<typeof helpers.httpRequestWithAuthentication>
						) {
							const response: unknown = await helpers.httpRequestWithAuthentication.apply(
								this,
								call,
							);
							const status = statusIn(response);
							if (status !== null) onStatus(status);
							return response;
						},
					},
				},
			}) as IExecuteFunctions;
			return (await nodeType.execute?.call(seeing)) ?? [];
		},
	};
}
