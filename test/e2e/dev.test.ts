// `npm run dev`: everything is there, the browser is let in, and Ctrl-C leaves nothing behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort, isPortFree } from '../../tools/n8n/ports';
import { exampleNames } from './example-files';

const PROJECT = join(__dirname, '..', '..');

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

test('brings up an editor that lets the browser in, filled, and leaves nothing behind', async () => {
	const [port, sandboxPort] = [await freePort(), await freePort()];
	const dev = new DevCommand('--port', `${port}`, '--sandbox-port', `${sandboxPort}`, '--no-watch');
	try {
		const [, door = ''] = await dev.says(/^ {4}(http:\/\/127\.0\.0\.1:\d+\/)$/m);
		const [, logFile = ''] = await dev.says(/n8n's log: (.+)/);

		const opened = await fetch(door, { redirect: 'manual' });
		expect(opened.headers.get('location')).toBe(`http://127.0.0.1:${port}/home/workflows`);
		const cookie = opened.headers.getSetCookie().map((text) => text.split(';')[0]);
		const ask = async (path: string) => {
			const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
				headers: { cookie: cookie.join('; '), 'browser-id': 'any browser' },
			});
			return ((await answer.json()) as { data: Array<{ name: string }> }).data;
		};
		expect(await ask('/rest/workflows')).toHaveLength(exampleNames().length);
		expect(await ask('/rest/credentials')).toMatchObject([{ name: 'GPTProto API' }]);
		expect((await fetch(`http://127.0.0.1:${sandboxPort}/v1/models`)).status).toBe(401);

		dev.interrupt();
		expect(await dev.ended).toBe(0);
		expect(existsSync(dirname(logFile))).toBe(false);
		for (const once of [port, sandboxPort]) expect(await isPortFree(once)).toBe(true);
	} finally {
		dev.interrupt();
		await dev.ended;
	}
}, 120_000);

test.each(['--port', '--sandbox-port'])('names %s when that port is in use', async (option) => {
	const port = await freePort();
	const other = createServer().listen(port, '127.0.0.1');
	const free = String(await freePort());
	const dev = new DevCommand('--port', free, '--sandbox-port', free, option, String(port));
	expect(await dev.ended).toBe(1);
	other.close();
	expect(dev.output).toContain(`Port ${port} on 127.0.0.1 is in use.`);
	expect(dev.output).toContain(`choose another with ${option}`);
});

test('does not go live without a key', async () => {
	const dev = new DevCommand('--live');
	expect(await dev.ended).toBe(1);
	expect(dev.output).toContain('GPTPROTO_API_KEY');
});
