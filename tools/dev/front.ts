// Knows the one address a browser uses in `npm run dev`: a proxy before n8n that answers only to its own name, and a
// door in it that logs a browser in, once. Must not know what n8n is or how it is started.
//
// n8n does not look at the `Host` of a request. A web page that rebinds its own name to 127.0.0.1 would count as n8n's
// own page there, and n8n runs code. So n8n itself listens at an address and a port made by chance (`hiddenAddress`),
// which no page can find by trying, and everything goes through here.
//
// What remains: another user of this machine can find n8n's own port in the list of open ports. There as here they meet
// n8n's login, whose password is made anew at every start and stands in this terminal only. And where only 127.0.0.1
// exists (macOS, Windows), a page could try all ports; it would find the same login. n8n's task broker listens on
// 127.0.0.1 as well; it answers to a secret that n8n makes at each start.
import { randomBytes, randomInt } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import { createProxyServer } from 'http-proxy-3';

/** What lets a browser in: cookies to set, and where to go with them. */
export interface Admission {
	readonly cookies: readonly string[];
	readonly path: string;
}

export class Front {
	private readonly sockets = new Set<Socket>();
	private readonly doors = new Map<string, () => Promise<Admission>>();
	private readonly proxy = createProxyServer({ ws: true });
	private readonly server: Server;
	private target: string | undefined;

	private constructor(private readonly port: number) {
		this.server = createServer((request, response) => void this.answer(request, response));
		this.server.on('upgrade', (request, socket: Socket, head) => {
			if (!this.isMeant(request) || this.target === undefined) {
				socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
			} else {
				this.proxy.ws(request, socket, head, { target: this.target });
			}
		});
		this.server.on('connection', (socket) => {
			this.sockets.add(socket);
			socket.on('close', () => this.sockets.delete(socket));
		});
		this.proxy.on('error', (_error, _request, to) => {
			if (!to || !('writeHead' in to) || to.headersSent) to?.destroy();
			else refuse(to, 502, 'n8n does not answer; it may be starting again.');
		});
	}

	/** @throws Error with code EADDRINUSE where something else uses the port */
	static async open(port: number): Promise<Front> {
		const front = new Front(port);
		await new Promise<void>((resolve, reject) => {
			front.server.once('error', reject);
			front.server.listen(port, '127.0.0.1', resolve);
		});
		return front;
	}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	/** From now on requests go there. */
	forwardTo(url: string): void {
		this.target = url;
	}

	/**
	 * Makes an address that logs the first browser in which opens it.
	 *
	 * @returns the address, which nobody can guess
	 */
	openDoor(logIn: () => Promise<Admission>): string {
		const path = `/door/${randomBytes(24).toString('hex')}`;
		this.doors.set(path, logIn);
		return this.url + path;
	}

	async close(): Promise<void> {
		const closed = new Promise((resolve) => this.server.close(resolve));
		for (const socket of this.sockets) socket.destroy();
		await closed;
	}

	private isMeant({ headers }: IncomingMessage): boolean {
		return ['127.0.0.1', 'localhost'].some((name) => headers.host === `${name}:${this.port}`);
	}

	private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		if (!this.isMeant(request)) {
			return refuse(response, 403, `This is ${this.url} and nothing else.`);
		}
		const path = request.url ?? '';
		const logIn = this.doors.get(path);
		if (logIn && request.method === 'GET') {
			this.doors.delete(path);
			try {
				const { cookies, path: location } = await logIn();
				response.writeHead(302, { 'set-cookie': [...cookies], location }).end();
			} catch (error) {
				refuse(response, 502, (error as Error).message);
			}
		} else if (path.startsWith('/door/')) {
			refuse(
				response,
				410,
				'This address has been used. Log in with the password shown in the terminal.',
			);
		} else if (this.target === undefined) {
			refuse(response, 503, 'n8n is starting.');
		} else {
			this.proxy.web(request, response, { target: this.target });
		}
	}
}

function refuse(response: ServerResponse, status: number, why: string): void {
	response.writeHead(status, { 'content-type': 'text/plain' }).end(`${why}\n`);
}

/** A loopback address made by chance, where the system has all of 127.0.0.0/8; else 127.0.0.1. */
export function hiddenAddress(): string {
	if (process.platform !== 'linux') return '127.0.0.1';
	return ['127', ...[0, 0, 0].map(() => randomInt(1, 255))].join('.');
}
