// Knows what the stand-ins for other services have in common: a server on 127.0.0.1 that takes any body as bytes.
import type { AddressInfo } from 'node:net';

import fastify, { type FastifyInstance } from 'fastify';

export abstract class StandIn {
	protected readonly server: FastifyInstance = fastify({ bodyLimit: 50_000_000 });

	/** @param port 0 for a free one */
	async listen(port = 0): Promise<this> {
		this.server.removeAllContentTypeParsers();
		this.server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
			done(null, body);
		});
		this.addRoutes();
		await this.server.listen({ port, host: '127.0.0.1' });
		return this;
	}

	get baseUrl(): string {
		return `http://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
	}

	async close(): Promise<void> {
		this.server.server.closeAllConnections();
		await this.server.close();
	}

	protected abstract addRoutes(): void;
}

/** A request's body, which came as JSON; without a body, an empty object. */
export function jsonOf<T>(body: unknown): T {
	return JSON.parse(String(body ?? '') || '{}') as T;
}
