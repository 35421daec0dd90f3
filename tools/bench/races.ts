// Lets the contenders run in a real n8n, the package installed as a user installs it.
import { setTimeout as sleep } from 'node:timers/promises';

import { startN8n } from '../n8n/instance';
import { CREDENTIAL_TYPE, withPackedProject } from '../n8n/package';
import { RestClient } from '../n8n/rest';
import type { Say } from '../progress';
import { type Health, watchHealth } from './health';
import { judged, type Rules, type Run } from './judge';
import { type Crowd, type Plan, type Race, renderTimes } from './plan';
import { TRIGGER, workflowOf } from './workflows';

const ENDED_WITHIN_MS = 900_000;

/** All runs of one race. */
export interface Batch {
	readonly race: Race;
	readonly runs: readonly Run[];
}

/** A race that had an n8n to itself, and how that n8n was meanwhile. */
export interface CrowdRun {
	readonly crowd: Crowd;
	readonly run: Run;
	readonly health: Health;
}

async function runOnce(rest: RestClient, race: Race, rules: Rules): Promise<Run> {
	const { contender, items, executions = 1 } = race;
	const { renders, scale } = rules;
	return await judged(rules, async (target) => {
		const named = { name: target.baseUrl, type: CREDENTIAL_TYPE };
		const credential = await rest.createCredential({ ...named, data: target });
		const entry = { baseUrl: target.baseUrl, credential, items, scale };
		const workflow = await rest.createWorkflow(workflowOf(contender, entry));
		const begin = async () => await rest.run(workflow, TRIGGER);
		const ids = await Promise.all(Array.from({ length: executions }, begin));
		// Until then it cannot have ended, and asking would only keep n8n busy.
		await sleep((Math.max(...renders) * 1000) / scale);
		for (const id of ids) {
			const { status, error } = await rest.waitFor(id, undefined, ENDED_WITHIN_MS);
			if (status !== 'success') {
				throw new Error(`${contender} ended as ${status}: ${error?.message}`);
			}
		}
	});
}

/** One draw of a race. */
async function draw(rest: RestClient, race: Race, scale: number, seed: number): Promise<Run> {
	const { items, executions = 1, places = Infinity } = race;
	return await runOnce(rest, race, {
		renders: renderTimes(items * executions, seed),
		scale,
		places,
	});
}

/** Does some work in a new n8n that has run each of the contenders once: what it loads for that is not to count. */
async function inN8n<Result>(
	tarball: string,
	environment: Record<string, string>,
	work: (rest: RestClient) => Promise<Result>,
): Promise<Result> {
	const n8n = await startN8n({ tarball, environment });
	try {
		const rest = await RestClient.connect(n8n.baseUrl);
		for (const contender of ['node', 'loop'] as const) {
			const race = { contender, items: 1, draws: 1 };
			await runOnce(rest, race, { renders: [8], scale: 25, places: Infinity });
		}
		return await work(rest).finally(() => rest.close());
	} finally {
		await n8n.stop();
	}
}

/** All races and draws at the same time in one n8n, which waits nearly always. */
export async function measureBatches({ scale, batches }: Plan, say: Say): Promise<Batch[]> {
	const all = async (rest: RestClient) =>
		await Promise.all(
			batches.map(async (race) => {
				const seeds = Array.from({ length: race.draws }, (_, index) => index + 1);
				const runs = await Promise.all(
					seeds.map(async (seed) => await draw(rest, race, scale, seed)),
				);
				say(`${race.contender}, ${race.items} items: done`);
				return { race, runs };
			}),
		);
	return await withPackedProject(async (tarball) => await inN8n(tarball, {}, all));
}

/** One after the other, each in a new n8n. */
export async function measureCrowds({ scale, crowds }: Plan, say: Say): Promise<CrowdRun[]> {
	return await withPackedProject(async (tarball) => {
		const measured: CrowdRun[] = [];
		for (const crowd of crowds) {
			const { contender, items, heapMiB } = crowd;
			say(`${contender}, ${items} items`);
			const environment = {
				N8N_METRICS: 'true',
				...(heapMiB && { NODE_OPTIONS: `--max-old-space-size=${heapMiB}` }),
			};
			measured.push(
				await inN8n(tarball, environment, async (rest) => {
					const watch = await watchHealth(rest.session.baseUrl);
					const run = await draw(rest, crowd, scale, 1);
					return { crowd, run, health: await watch.end() };
				}),
			);
		}
		return measured;
	});
}
