// `npm run dev`: everything is there, the browser is let in, nobody else is, and Ctrl-C leaves nothing behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import getPort from 'get-port';

import { exampleNames } from '../example-files';

const PROJECT = join(__dirname, '..', '..', '..');
const HOST = '127.0.0.1';

class DevCommand {
	output = '';
	readonly ended: Promise<number | null>;
	private readonly child: ChildProcess;

	constructor(...args: string[]) {
		this.child = spawn(process.execPath, ['--import', 'tsx', 'tools/dev/cli.ts', ...args], {
			cwd: PROJECT,
			env: { ...process.env, GPTPROTO_API_KEY: '' },
		});
		for (const stream of [this.child.stdout, this.child.stderr]) {
			stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
		}
		this.ended = new Promise((resolve) => this.child.once('close', resolve));
	}

	async says(pattern: RegExp): Promise<RegExpExecArray> {
		while (this.child.exitCode === null) {
			const found = pattern.exec(this.output);
			if (found) return found;
			await sleep(100);
		}
		throw new Error(`npm run dev ended before it said ${pattern}:\n${this.output}`);
	}

	interrupt(): void {
		this.child.kill('SIGINT');
	}
}

interface Asked {
	readonly path?: string;
	/** `host` among them. */
	readonly headers: Record<string, string>;
}

/** The status of one request, 101 where it became a WebSocket. */
async function statusOf(port: number, { path = '/rest/settings', headers }: Asked) {
	return await new Promise<number | undefined>((resolve, reject) => {
		const asked = request({ host: HOST, port, path, headers, agent: false });
		const tell = ({ statusCode, socket }: IncomingMessage) => {
			socket.destroy();
			resolve(statusCode);
		};
		asked.on('response', tell).on('upgrade', tell).on('error', reject).end();
	});
}

const WEBSOCKET = {
	connection: 'Upgrade',
	upgrade: 'websocket',
	'sec-websocket-version': '13',
	'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

async function isOpen(port: number): Promise<boolean> {
	return await new Promise((resolve) => {
		const socket = connect(port, HOST, () => resolve(!socket.destroy().connecting));
		socket.on('error', () => resolve(false));
	});
}

test('brings up an editor that lets one browser in, by its own name alone, filled, and leaves nothing behind', async () => {
	const [port, sandboxPort] = [await getPort({ host: HOST }), await getPort({ host: HOST })];
	const dev = new DevCommand('--port', `${port}`, '--sandbox-port', `${sandboxPort}`, '--no-watch');
	try {
		const [, door = ''] = await dev.says(/^ {4}(http:\/\/127\.0\.0\.1:\d+\/door\/\w{48})$/m);
		const [, logFile = ''] = await dev.says(/n8n's log: (.+)/);
		const url = `http://${HOST}:${port}`;

		for (const host of [`${HOST}:${port}`, `localhost:${port}`]) {
			expect(await statusOf(port, { headers: { host } })).toBe(200);
		}
		for (const host of [`rebound.example:${port}`, 'rebound.example', `${HOST}:1`, HOST]) {
			expect(await statusOf(port, { headers: { host } })).toBe(403);
			expect(await statusOf(port, { headers: { host, ...WEBSOCKET } })).toBe(403);
		}

		const opened = await fetch(door, { redirect: 'manual' });
		expect(opened.status).toBe(302);
		expect(opened.headers.get('location')).toBe('/home/workflows');
		const again = await fetch(door, { redirect: 'manual' });
		expect(again.status).toBe(410);
		expect(again.headers.getSetCookie()).toEqual([]);

		const cookies = opened.headers.getSetCookie().map((text) => text.split(';')[0]);
		const headers = { cookie: cookies.join('; '), 'browser-id': 'any browser' };
		const ask = async (path: string) =>
			((await (await fetch(url + path, { headers })).json()) as { data: Array<{ name: string }> })
				.data;
		expect(await ask('/rest/workflows')).toHaveLength(exampleNames().length);
		expect(await ask('/rest/credentials')).toMatchObject([{ name: 'GPTProto API' }]);
		expect((await fetch(`http://${HOST}:${sandboxPort}/v1/models`)).status).toBe(401);

		const pushed = { ...headers, ...WEBSOCKET, host: `${HOST}:${port}`, origin: url };
		expect(await statusOf(port, { path: '/rest/push?pushRef=test', headers: pushed })).toBe(101);

		const [, password = ''] = await dev.says(/the password (\S+)/);
		const login = await fetch(`${url}/rest/login`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ emailOrLdapLoginId: 'owner@example.com', password }),
		});
		expect(login.status).toBe(200);

		const log = readFileSync(logFile, 'utf8');
		expect(log).not.toContain(password);
		if (process.platform === 'linux') expect(log).toMatch(/n8n ready on 127\.(?!0\.0\.1,)/);

		dev.interrupt();
		expect(await dev.ended).toBe(0);
		expect(existsSync(dirname(logFile))).toBe(false);
		for (const once of [port, sandboxPort]) expect(await isOpen(once)).toBe(false);
	} finally {
		dev.interrupt();
		await dev.ended;
	}
}, 120_000);

test.each(['--port', '--sandbox-port'])('names %s when that port is in use', async (option) => {
	const port = await getPort({ host: HOST });
	const other = createServer().listen(port, HOST);
	const free = async () => String(await getPort({ host: HOST }));
	const dev = new DevCommand(
		'--port',
		await free(),
		'--sandbox-port',
		await free(),
		option,
		`${port}`,
	);
	expect(await dev.ended).toBe(1);
	other.close();
	expect(dev.output).toContain(`Port ${port} on 127.0.0.1 is in use.`);
	expect(dev.output).toContain(`choose another with ${option}`);
});

test('does not go live without a key, and says what it cannot use', async () => {
	const dev = new DevCommand('--live');
	expect(await dev.ended).toBe(1);
	expect(dev.output).toContain('GPTPROTO_API_KEY');
	const wrong = new DevCommand('--port', '70000');
	expect(await wrong.ended).toBe(2);
	expect(wrong.output).toContain('Give a port, 1 to 65535.');
});
