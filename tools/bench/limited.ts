// Measure 3: an API that allows 20 predictions in flight and 10 requests a second, and says 429 beyond.
import { type Plan, pollingIntervalMs, renderTimes } from './plan';
import type { Rules } from './sandbox-process';
import { runNode, type Stage, withEngine } from './stage';
import { mean, median, spread } from './statistics';
import type { Table } from './table';

const IN_FLIGHT = 20;
const REQUESTS_PER_SECOND = 10;

/** When all are done if each starts the moment a place is free, in order, and nobody has to ask. */
function allowedMs(renderMs: readonly number[], scaledRate: number): number {
	const freeAt = Array<number>(IN_FLIGHT).fill(0);
	let last = 0;
	renderMs.forEach((duration, index) => {
		freeAt.sort((a, b) => a - b);
		const window = Math.floor(index / scaledRate) * 1000;
		const end = Math.max(freeAt.shift() ?? 0, window) + duration;
		freeAt.push(end);
		last = Math.max(last, end);
	});
	// Each video takes a submission and at least one question.
	return Math.max(last, ((2 * renderMs.length) / scaledRate - 1) * 1000);
}

/** One run under the limits. */
export interface LimitedRun {
	readonly row: readonly string[];
	/** Median makespan over what the API allows. */
	readonly ratio: number;
}

export function tableOf(runs: readonly LimitedRun[]): Table {
	const head = ['Run', 'Items', 'Allowed', 'Makespan / allowed', 'Requests a video'];
	return { head: [...head, 'Refused (429)', 'Mean lag'], rows: runs.map(({ row }) => row) };
}

interface Case {
	readonly name: string;
	readonly items: number;
	readonly scale: number;
	readonly rate: number;
	readonly rounds: number;
	readonly stage: Stage;
}

async function measure(one: Case, onStep: (what: string) => void): Promise<LimitedRun> {
	const { name, items, scale, rate, rounds, stage } = one;
	const renderMs = renderTimes(items, scale, 7);
	const rules: Rules = { renderMs, maxInFlight: IN_FLIGHT, requestsPerSecond: rate };
	const allowed = allowedMs(renderMs, rate);
	const ratios: number[] = [];
	const refused: number[] = [];
	const requests: number[] = [];
	const lags: number[] = [];
	await withEngine(async (engine) => {
		for (let round = 0; round < rounds; round++) {
			onStep(`under a rate limit, ${name}, round ${round + 1}`);
			const { seen, makespanMs } = await runNode(stage, engine, rules, {
				pollingIntervalMs: pollingIntervalMs(scale),
			});
			ratios.push(makespanMs / allowed);
			refused.push(seen.refused);
			requests.push(seen.requests / items);
			lags.push((mean(seen.lags) * scale) / 1000);
		}
	});
	const row = [
		name,
		String(items),
		`${((allowed * scale) / 1000).toFixed(0)} s`,
		spread(ratios),
		spread(requests, 1),
		spread(refused, 0),
		spread(lags, 1, ' s'),
	];
	return { row, ratio: median(ratios) };
}

const SCALE = 10;

/** Ten times as fast: once with limits in proportion, once without. */
export async function measureLimited(
	stage: Stage,
	{ limited: { items, rounds } }: Plan,
	onStep: (what: string) => void,
): Promise<LimitedRun[]> {
	const fast = { items, scale: SCALE, stage };
	const speed = `${SCALE} times as fast`;
	const inProportion = REQUESTS_PER_SECOND * SCALE;
	return [
		await measure(
			{ ...fast, name: `${speed}, ${inProportion} requests a second`, rate: inProportion, rounds },
			onStep,
		),
		await measure(
			{
				...fast,
				name: `${speed}, ${REQUESTS_PER_SECOND} requests a second`,
				rate: REQUESTS_PER_SECOND,
				rounds: 1,
			},
			onStep,
		),
	];
}

/** The limits as they are; takes minutes, nearly all of them asleep. */
export async function measureLimitedAtRealSpeed(
	stage: Stage,
	{ limited: { atRealSpeed } }: Plan,
	onStep: (what: string) => void,
): Promise<LimitedRun[]> {
	if (atRealSpeed === 0) return [];
	const name = `real speed, ${REQUESTS_PER_SECOND} requests a second`;
	const run = { name, items: atRealSpeed, scale: 1, rate: REQUESTS_PER_SECOND, rounds: 1, stage };
	return [await measure(run, onStep)];
}
