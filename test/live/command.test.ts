// The command `npm run live` as a process: what it asks before it spends, how it ends, and what it leaves behind when it
// is killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../../sandbox';
import { predictionIdOf, PAID_STEPS, readTranscript } from '../../tools/live/transcript';
import { settle } from '../engine/harness';

const root = join(__dirname, '..', '..');
const children: ChildProcess[] = [];
let folder: string;
let sandbox: Sandbox;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'seedance-live-command-'));
	sandbox = await startSandbox({ pictureTimeoutMs: 100 });
});
beforeEach(() => {
	sandbox.reset();
	sandbox.options.renderMs = 100;
});
afterAll(async () => {
	for (const child of children) child.kill('SIGKILL');
	await sandbox.close();
	await rm(folder, { recursive: true });
});

interface Setting {
	readonly key?: string;
	/** What is typed; makes the process believe that it has a terminal. */
	readonly typed?: string;
}

function live(args: readonly string[], { key = sandbox.apiKey, typed }: Setting = {}) {
	const terminal = ['--import', 'data:text/javascript,process.stdin.isTTY = true'];
	const child = spawn(
		process.execPath,
		[
			...['--import', 'tsx', ...(typed === undefined ? [] : terminal)],
			...[join(root, 'tools/live/cli.ts'), '--base-url', sandbox.baseUrl, ...args],
		],
		{ cwd: root, env: { ...process.env, GPTPROTO_API_KEY: key, TMPDIR: folder } },
	);
	children.push(child);
	child.stdin.end(typed);
	let said = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => (said += text));
	}
	const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, said }));
	return { child, ended, says: () => said };
}

const placeOf = (name: string) => join(folder, name);
const transcriptOf = (name: string) => join(placeOf(name), 'transcript.json');

/** Waits until the answers to both submissions are on disk. */
async function accepted(name: string): Promise<string[]> {
	const ids = () =>
		existsSync(transcriptOf(name))
			? PAID_STEPS.map((step) => predictionIdOf(readTranscript(transcriptOf(name)), step))
			: [];
	while (ids().filter(Boolean).length < 2) await settle(50);
	return ids().map(String);
}

it('without a terminal and without --yes it sends nothing and ends with 2', async () => {
	const { code, said } = await live(['--out', placeOf('unasked')]).ended;
	expect(code).toBe(2);
	expect(said).toContain('at most 8 seconds of video');
	expect(said).toContain('--yes');
	expect(sandbox.requests).toEqual([]);
	expect(existsSync(placeOf('unasked'))).toBe(false);
});

it('without a key it sends nothing and ends with 2', async () => {
	const { code, said } = await live(['--yes'], { key: '' }).ended;
	expect([code, said]).toEqual([2, expect.stringMatching(/^error: set GPTPROTO_API_KEY/m)]);
	expect(sandbox.requests).toEqual([]);
});

it('asks after what costs nothing, and takes anything but yes for a no', async () => {
	const { code, said } = await live(['--out', placeOf('no')], { typed: '\n' }).ended;
	expect(code).toBe(1);
	expect(said).toContain('Spend at most 8 seconds of video? (y/N)');
	expect(said).toContain('Nothing was submitted.');
	expect(sandbox.predictions).toEqual([]);
	expect((await readdir(placeOf('no'))).sort()).toEqual(['report.md', 'transcript.json']);
});

it('a missing balance is said in the words of the node and of GPTProto', async () => {
	sandbox.plan({ on: 'submit', kind: 'forbidden', times: Infinity });
	const { code, said } = await live(['--yes', '--out', placeOf('balance')]).ended;
	expect(code).toBe(1);
	expect(said).toMatch(/Video from a URL: .*Insufficient balance/);
	expect(said).not.toContain('--resume');
	expect(sandbox.predictions).toEqual([]);
});

it('Ctrl-C ends it with the IDs that are paid for, and says how to get the videos', async () => {
	sandbox.options.renderMs = 60_000;
	const { child, ended } = live(['--yes', '--out', placeOf('stopped')]);
	const ids = await accepted('stopped');
	child.kill('SIGINT');
	const { code, said } = await ended;
	expect(code).toBe(1);
	for (const id of ids) expect(said).toContain(`prediction ${id} was accepted`);
	const again = `npm run live -- --resume ${transcriptOf('stopped')} --base-url ${sandbox.baseUrl}`;
	expect(said).toContain(again);
});

it('killed in the middle, after a yes, it has the IDs on disk, and goes on from there without paying', async () => {
	sandbox.options.renderMs = 3000;
	const { child, ended } = live(['--out', placeOf('killed')], { typed: 'yes\n' });
	const ids = await accepted('killed');
	child.kill('SIGKILL');
	await ended;
	expect(ids.sort()).toEqual(sandbox.predictions.map(({ id }) => id).sort());
	const { code, said } = await live(['--resume', transcriptOf('killed')]).ended;
	expect([code, said]).toEqual([0, expect.stringContaining('Costs nothing')]);
	expect(sandbox.submissionsSeen).toBe(2);
	expect((await readdir(placeOf('killed'))).filter((name) => name.endsWith('.mp4'))).toHaveLength(
		2,
	);
	const again = await live(['--replay', transcriptOf('killed')], { key: '' }).ended;
	expect([again.code, again.said]).toEqual([0, expect.stringContaining('points as documented')]);
}, 120_000);

it('sends no key to the address in a transcript unless the person names it', async () => {
	const file = join(__dirname, 'sandbox.json');
	const { code, said } = await live(['--resume', file]).ended;
	expect([code, said]).toEqual([1, expect.stringContaining('--base-url')]);
	expect(sandbox.requests).toEqual([]);
});
