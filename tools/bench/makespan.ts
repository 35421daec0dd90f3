// Measures 1 and 2 in the engine: how long a batch takes beside the limit, requests a video, lag.
import { type Plan, pollingIntervalMs, renderTimes, SCALE } from './plan';
import { runLimit, runNode, type Stage, withEngine } from './stage';
import { mean, spread } from './statistics';
import type { Table } from './table';

interface Figures {
	readonly makespan: number[];
	readonly requests: number[];
	readonly lagSeconds: number[];
}

const noFigures = (): Figures => ({ makespan: [], requests: [], lagSeconds: [] });

export interface Makespans {
	readonly table: Table;
	/** Median of ours over the limit, by number of items. */
	readonly ours: ReadonlyMap<number, readonly number[]>;
}

export async function measureMakespans(
	stage: Stage,
	plan: Plan,
	onStep: (what: string) => void,
): Promise<Makespans> {
	const rows: string[][] = [];
	const all = new Map<number, readonly number[]>();
	await withEngine(async (engine) => {
		const interval = { pollingIntervalMs: pollingIntervalMs(SCALE) };
		await runNode(stage, engine, { renderMs: [100] }, interval);
		for (const items of plan.sizes) {
			const rules = { renderMs: renderTimes(items, SCALE, items) };
			const ours = noFigures();
			const oneByOne = noFigures();
			const limits: number[] = [];
			for (let round = 0; round < plan.rounds; round++) {
				onStep(`${items} items, round ${round + 1}`);
				const limitMs = await runLimit(stage, rules);
				limits.push((limitMs * SCALE) / 1000);
				const contenders = [
					{ figures: ours, oneByOne: false },
					...(items <= plan.oneByOneUpTo ? [{ figures: oneByOne, oneByOne: true }] : []),
				];
				for (const { figures, oneByOne } of contenders) {
					const job = { ...interval, oneByOne };
					const { seen, makespanMs } = await runNode(stage, engine, rules, job);
					figures.makespan.push(makespanMs / limitMs);
					figures.requests.push(seen.requests / items);
					figures.lagSeconds.push((mean(seen.lags) * SCALE) / 1000);
				}
			}
			all.set(items, ours.makespan);
			const alone = rules.renderMs.reduce((total, one) => total + one, 0) * SCALE;
			const row = (name: string, { makespan, requests, lagSeconds }: Figures) => [
				String(items),
				name,
				spread(makespan),
				spread(requests, 1),
				spread(lagSeconds, 1, ' s'),
			];
			rows.push([String(items), 'limit', `1.00 = ${spread(limits, 0, ' s')}`, '', '']);
			rows.push(row('ours', ours));
			rows.push(
				oneByOne.makespan.length > 0
					? row('one by one', oneByOne)
					: [
							String(items),
							'one by one',
							`at least ${(alone / 1000 / (limits[0] ?? 1)).toFixed(0)} (the sum of all renders)`,
							'',
							'',
						],
			);
		}
	});
	const head = ['Items', 'Contender', 'Makespan / limit', 'Requests a video', 'Mean lag'];
	return { table: { head, rows }, ours: all };
}
