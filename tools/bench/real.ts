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
import { runLimit, type Stage } from './stage';
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

export interface Compared {
	readonly table: Table;
	/** Figures by contender of the run at real speed, or of the largest where there was none. */
	readonly decisive: Readonly<Record<string, Figures>>;
	readonly isAtRealSpeed: boolean;
	readonly version: string;
}

class Arena {
	private constructor(
		private readonly instance: N8nInstance,
		private readonly rest: RestClient,
		private readonly stage: Stage,
		private readonly credential: Credential,
		private readonly folder: string,
	) {}

	static async open(stage: Stage): Promise<Arena> {
		const folder = await mkdtemp(join(tmpdir(), 'seedance-bench-'));
		const instance = await startN8n({ tarball: await packProject(folder) });
		const rest = await RestClient.connect(instance.baseUrl);
		const credential = await rest.createCredential({
			name: 'GPTProto',
			type: CREDENTIAL_TYPE,
			data: { ...stage.target },
		});
		return new Arena(instance, rest, stage, credential, folder);
	}

	get version(): string {
		return this.instance.version;
	}

	/** One run; the sandbox's clock counts, from the first request to the answer that told of the last end. */
	async run(
		rival: (entry: Entry) => WorkflowDefinition,
		renderMs: readonly number[],
		intervalSeconds: number,
	) {
		const { stage, rest, credential } = this;
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

export async function measureInRealN8n(
	stage: Stage,
	{ real }: Plan,
	onStep: (what: string) => void,
): Promise<Compared> {
	onStep('starting a real n8n');
	const arena = await Arena.open(stage);
	const rows: string[][] = [];
	let decisive: Record<string, Figures> = {};
	const compare = async (items: number, rounds: number, scale: number) => {
		const renderMs = renderTimes(items, scale, items);
		const intervalSeconds = pollingIntervalMs(scale) / 1000;
		const figures: Record<string, Figures> = {};
		for (let round = 0; round < rounds; round++) {
			onStep(`n8n, ${items} items, ${scale === 1 ? 'real speed' : `round ${round + 1}`}`);
			const limitMs = scale === 1 ? Math.max(...renderMs) : await runLimit(stage, { renderMs });
			for (const [name, rival] of RIVALS) {
				const own = (figures[name] ??= { makespan: [], requests: [], lagSeconds: [] });
				const { makespanMs, requests, lags } = await arena.run(rival, renderMs, intervalSeconds);
				own.makespan.push(makespanMs / limitMs);
				own.requests.push(requests / items);
				own.lagSeconds.push((mean(lags) * scale) / 1000);
			}
		}
		for (const [name, { makespan, requests, lagSeconds }] of Object.entries(figures)) {
			rows.push([
				scale === 1 ? 'real' : `${scale} times`,
				String(items),
				name,
				spread(makespan, scale === 1 ? 3 : 2),
				spread(requests, 1),
				spread(lagSeconds, 2, ' s'),
			]);
		}
		decisive = figures;
	};
	try {
		// What n8n loads for the first execution of each is not to count.
		for (const [, rival] of RIVALS) await arena.run(rival, [300], 0.2);
		for (const items of real.sizes) await compare(items, real.rounds, SCALE);
		for (const items of real.unscaled) await compare(items, 1, 1);
	} finally {
		await arena.close();
	}
	const head = ['Speed', 'Items', 'Contender', 'Makespan / limit', 'Requests a video', 'Mean lag'];
	return {
		table: { head, rows },
		decisive,
		isAtRealSpeed: real.unscaled.length > 0,
		version: arena.version,
	};
}

/** Ours and the loop's medians of one figure. */
export function medians(
	{ decisive }: Compared,
	figure: keyof Figures,
): { readonly ours: number; readonly other: number } {
	const of = (name: string) => median(decisive[name]?.[figure] ?? []);
	return { ours: of('ours'), other: of('do it yourself') };
}
