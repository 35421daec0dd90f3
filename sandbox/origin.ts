// Knows how to keep an HTTP origin on a port of 127.0.0.1: whom it answers, what it records of a request, its
// sockets, going offline, closing at once. Must not know what is served.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { errors, sendError } from './answers';

export type OriginName = 'api' | 'media' | 'elsewhere';

export interface RecordedRequest {
	readonly origin: OriginName;
	readonly method: string;
	/** With the query string. */
	readonly path: string;
	readonly headers: IncomingHttpHeaders;
	/** When its headers had arrived, by `performance.now()`. */
	readonly atMs: number;
	/** Length of the body as received. */
	bodyBytes: number;
	/** The JSON body; long strings (pictures) are replaced by a note. Undefined when there is none. */
	body?: unknown;
	/** Status of the answer; undefined as long as there is none, and for a hang or a reset. */
	status?: number;
}

/** Room for two pictures of 30 MB as data URIs. */
const largestBodyBytes = 96 * 1024 * 1024;
/** Of an id in an address; Fastify's own limit is 100. */
const longestIdBytes = 8 * 1024;

declare module 'fastify' {
	interface FastifyRequest {
		record: RecordedRequest;
	}
}

export class Origin {
	private readonly sockets = new Set<Socket>();
	private port = 0;

	private constructor(
		readonly app: FastifyInstance,
		private readonly server: Server,
	) {
		server.on('connection', (socket) => {
			this.sockets.add(socket);
			socket.on('close', () => this.sockets.delete(socket));
		});
	}

	/** An origin that records each request in `requests`; it listens after `open()`. */
	static create(name: OriginName, requests: RecordedRequest[]): Origin {
		let server: Server | undefined;
		const app = Fastify({
			bodyLimit: largestBodyBytes,
			routerOptions: { maxParamLength: longestIdBytes },
			// A connection closed for idleness just as a request leaves would be a fault nobody planned.
			serverFactory: (handler) => (server = createServer({ keepAliveTimeout: 75_000 }, handler)),
		});
		app.addHook('onRequest', async (incoming) => {
			incoming.record = {
				origin: name,
				method: incoming.method,
				path: incoming.url,
				headers: incoming.headers,
				atMs: performance.now(),
				bodyBytes: 0,
			};
			requests.push(incoming.record);
		});
		// A page in the developer's browser can give its own host name our address (DNS rebinding).
		app.addHook('onRequest', async ({ headers: { host = '' }, socket }, reply) => {
			const names = ['127.0.0.1', 'localhost', '[::1]'];
			const hosts = names.map((name) => new URL(`http://${name}:${socket.localPort}`).host);
			if (hosts.includes(host.toLowerCase())) return undefined;
			return sendError(reply, errors.misdirected(host));
		});
		app.addHook('onSend', async (incoming, reply, payload) => {
			incoming.record.status = reply.statusCode;
			return payload;
		});
		if (!server) throw new Error('Fastify made no server');
		return new Origin(app, server);
	}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	/**
	 * Starts listening.
	 * @param port 0 takes a free one
	 * @throws EADDRINUSE when the port is taken
	 */
	async open(port: number): Promise<void> {
		await this.app.ready();
		await this.listen(port);
	}

	/** Closes the listening socket and every connection: connecting is then refused. */
	async goOffline(): Promise<void> {
		if (!this.server.listening) return;
		const closed = new Promise((resolve) => this.server.close(resolve));
		this.dropConnections();
		await closed;
	}

	/** Listens again on the same port. */
	async comeBack(): Promise<void> {
		if (!this.server.listening) await this.listen(this.port);
	}

	async close(): Promise<void> {
		await this.goOffline();
		await this.app.close();
	}

	private dropConnections(): void {
		for (const socket of this.sockets) socket.destroy();
	}

	private async listen(port: number): Promise<void> {
		await new Promise<void>((resolve, reject) => {
			this.server.once('error', reject);
			this.server.listen(port, '127.0.0.1', () => {
				this.server.off('error', reject);
				resolve();
			});
		});
		this.port = (this.server.address() as AddressInfo).port;
	}
}
