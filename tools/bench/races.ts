// Lets the contenders run in a real n8n, the package installed as a user installs it.
import { setTimeout as sleep } from 'node:timers/promises';

import { startN8n } from '../n8n/instance';
import { CREDENTIAL_TYPE, withPackedProject } from '../n8n/package';
import { RestClient } from '../n8n/rest';
import type { Say } from '../progress';
import { judged, type Rules, type Run } from './judge';
import { type Contender, LOOP_SECONDS, type Plan, POLLING_SECONDS, renderTimes } from './plan';
import { doItYourself, type Entry, thisNode, TRIGGER } from './workflows';

const ENDED_WITHIN_MS = 600_000;

/** All runs of one contender with one number of items. */
export interface Batch {
	readonly contender: Contender;
	readonly items: number;
	readonly runs: readonly Run[];
}

function workflowOf(contender: Contender, entry: Entry, scale: number) {
	if (contender === 'loop') return doItYourself(entry, LOOP_SECONDS / scale);
	const surviveRestarts = contender === 'parked';
	return thisNode(entry, { surviveRestarts, pollingInterval: POLLING_SECONDS / scale });
}

async function runOnce(rest: RestClient, contender: Contender, rules: Rules): Promise<Run> {
	const { renders, scale } = rules;
	return await judged(rules, async (target) => {
		const { baseUrl } = target;
		const named = { name: baseUrl, type: CREDENTIAL_TYPE };
		const credential = await rest.createCredential({ ...named, data: target });
		const entry = { baseUrl, credential, items: renders.length };
		const workflow = await rest.createWorkflow(workflowOf(contender, entry, scale));
		const id = await rest.run(workflow, TRIGGER);
		// Until then it cannot have ended, and questions would only keep n8n busy.
		await sleep((Math.max(...renders) * 1000) / scale);
		const { status, error } = await rest.waitFor(id, undefined, ENDED_WITHIN_MS);
		if (status !== 'success') throw new Error(`${contender} ended as ${status}: ${error?.message}`);
	});
}

/** All contenders, sizes and draws at the same time: n8n waits nearly always. */
async function runAll(rest: RestClient, { scale, draws }: Plan, say: Say): Promise<Batch[]> {
	const batches = Object.entries(draws).flatMap(([contender, sizes]) =>
		Object.entries(sizes).map(([items, count]) => {
			return { contender: contender as Contender, items: Number(items), count };
		}),
	);
	return await Promise.all(
		batches.map(async ({ contender, items, count }) => {
			const runs = Array.from({ length: count }, async (_, index) => {
				const renders = renderTimes(items, index + 1);
				const isLimited = contender === 'limited';
				const run = await runOnce(rest, contender, { renders, scale, isLimited });
				say(`${items} items, ${contender}: done`);
				return run;
			});
			return { contender, items, runs: await Promise.all(runs) };
		}),
	);
}

export async function measureRaces(plan: Plan, say: Say): Promise<Batch[]> {
	return await withPackedProject(async (tarball) => {
		const n8n = await startN8n({ tarball });
		try {
			const rest = await RestClient.connect(n8n.baseUrl);
			// What n8n loads for the first execution of each is not to count.
			for (const contender of ['node', 'loop'] as const) {
				await runOnce(rest, contender, { renders: [8], scale: 25, isLimited: false });
			}
			return await runAll(rest, plan, say).finally(() => rest.close());
		} finally {
			await n8n.stop();
		}
	});
}
