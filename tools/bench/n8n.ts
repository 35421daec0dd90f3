// Measures batches in a real n8n, beside the loop of n8n's own nodes: same render times, one after the other.
import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type N8nInstance, startN8n } from '../n8n/instance';
import { CREDENTIAL_TYPE, packProject } from '../n8n/package';
import { type Credential, RestClient } from '../n8n/rest';
import { add, cells, COLUMNS, type Figures, noFigures, type Table } from './figures';
import { LOOP_SECONDS, type Plan, POLLING_SECONDS, renderTimes } from './plan';
import type { Seen } from './sandbox-process';
import { type Stage, withSandbox } from './stage';
import { doItYourself, ours, TRIGGER } from './workflows';

const CONTENDERS = {
	ours: { make: ours, seconds: POLLING_SECONDS },
	'do it yourself': { make: doItYourself, seconds: LOOP_SECONDS },
};

export type Contender = keyof typeof CONTENDERS;

const NAMES = Object.keys(CONTENDERS) as Contender[];

/** All runs of one size. */
export interface Match {
	readonly items: number;
	readonly figures: Readonly<Record<Contender, Figures>>;
}

interface Place {
	readonly rest: RestClient;
	readonly stage: Stage;
	readonly credential: Credential;
}

/** Starts an n8n with the package as a user installs it, and stops it when `work` is done. */
async function withN8n(work: (n8n: N8nInstance, rest: RestClient) => Promise<void>): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), 'seedance-bench-'));
	try {
		const n8n = await startN8n({ tarball: await packProject(folder) });
		try {
			const rest = await RestClient.connect(n8n.baseUrl);
			await work(n8n, rest).finally(() => rest.close());
		} finally {
			await n8n.stop();
		}
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** Runs something with a sandbox of its own, and a credential that leads there. */
async function withPlace(rest: RestClient, work: (place: Place) => Promise<void>): Promise<void> {
	await withSandbox(async (stage) => {
		const data = { ...stage.target };
		const name = data.baseUrl;
		const credential = await rest.createCredential({ name, type: CREDENTIAL_TYPE, data });
		await work({ rest, stage, credential });
	});
}

/** One run, by the sandbox's clock. */
async function runOnce(
	{ rest, stage, credential }: Place,
	contender: Contender,
	renderMs: readonly number[],
	scale: number,
): Promise<Seen> {
	const { make, seconds } = CONTENDERS[contender];
	const entry = { baseUrl: stage.target.baseUrl, credential, items: renderMs.length };
	await stage.sandbox.prepare({ renderMs });
	const workflow = await rest.createWorkflow(make({ ...entry, intervalSeconds: seconds / scale }));
	const id = await rest.run(workflow, TRIGGER);
	// Until then it cannot have ended, and questions would only keep n8n busy.
	await sleep(Math.max(...renderMs));
	const { status, error } = await rest.waitFor(id, undefined, 300_000);
	if (status !== 'success') {
		throw new Error(`"${workflow.name}" ended as ${status}: ${error?.message}`);
	}
	const seen = await stage.sandbox.seen();
	if (seen.accepted !== renderMs.length) throw new Error(`"${workflow.name}" lost a video`);
	return seen;
}

/** All sizes and draws at the same time: at real speed n8n is asleep nearly always. */
export async function measureInN8n(
	{ n8n: { scale, draws } }: Plan,
	say: (howFar: string) => void,
): Promise<{ readonly matches: readonly Match[]; readonly version: string }> {
	const matches = Object.keys(draws).map((items): Match => {
		return { items: Number(items), figures: { ours: noFigures(), 'do it yourself': noFigures() } };
	});
	let version = '';
	await withN8n(async (n8n, rest) => {
		({ version } = n8n);
		// What n8n loads for the first execution of each is not to count.
		await withPlace(rest, async (place) => {
			for (const name of NAMES) await runOnce(place, name, [300], 25);
		});
		const races = matches.flatMap(({ items, figures }) =>
			Array.from({ length: draws[items] ?? 0 }, (_, draw) =>
				withPlace(rest, async (place) => {
					const renderMs = renderTimes(items, scale, draw + 1);
					for (const name of NAMES) {
						const seen = await runOnce(place, name, renderMs, scale);
						add(figures[name], seen, { items, limitMs: Math.max(...renderMs), scale });
						say(`${items} items, ${name}: done`);
					}
				}),
			),
		);
		const results = await Promise.allSettled(races);
		for (const result of results) if (result.status === 'rejected') throw result.reason;
	});
	return { matches, version };
}

export function n8nTable(matches: readonly Match[]): Table {
	return {
		head: ['Items', 'Contender', ...COLUMNS],
		rows: matches.flatMap(({ items, figures }) =>
			NAMES.map((name) => [String(items), name, ...cells(figures[name])]),
		),
	};
}
