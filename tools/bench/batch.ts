// Measures batches in the engine: as fast as the renders allow, and under an API that says 429.
import { table } from '../docs/markdown';
import { cells, COLUMNS, inTurn, limitOf, median, ratios, spread } from './figures';
import { type Batches, POLLING_SECONDS, renderTimes, seeded, sizesOf } from './plan';
import { type Engine, observed, type Rules, type Run, withEngine } from './stage';

export const PLACES = 20;
export const REQUESTS_PER_SECOND = 10;
export const CHANCE_ORDERS = 1_000;

/** All runs of one size. */
export interface Batch {
	readonly items: number;
	readonly runs: readonly Run[];
}

/** Measures all sizes and draws at the same time. */
export async function sideBySide(
	batches: Batches,
	measure: (items: number, seed: number) => Promise<Run>,
): Promise<Batch[]> {
	const measured = sizesOf(batches).map(async ({ items, seeds }) => ({
		items,
		runs: await Promise.all(seeds.map((seed) => measure(items, seed))),
	}));
	return await Promise.all(measured);
}

async function runOnce(engine: Engine, rules: Rules): Promise<Run> {
	const pollingIntervalMs = (POLLING_SECONDS * 1000) / rules.scale;
	const items = rules.renders.length;
	return await observed(rules, async (target) => {
		await engine({ target, items, pollingIntervalMs });
	});
}

/** All sizes and draws, one after the other in one engine. */
export async function measureBatches(
	batches: Batches,
	say: (howFar: string) => void,
): Promise<Batch[]> {
	const { scale } = batches;
	return await withEngine(async (engine) => {
		// What is loaded for the first run is not to count.
		await runOnce(engine, { renders: [1], scale });
		const measured: Batch[] = [];
		for (const { items, seeds } of sizesOf(batches)) {
			const runs: Run[] = [];
			for (const seed of seeds) {
				say(`${items} items, draw ${seed} of ${seeds.length}`);
				runs.push(await runOnce(engine, { renders: renderTimes(items, seed), scale }));
			}
			measured.push({ items, runs });
		}
		return measured;
	});
}

/** All sizes and draws at the same time, each in an engine of its own: they wait nearly always. */
export async function measureLimited(batches: Batches): Promise<Batch[]> {
	const limits = { maxInFlight: PLACES, requestsPerSecond: REQUESTS_PER_SECOND };
	const measure = async (items: number, seed: number) =>
		await withEngine(async (engine) => {
			const rules = { renders: renderTimes(items, seed), scale: batches.scale, ...limits };
			return await runOnce(engine, rules);
		});
	return await sideBySide(batches, measure);
}

export function batchTable(measured: readonly Batch[]): string {
	return table(
		['Items', 'Limit', 'Makespan / limit', ...COLUMNS, 'One after the other / limit'],
		measured.map(({ items, runs }) => [
			String(items),
			spread(runs.map(limitOf), 0, ' s'),
			spread(ratios(runs)),
			...cells(runs),
			spread(
				runs.map((run) => inTurn(run) / limitOf(run)),
				1,
			),
		]),
	);
}

/** What no client beats: the longest render, and all renders spread evenly over the places. */
function boundOf(run: Run): number {
	return Math.max(limitOf(run), inTurn(run) / PLACES);
}

/**
 * What a client takes that loses no moment, but cannot know how long a render will be: every place is taken again as soon
 * as it is free. The median over many orders, in seconds.
 */
export function inChanceOrder({ renders }: Run): number {
	const random = seeded(renders.length);
	const makespans = Array.from({ length: CHANCE_ORDERS }, () => {
		const order = renders.map((render) => ({ render, at: random() })).sort((a, b) => a.at - b.at);
		let places = Array<number>(PLACES).fill(0);
		for (const { render } of order) {
			const [first = 0, ...others] = places.sort((a, b) => a - b);
			places = [...others, first + render];
		}
		return Math.max(...places);
	});
	return median(makespans);
}

export function limitedTable(measured: readonly Batch[]): string {
	const head = ['Items', 'Bound', 'Makespan / bound', 'In chance order / bound'];
	return table(
		[...head, ...COLUMNS, 'Refused (429)'],
		measured.map(({ items, runs }) => [
			String(items),
			spread(runs.map(boundOf), 0, ' s'),
			spread(ratios(runs, boundOf)),
			spread(runs.map((run) => inChanceOrder(run) / boundOf(run))),
			...cells(runs),
			spread(
				runs.map(({ refused }) => refused),
				0,
			),
		]),
	);
}
