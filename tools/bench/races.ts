// Lets the contenders run in a real n8n, the package installed as a user installs it.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import execa from 'execa';

import { startN8n } from '../n8n/instance';
import { CREDENTIAL_TYPE, withPackedProject } from '../n8n/package';
import { RestClient } from '../n8n/rest';
import type { Say } from '../progress';
import { type Health, watched } from './health';
import { judged, type Run } from './judge';
import { type Plan, type Race, renderTimes } from './plan';
import { TRIGGER, workflowOf } from './workflows';

const ENDED_WITHIN_MS = 900_000;
const ACTIVE = ['new', 'running', 'waiting'];
const SETTLE_MS = 30_000;

/** All runs of one race, and how n8n was meanwhile. */
export interface Measured {
	readonly race: Race;
	readonly runs: readonly Run[];
	readonly health: Health;
}

async function runOnce(rest: RestClient, race: Race, scale: number, seed: number): Promise<Run> {
	const { contender, items, executions = 1 } = race;
	const renders = renderTimes(items * executions, seed);
	return await judged(race, renders, scale, async (target) => {
		const named = { name: target.baseUrl, type: CREDENTIAL_TYPE };
		const credential = await rest.createCredential({ ...named, data: target });
		const workflow = await rest.createWorkflow(workflowOf(race, credential, scale));
		for (let count = 0; count < executions; count++) await rest.run(workflow, TRIGGER);
		// Until then none can have ended, and asking would only keep n8n busy, as reading a whole execution does.
		await sleep((Math.max(...renders) * 1000) / scale);
		const until = Date.now() + ENDED_WITHIN_MS;
		let statuses: string[];
		do {
			await sleep(500);
			statuses = (await rest.listExecutions(workflow.id)).map(({ status }) => status);
		} while (statuses.some((status) => ACTIVE.includes(status)) && Date.now() < until);
		const failed = statuses.find((status) => status !== 'success');
		if (failed) throw new Error(`${contender}: an execution is ${failed}`);
	});
}

/** Runs races at the same time in a new n8n. @param settleMs how long n8n may tidy up after its start */
async function runInN8n(
	tarball: string,
	races: readonly Race[],
	scale: number,
	settleMs = 0,
): Promise<Measured[]> {
	const n8n = await startN8n({ tarball, environment: { N8N_METRICS: 'true' } });
	try {
		const rest = await RestClient.connect(n8n.baseUrl);
		// What n8n loads for the first execution of each is not to count.
		for (const contender of ['node', 'loop'] as const) {
			await runOnce(rest, { name: 'warm-up', contender, items: 1 }, 25, 1);
		}
		await sleep(settleMs);
		const drawAll = async (race: Race) => {
			const draws = Array.from({ length: race.draws ?? 1 }, async (_, index) => {
				return await runOnce(rest, race, scale, index + 1);
			});
			return { race, runs: await Promise.all(draws) };
		};
		const all = async () => await Promise.all(races.map(drawAll));
		const [measured, health] = await watched(n8n.baseUrl, all);
		await rest.close();
		return measured.map((one) => ({ ...one, health }));
	} finally {
		await n8n.stop();
	}
}

/** Runs a race in n8n's engine alone. */
async function runInEngine(race: Race, scale: number): Promise<Measured> {
	let memory = { idleMiB: NaN, peakMiB: NaN };
	const run = await judged(race, renderTimes(race.items, 1), scale, async (target) => {
		const job = JSON.stringify({ race, target });
		const options = { nodeOptions: ['--import', 'tsx'] };
		const { stdout } = await execa.node(join(__dirname, 'files-process.ts'), [job], options);
		memory = JSON.parse(stdout) as typeof memory;
	});
	return { race, runs: [run], health: { responseMs: [], ...memory } };
}

/** Measures the rows of a table. */
export async function measure({ scale, where, races }: Plan, say: Say): Promise<Measured[]> {
	return await withPackedProject(async (tarball) => {
		if (where === 'one n8n') return await runInN8n(tarball, races, scale);
		const measured: Measured[] = [];
		for (const race of races) {
			say(`${race.name}, ${race.items} items`);
			if (where === 'engine') measured.push(await runInEngine(race, scale));
			else measured.push(...(await runInN8n(tarball, [race], scale, SETTLE_MS)));
		}
		return measured;
	});
}
