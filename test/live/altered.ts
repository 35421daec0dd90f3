// A layer before the sandbox that changes what passes through it, so that answers differ from the documentation.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import type { Sandbox } from '../../sandbox';

type Json = Record<string, unknown>;

export interface Passing {
	readonly path: string;
	/** Of the request; may be changed. */
	readonly headers: Record<string, string>;
	/** Of the request; may be changed. */
	readonly sent: Json;
}

export interface Answer {
	status: number;
	headers: Record<string, string>;
	/** JSON, which may be changed. */
	body: Json;
}

export interface Altered {
	readonly baseUrl: string;
	close(): Promise<unknown>;
}

/**
 * @param onAnswer changes an answer
 * @param onRequest changes a request, before the sandbox sees it
 */
export async function altered(
	sandbox: Pick<Sandbox, 'baseUrl'>,
	onAnswer: (answer: Answer, to: Passing) => void,
	onRequest: (passing: Passing) => void = () => undefined,
): Promise<Altered> {
	const server = createServer((incoming, outgoing) => {
		void (async () => {
			const chunks: Buffer[] = [];
			for await (const chunk of incoming) chunks.push(chunk as Buffer);
			const { url: path = '', method = 'GET', headers } = incoming;
			const sent = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Json;
			const passing = { path, sent, headers: { authorization: String(headers.authorization) } };
			onRequest(passing);
			const response = await request(sandbox.baseUrl + path, {
				method: method as 'GET' | 'POST',
				headers: { ...passing.headers, 'content-type': 'application/json' },
				...(method === 'POST' && { body: JSON.stringify(passing.sent) }),
			});
			const body = (await response.body.json()) as Json;
			const type = { 'content-type': 'application/json' };
			const answer: Answer = { status: response.statusCode, headers: type, body };
			onAnswer(answer, passing);
			outgoing.writeHead(answer.status, answer.headers).end(JSON.stringify(answer.body));
		})();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
