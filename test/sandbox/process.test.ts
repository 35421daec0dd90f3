// How the sandbox ends as a process, and its command line.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../../sandbox';
import { Client } from './client';

const root = join(__dirname, '..', '..');
let temporary: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
	temporary = await mkdtemp(join(tmpdir(), 'sandbox-process-test-'));
});
afterAll(async () => {
	for (const child of children) child.kill('SIGKILL');
	await rm(temporary, { recursive: true });
});

/** Runs a TypeScript file of the project in a process of its own. */
function run(file: string, ...args: string[]) {
	const child = spawn(process.execPath, ['--import', 'tsx', join(root, file), ...args], {
		cwd: root,
		env: { ...process.env, TMPDIR: temporary },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	children.push(child);
	const said = { out: '', err: '' };
	child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
	child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
	const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }));
	const says = async (pattern: RegExp): Promise<string> => {
		for (;;) {
			const found = pattern.exec(said.out);
			if (found) return found[1] ?? '';
			if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}: ${said.err}`);
			await Promise.race([once(child.stdout, 'data'), ended]);
		}
	};
	return { child, ended, says };
}

describe('A process that closes its sandbox', () => {
	it('ends by itself, whatever hung, rendered or waited, and leaves no file behind', async () => {
		const { code, out, err } = await run('test/sandbox/close-and-end.ts').ended;
		expect([code, err]).toEqual([0, '']);
		expect(JSON.parse(out)).toEqual({ rejected: 5, left: [] });
	});

	it('may close it twice', async () => {
		const sandbox = await startSandbox();
		await sandbox.close();
		await sandbox.close();
	});
});

describe('The command', () => {
	it('says that it is a sandbox, where it is and which key it takes, and tells what happens', async () => {
		const settings = '--port 0 --key sk-mine --queue 0 --render 0 --max-in-flight 1';
		const { child, ended, says } = run('sandbox/cli.ts', ...settings.split(' '));
		const baseUrl = await says(/Base URL +(http:\S+)/);
		const apiKey = await says(/API key +(\S+)/);
		await says(/SANDBOX, not GPTProto/);
		expect(apiKey).toBe('sk-mine');
		const client = new Client({ baseUrl, apiKey });
		const id = await client.accepted();
		await says(new RegExp(`${id} created`));
		await says(new RegExp(`${id} succeeded`));
		await client.close();
		child.kill('SIGINT');
		expect((await ended).code).toBe(0);
	});

	it('takes the limits, and says in seconds when to come back', async () => {
		const { says } = run('sandbox/cli.ts', '--port', '0', '--max-in-flight', '1');
		const baseUrl = await says(/Base URL +(http:\S+)/);
		const client = new Client({ baseUrl, apiKey: await says(/API key +(\S+)/) });
		await client.accepted();
		const { status, headers } = await client.submit();
		await client.close();
		expect([status, headers['retry-after']]).toEqual([429, '1']);
	});

	it('ends with 1 and the number of the port when that is in use', async () => {
		const sandbox = await startSandbox();
		const { port } = new URL(sandbox.baseUrl);
		const { code, err } = await run('sandbox/cli.ts', '--port', port).ended;
		await sandbox.close();
		expect([code, err]).toEqual([1, expect.stringContaining(`Port ${port} is in use already`)]);
	});

	it.each([[['--port', '70000']], [['--key', '']], [['more']]])(
		'ends with 2 and a word about it when given %j',
		async (args) => {
			const { code, out, err } = await run('sandbox/cli.ts', ...args).ended;
			expect([code, out, err]).toEqual([2, '', expect.stringMatching(/^error: /)]);
		},
	);

	it('has a help, which is no error', async () => {
		const { code, out } = await run('sandbox/cli.ts', '--help').ended;
		expect([code, out]).toEqual([0, expect.stringContaining('--requests-per-second')]);
	});
});
