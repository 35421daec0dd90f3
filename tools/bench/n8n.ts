// Measures batches in a real n8n: the node waiting in memory, beside the loop of n8n's own nodes, and parked.
import { setTimeout as sleep } from 'node:timers/promises';

import { table } from '../docs/markdown';
import { startN8n } from '../n8n/instance';
import { CREDENTIAL_TYPE, withPackedProject } from '../n8n/package';
import { RestClient } from '../n8n/rest';
import { type Batch, sideBySide } from './batch';
import { cells, COLUMNS, ratios, spread } from './figures';
import { type Batches, LOOP_SECONDS, type Plan, POLLING_SECONDS, renderTimes } from './plan';
import { observed, type Rules, type Run } from './stage';
import { doItYourself, type Entry, node, TRIGGER } from './workflows';

const ENDED_WITHIN_MS = 600_000;

/** How each contender's workflow is made; times are as many times shorter as the race is faster. */
const CONTENDERS = {
	node: (entry: Entry, scale: number) => node(entry, { pollingInterval: POLLING_SECONDS / scale }),
	loop: (entry: Entry, scale: number) => doItYourself(entry, LOOP_SECONDS / scale),
	parked: (entry: Entry) => node(entry, { surviveRestarts: true }),
};

type Contender = keyof typeof CONTENDERS;

const NAMES: Readonly<Record<Contender, string>> = {
	node: 'this node',
	loop: 'do it yourself',
	parked: 'this node, Survive Restarts',
};

export type MeasuredInN8n = Readonly<Record<Contender, readonly Batch[]>>;

/** One run, by the sandbox's clock. */
async function runOnce(rest: RestClient, contender: Contender, rules: Rules): Promise<Run> {
	const { renders, scale } = rules;
	return await observed(rules, async (target) => {
		const { baseUrl } = target;
		const data = { ...target };
		const credential = await rest.createCredential({ name: baseUrl, type: CREDENTIAL_TYPE, data });
		const entry = { baseUrl, credential, items: renders.length };
		const workflow = await rest.createWorkflow(CONTENDERS[contender](entry, scale));
		const id = await rest.run(workflow, TRIGGER);
		// Until then it cannot have ended, and questions would only keep n8n busy.
		await sleep((Math.max(...renders) * 1000) / scale);
		const { status, error } = await rest.waitFor(id, undefined, ENDED_WITHIN_MS);
		if (status !== 'success') {
			throw new Error(`"${workflow.name}" ended as ${status}: ${error?.message}`);
		}
	});
}

/** All contenders, sizes and draws at the same time: n8n waits nearly always. */
export async function measureInN8n(
	{ n8n, parked }: Plan,
	say: (howFar: string) => void,
): Promise<MeasuredInN8n> {
	return await withPackedProject(async (tarball) => {
		const instance = await startN8n({ tarball });
		try {
			const rest = await RestClient.connect(instance.baseUrl);
			// What n8n loads for the first execution of each is not to count.
			for (const contender of ['node', 'loop'] as const) {
				await runOnce(rest, contender, { renders: [8], scale: 25 });
			}
			const race = async (contender: Contender, batches: Batches): Promise<Batch[]> =>
				await sideBySide(batches, async (items, seed) => {
					const rules = { renders: renderTimes(items, seed), scale: batches.scale };
					const run = await runOnce(rest, contender, rules);
					say(`${items} items, ${NAMES[contender]}: done`);
					return run;
				});
			const [ours, loop, waiting] = await Promise.all([
				race('node', n8n),
				race('loop', n8n),
				race('parked', parked),
			]).finally(() => rest.close());
			return { node: ours, loop, parked: waiting };
		} finally {
			await instance.stop();
		}
	});
}

export function n8nTable(measured: MeasuredInN8n): string {
	const names = Object.keys(NAMES) as Contender[];
	const rows = names.flatMap((name) =>
		measured[name].map(({ items, runs }) => ({
			items,
			cells: [String(items), NAMES[name], spread(ratios(runs)), ...cells(runs)],
		})),
	);
	rows.sort((a, b) => a.items - b.items);
	return table(
		['Items', 'Contender', 'Makespan / limit', ...COLUMNS],
		rows.map((row) => row.cells),
	);
}
