// Knows how n8n's own editor talks to n8n: the login cookie, the browser id, the `data` around every answer.
import { randomBytes, randomUUID } from 'node:crypto';

import { Agent, fetch, type Response } from 'undici';

/** The account of every n8n that this process starts. Whoever knows the password can run code as this user. */
export const OWNER = {
	email: 'owner@example.com',
	firstName: 'Local',
	lastName: 'Owner',
	// n8n asks for a capital and a digit.
	password: `N8n-${randomBytes(18).toString('base64url')}`,
};

export class RestError extends Error {
	constructor(
		message: string,
		readonly status: number,
	) {
		super(message);
	}
}

/** What another process needs to go on with a login. */
export interface LoginState {
	readonly baseUrl: string;
	readonly browserId: string;
	readonly cookie: string;
}

export class Session {
	// n8n is restarted and killed under this client: no connection outlives its request.
	private readonly connections = new Agent({ pipelining: 0, headersTimeout: 0, bodyTimeout: 0 });

	/** @param browserId n8n ties a login to the browser that names itself, and to none where this is empty */
	constructor(
		readonly baseUrl: string,
		private readonly browserId: string = randomUUID(),
		private cookie = '',
	) {}

	get state(): LoginState {
		return { baseUrl: this.baseUrl, browserId: this.browserId, cookie: this.cookie };
	}

	/**
	 * Makes the owner account, or logs in where it exists.
	 *
	 * @returns the cookies, as n8n sets them
	 */
	async logIn(): Promise<string[]> {
		const { email, password } = OWNER;
		let answer = await this.send('POST', '/rest/owner/setup', OWNER);
		if (!answer.ok) {
			await answer.text();
			answer = await this.send('POST', '/rest/login', { emailOrLdapLoginId: email, password });
		}
		if (!answer.ok) throw await problem('Logging in to n8n', answer);
		const cookies = answer.headers.getSetCookie();
		this.cookie = cookies.map((cookie) => cookie.split(';')[0]).join('; ');
		return cookies;
	}

	/**
	 * One call of n8n's REST interface.
	 *
	 * @returns the answer's `data`
	 * @throws RestError with n8n's own message
	 */
	async call<T>(method: string, path: string, body?: object): Promise<T> {
		const answer = await this.send(method, path, body);
		if (!answer.ok) throw await problem(`${method} ${path}`, answer);
		return ((await answer.json()) as { data: T }).data;
	}

	/** One call whose answer is passed on as it is: files, webhooks. */
	async send(method: string, path: string, body?: object): Promise<Response> {
		return await fetch(new URL(path, this.baseUrl), {
			method,
			dispatcher: this.connections,
			headers: {
				...(this.browserId !== '' && { 'browser-id': this.browserId }),
				...(this.cookie !== '' && { cookie: this.cookie }),
				...(body && { 'content-type': 'application/json' }),
			},
			body: body ? JSON.stringify(body) : null,
		});
	}

	async close(): Promise<void> {
		await this.connections.destroy();
	}
}

async function problem(what: string, answer: Response): Promise<RestError> {
	const text = await answer.text();
	let message = text.slice(0, 500);
	try {
		message = (JSON.parse(text) as { message?: string }).message ?? message;
	} catch {
		// n8n answers some refusals in plain text
	}
	return new RestError(`${what}: n8n answers ${answer.status}, ${message}`, answer.status);
}
