// Measures 1 and 2 in a real n8n, where the loop of n8n's own nodes can compete: same draw, same interval, in turn.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type N8nInstance, startN8n } from '../n8n/instance';
import { CREDENTIAL_TYPE, packProject } from '../n8n/package';
import { type Credential, RestClient } from '../n8n/rest';
import type { WorkflowDefinition } from '../n8n/workflow';
import { type Plan, pollingIntervalMs, renderTimes, SCALE } from './plan';
import { doItYourself, type Entry, ours, TRIGGER } from './rivals';
import { runLimit, type Stage, withStage } from './stage';
import { mean, median, spread } from './statistics';
import type { Table } from './table';

const RIVALS: ReadonlyArray<readonly [string, (entry: Entry) => WorkflowDefinition]> = [
	['ours', ours],
	['do it yourself', doItYourself],
];

interface Figures {
	readonly makespan: number[];
	readonly requests: number[];
	readonly lagSeconds: number[];
}

/** All rounds of one size at one speed; figures by contender. */
export interface Match {
	readonly items: number;
	readonly scale: number;
	readonly figures: Readonly<Record<string, Figures>>;
}

export interface Compared {
	readonly table: Table;
	/** Figures of the runs that decide: those at real speed, or all where there was none. */
	readonly decisive: readonly Match[];
	readonly version: string;
}

class Arena {
	private constructor(
		private readonly instance: N8nInstance,
		private readonly rest: RestClient,
		private readonly folder: string,
	) {}

	static async open(): Promise<Arena> {
		const folder = await mkdtemp(join(tmpdir(), 'seedance-bench-'));
		const instance = await startN8n({ tarball: await packProject(folder) });
		const rest = await RestClient.connect(instance.baseUrl);
		return new Arena(instance, rest, folder);
	}

	async credentialFor({ target }: Stage): Promise<Credential> {
		const data = { ...target };
		return await this.rest.createCredential({ name: target.baseUrl, type: CREDENTIAL_TYPE, data });
	}

	get version(): string {
		return this.instance.version;
	}

	/** One run; the sandbox's clock counts, from the first request to the answer that told of the last end. */
	async run(
		stage: Stage,
		credential: Credential,
		rival: (entry: Entry) => WorkflowDefinition,
		renderMs: readonly number[],
		intervalSeconds: number,
	) {
		const { rest } = this;
		await stage.sandbox.call('prepare', { renderMs });
		const workflow = await rest.createWorkflow(
			rival({ baseUrl: stage.target.baseUrl, credential, items: renderMs.length, intervalSeconds }),
		);
		const { status, error } = await rest.waitFor(
			await rest.run(workflow, TRIGGER),
			['success', 'error', 'canceled', 'crashed'],
			600_000,
		);
		if (status !== 'success')
			throw new Error(`"${workflow.name}" ended as ${status}: ${error?.message}`);
		const seen = await stage.sandbox.call('seen', undefined as never);
		if (seen.accepted !== renderMs.length || seen.lags.some((lag) => lag < 0)) {
			throw new Error(`"${workflow.name}" did not bring every video`);
		}
		return { ...seen, makespanMs: seen.lastNoticedAt - seen.firstRequestAt };
	}

	async close(): Promise<void> {
		await this.rest.close();
		await this.instance.stop();
		await rm(this.folder, { recursive: true, force: true });
	}
}

async function compete(
	arena: Arena,
	stage: Stage,
	{ items, scale, rounds }: { items: number; scale: number; rounds: number },
	onStep: (what: string) => void,
): Promise<Match> {
	const renderMs = renderTimes(items, scale, items);
	const intervalSeconds = pollingIntervalMs(scale) / 1000;
	const credential = await arena.credentialFor(stage);
	const figures: Record<string, Figures> = {};
	for (let round = 0; round < rounds; round++) {
		onStep(`n8n, ${items} items, ${scale === 1 ? 'real speed' : `round ${round + 1}`}`);
		const limitMs = scale === 1 ? Math.max(...renderMs) : await runLimit(stage, { renderMs });
		for (const [name, rival] of RIVALS) {
			const own = (figures[name] ??= { makespan: [], requests: [], lagSeconds: [] });
			const ran = await arena.run(stage, credential, rival, renderMs, intervalSeconds);
			own.makespan.push(ran.makespanMs / limitMs);
			own.requests.push(ran.requests / items);
			own.lagSeconds.push((mean(ran.lags) * scale) / 1000);
		}
	}
	return { items, scale, figures };
}

function rowsOf({ items, scale, figures }: Match): string[][] {
	return Object.entries(figures).map(([name, { makespan, requests, lagSeconds }]) => [
		scale === 1 ? 'real' : `${scale} times`,
		String(items),
		name,
		spread(makespan, scale === 1 ? 3 : 2),
		spread(requests, 1),
		spread(lagSeconds, 2, ' s'),
	]);
}

export async function measureInRealN8n(
	stage: Stage,
	{ real }: Plan,
	onStep: (what: string) => void,
): Promise<Compared> {
	onStep('starting a real n8n');
	const arena = await Arena.open();
	const scaled: Match[] = [];
	let atRealSpeed: Match[] = [];
	try {
		// What n8n loads for the first execution of each is not to count.
		const credential = await arena.credentialFor(stage);
		for (const [, rival] of RIVALS) await arena.run(stage, credential, rival, [300], 0.2);
		for (const items of real.sizes) {
			scaled.push(
				await compete(arena, stage, { items, scale: SCALE, rounds: real.rounds }, onStep),
			);
		}
		// At real speed n8n is asleep nearly all the time: each size has a sandbox of its own, and none waits for another.
		atRealSpeed = await Promise.all(
			real.unscaled.map(
				async (items) =>
					await withStage(
						async (own) => await compete(arena, own, { items, scale: 1, rounds: 1 }, onStep),
					),
			),
		);
	} finally {
		await arena.close();
	}
	const head = ['Speed', 'Items', 'Contender', 'Makespan / limit', 'Requests a video', 'Mean lag'];
	return {
		table: { head, rows: [...scaled, ...atRealSpeed].flatMap(rowsOf) },
		decisive: atRealSpeed.length > 0 ? atRealSpeed : scaled,
		version: arena.version,
	};
}

/** Ours and the loop's medians of one figure. */
export function medians(
	{ figures }: Match,
	figure: keyof Figures,
): { readonly ours: number; readonly other: number } {
	const of = (name: string) => median(figures[name]?.[figure] ?? []);
	return { ours: of('ours'), other: of('do it yourself') };
}
