// Where the processor time of a large run goes, from V8's own sampling profile: by owner, and the top functions.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Plan, pollingIntervalMs, renderTimes, SCALE } from './plan';
import { runNode, type Stage, withEngine } from './stage';
import type { Table } from './table';

interface ProfileNode {
	readonly id: number;
	readonly callFrame: {
		readonly functionName: string;
		readonly url: string;
		readonly lineNumber: number;
	};
}

interface CpuProfile {
	readonly nodes: readonly ProfileNode[];
	readonly samples: readonly number[];
	readonly timeDeltas: readonly number[];
}

const TOP = 15;
const NOT_WORK = new Set(['(idle)', '(program)', '(root)']);

/** Whose code a function is. */
function ownerOf({ url, functionName }: ProfileNode['callFrame']): string {
	if (functionName === '(garbage collector)') return 'garbage collector';
	if (url.includes('/dist/nodes/') || url.includes('/dist/credentials/')) return 'ours';
	const inside = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
	if (inside) return inside;
	if (url.startsWith('node:') || url === '') return 'Node.js';
	return 'benchmark';
}

function tally(profile: CpuProfile) {
	const byId = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
	const owners = new Map<string, number>();
	const functions = new Map<string, number>();
	let total = 0;
	profile.samples.forEach((id, index) => {
		const frame = byId.get(id);
		if (!frame || NOT_WORK.has(frame.functionName)) return;
		const spent = profile.timeDeltas[index] ?? 0;
		const owner = ownerOf(frame);
		const place = frame.url ? ` (${basename(frame.url)}:${frame.lineNumber + 1})` : '';
		const name = `${frame.functionName || '(anonymous)'}${place}\n${owner}`;
		owners.set(owner, (owners.get(owner) ?? 0) + spent);
		functions.set(name, (functions.get(name) ?? 0) + spent);
		total += spent;
	});
	return { owners, functions, total };
}

/** Profiles one run of the node with many items; the engine's start is in the profile too. */
export async function measureProfile(
	stage: Stage,
	{ profiledItems }: Plan,
	onStep: (what: string) => void,
): Promise<{ readonly owners: Table; readonly functions: Table; readonly items: number }> {
	onStep(`profile of ${profiledItems} items`);
	const folder = await mkdtemp(join(tmpdir(), 'seedance-profile-'));
	try {
		await withEngine(async (engine) => {
			await runNode(stage, engine, { renderMs: [100] }, { pollingIntervalMs: 200 });
			await engine.call('startProfile', undefined as never);
			const rules = { renderMs: renderTimes(profiledItems, SCALE, profiledItems) };
			await runNode(stage, engine, rules, { pollingIntervalMs: pollingIntervalMs(SCALE) });
			await engine.call('stopProfile', join(folder, 'run.cpuprofile'));
		});
		const [file] = await readdir(folder);
		const profile = JSON.parse(await readFile(join(folder, file ?? ''), 'utf8')) as CpuProfile;
		const { owners, functions, total } = tally(profile);
		const share = (spent: number) => `${((100 * spent) / total).toFixed(1)} %`;
		const sorted = (map: ReadonlyMap<string, number>) => [...map].sort((a, b) => b[1] - a[1]);
		return {
			items: profiledItems,
			owners: {
				head: ['Owner', 'Share of the processor time'],
				rows: sorted(owners)
					.filter(([name, spent], index) => index < 10 || name === 'ours' || spent > total / 50)
					.map(([name, spent]) => [name, share(spent)]),
			},
			functions: {
				head: ['Function', 'Owner', 'Own time'],
				rows: sorted(functions)
					.slice(0, TOP)
					.map(([name, spent]) => [...name.split('\n'), share(spent)]),
			},
		};
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}
