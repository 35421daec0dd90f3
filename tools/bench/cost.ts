// Measure 5: processor time a poll, the time to load the package, its size and its dependencies.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Plan } from './plan';
import { runNode, type Stage, withEngine } from './stage';
import { spread } from './statistics';
import type { Table } from './table';

const execute = promisify(execFile);
const PROJECT = resolve(__dirname, '..', '..');
const ITEMS = 40;
const INTERVAL_MS = 100;

/** Two runs that differ in the length of their renders differ in nothing but the number of polls. */
async function cpuPerPoll(
	run: (renderMs: number) => Promise<{ readonly cpu: number; readonly polls: number }>,
): Promise<number> {
	const short = await run(500);
	const long = await run(3500);
	return (long.cpu - short.cpu) / (long.polls - short.polls) / 1000;
}

export async function measurePolls(
	stage: Stage,
	plan: Plan,
	onStep: (what: string) => void,
): Promise<Table> {
	const ours: number[] = [];
	const bare: number[] = [];
	const { sandbox, limit, target } = stage;
	const rulesFor = (renderMs: number) => ({ renderMs: Array<number>(ITEMS).fill(renderMs) });
	await withEngine(async (engine) => {
		const node = async (renderMs: number) => {
			const job = { pollingIntervalMs: INTERVAL_MS };
			const { ran, seen } = await runNode(stage, engine, rulesFor(renderMs), job);
			return { cpu: ran.cpu, polls: seen.requests - ITEMS };
		};
		const client = async (renderMs: number) => {
			await sandbox.call('prepare', rulesFor(renderMs));
			const poll = { target, items: ITEMS, intervalMs: INTERVAL_MS };
			const cpu = await limit.call('poll', poll);
			const seen = await sandbox.call('seen', undefined as never);
			return { cpu, polls: seen.requests - ITEMS };
		};
		await node(500);
		await client(500);
		for (let round = 0; round < plan.rounds; round++) {
			onStep(`processor time a poll, round ${round + 1}`);
			ours.push(await cpuPerPoll(node));
			bare.push(await cpuPerPoll(client));
		}
	});
	const ratios = ours.map((value, round) => value / (bare[round] ?? NaN));
	return {
		head: ['Processor time a poll', 'Value'],
		rows: [
			['bare undici client', spread(bare, 2, ' ms')],
			["ours, in n8n's engine", spread(ours, 2, ' ms')],
			['ours / bare', spread(ratios, 1)],
		],
	};
}

async function loadMs(): Promise<number> {
	const files = ['nodes/SeedanceImageToVideo/SeedanceImageToVideo.node.js'];
	const script =
		"require('n8n-workflow'); const before = performance.now();" +
		`for (const file of ${JSON.stringify([...files, 'credentials/GptProtoApi.credentials.js'])})` +
		" require('./dist/' + file); console.log(performance.now() - before)";
	const { stdout } = await execute(process.execPath, ['-e', script], { cwd: PROJECT });
	return Number(stdout);
}

export async function measurePackage(plan: Plan, onStep: (what: string) => void): Promise<Table> {
	onStep('the package');
	const loads: number[] = [];
	for (let round = 0; round < plan.loads; round++) loads.push(await loadMs());
	const args = ['pack', '--json', '--dry-run', '--ignore-scripts'];
	const { stdout } = await execute('npm', args, { cwd: PROJECT });
	const [packed] = JSON.parse(stdout) as Array<{
		size: number;
		unpackedSize: number;
		entryCount: number;
	}>;
	const manifest = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8')) as {
		dependencies?: Record<string, string>;
	};
	const kilobytes = (bytes = NaN) => `${(bytes / 1000).toFixed(0)} kB`;
	return {
		head: ['Package', 'Value'],
		rows: [
			['time to load it (`require`)', spread(loads, 1, ' ms')],
			['packed', kilobytes(packed?.size)],
			['unpacked', `${kilobytes(packed?.unpackedSize)} in ${packed?.entryCount ?? '?'} files`],
			['runtime dependencies', String(Object.keys(manifest.dependencies ?? {}).length)],
		],
	};
}
