// Knows how a browser gets into the editor without a login form: a small page on 127.0.0.1 logs in and passes n8n's
// cookie on, since cookies are kept by host and not by port.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { OWNER } from '../n8n/session';

export interface Door {
	readonly url: string;
	close(): Promise<void>;
}

/** Opens the door to a running n8n. */
export async function openDoor(n8nUrl: string): Promise<Door> {
	const cookies = await logIn(n8nUrl);
	const server = createServer((request, response) => {
		const { port } = server.address() as AddressInfo;
		// By another name than this one a foreign page could have led here.
		if (request.headers.host !== `127.0.0.1:${port}` || request.url !== '/') {
			response.writeHead(404).end();
			return;
		}
		response.writeHead(302, { 'set-cookie': cookies, location: `${n8nUrl}/home/workflows` }).end();
	});
	await listen(server);
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** Logs in without a browser id: n8n ties a login to the browser that names itself, and to none otherwise. */
async function logIn(n8nUrl: string): Promise<string[]> {
	const answer = await fetch(`${n8nUrl}/rest/login`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ emailOrLdapLoginId: OWNER.email, password: OWNER.password }),
	});
	if (!answer.ok) throw new Error(`n8n refuses the login it was given: ${await answer.text()}`);
	return answer.headers.getSetCookie();
}

async function listen(server: Server): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(0, '127.0.0.1', resolve);
	});
}
