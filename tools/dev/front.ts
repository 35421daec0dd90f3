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
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import { createProxyServer } from 'http-proxy-3';

/** What a browser gets that is let in: cookies to set, and where to go with them. */
export interface Admission {
	readonly cookies: readonly string[];
	readonly path: string;
}

/** What stands behind the front. */
interface Behind {
	readonly target: string;
	readonly logIn: () => Promise<Admission>;
}

export class Front {
	readonly url: string;
	private readonly sockets = new Set<Socket>();
	private readonly proxy = createProxyServer({ ws: true });
	private readonly server = createServer((request, response) => {
		void this.answer(request, response);
	});
	private readonly door = `/door/${randomBytes(24).toString('hex')}`;
	private isDoorUsed = false;
	private behind: Behind | undefined;

	private constructor(private readonly port: number) {
		this.url = `http://127.0.0.1:${port}`;
		this.server.on('upgrade', (request, socket: Socket, head) => {
			if (this.behind && this.isMeant(request)) {
				this.proxy.ws(request, socket, head, { target: this.behind.target });
			} else {
				socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
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
		await once(front.server.listen(port, '127.0.0.1'), 'listening');
		return front;
	}

	/**
	 * From now on requests go there.
	 *
	 * @returns an address, which nobody can guess, that logs the first browser in which opens it
	 */
	openTo(target: string, logIn: () => Promise<Admission>): string {
		this.behind = { target, logIn };
		return this.url + this.door;
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
			refuse(response, 403, `This is ${this.url} and nothing else.`);
		} else if (!this.behind) {
			refuse(response, 503, 'n8n is starting.');
		} else if (request.url === this.door && request.method === 'GET') {
			await this.letIn(response, this.behind);
		} else {
			this.proxy.web(request, response, { target: this.behind.target });
		}
	}

	private async letIn(response: ServerResponse, { logIn }: Behind): Promise<void> {
		if (this.isDoorUsed) {
			const instead = 'Log in with the password shown in the terminal.';
			return refuse(response, 410, `This address has been used. ${instead}`);
		}
		this.isDoorUsed = true;
		try {
			const { cookies, path: location } = await logIn();
			response.writeHead(302, { 'set-cookie': [...cookies], location }).end();
		} catch (error) {
			refuse(response, 502, (error as Error).message);
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
