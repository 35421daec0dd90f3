// Judges a run by what a sandbox of its own saw of it, and by what was possible. Times are in seconds of real life.
import { type Sandbox, startSandbox } from '../../sandbox';
import { LIMITS, seeded } from './plan';

export type Target = Pick<Sandbox, 'baseUrl' | 'apiKey'>;

export interface Rules {
	/** By the number at the end of an item's prompt. */
	readonly renders: readonly number[];
	/** So many times faster than real life. */
	readonly scale: number;
	readonly isLimited: boolean;
}

export interface Run {
	readonly renders: readonly number[];
	/** From the first request to the first answer that told of the last end. */
	readonly makespan: number;
	/** Submissions and questions a video, refused ones included. */
	readonly requests: number;
	/** 429s. */
	readonly refused: number;
	/** From the ends of the renders to the first answers that told of them, on average. */
	readonly lag: number;
}

/**
 * Lets a contender run.
 *
 * @throws Error where a video was not submitted, or nobody asked for it after its end
 */
export async function judged(
	{ renders, scale, isLimited }: Rules,
	contender: (target: Target) => Promise<void>,
): Promise<Run> {
	const { maxInFlight, requestsPerSecond } = LIMITS;
	const sandbox = await startSandbox({
		queueMs: 0,
		renderMs: ({ prompt }) => ((renders[Number(/\d+$/.exec(prompt)?.[0])] ?? 0) * 1000) / scale,
		...(isLimited && { maxInFlight, requestsPerSecond: requestsPerSecond * scale }),
	});
	const { baseUrl, apiKey, predictions, requests } = sandbox;
	try {
		await contender({ baseUrl, apiKey });
	} finally {
		await sandbox.close();
	}
	if (predictions.length !== renders.length) {
		throw new Error(`${renders.length} items, but ${predictions.length} predictions`);
	}
	const noticed = predictions.map(({ firstSeenDoneAtMs }) => firstSeenDoneAtMs ?? NaN);
	const lags = predictions.map(({ doneAtMs }, index) => (noticed[index] ?? NaN) - doneAtMs);
	const lag = sum(lags) / lags.length;
	if (!(lag >= 0)) throw new Error('Nobody asked for some of the videos after their end');
	const inRealSeconds = (ms: number) => (ms * scale) / 1000;
	return {
		renders,
		makespan: inRealSeconds(Math.max(...noticed) - (requests[0]?.atMs ?? NaN)),
		requests: requests.length / renders.length,
		refused: sandbox.refused,
		lag: inRealSeconds(lag),
	};
}

/** The longest render: no client can be done before. */
export function limitOf({ renders }: Run): number {
	return Math.max(...renders);
}

/** What no client beats under the rate limit: the longest render, and all renders spread evenly over the places. */
export function boundOf(run: Run): number {
	return Math.max(limitOf(run), sum(run.renders) / LIMITS.maxInFlight);
}

export const CHANCE_ORDERS = 1_000;

/**
 * What a client takes under the rate limit that loses no moment, but cannot know how long a render will be: every place is
 * taken again as soon as it is free. The median over many orders.
 */
export function inChanceOrder({ renders }: Run): number {
	const random = seeded(renders.length);
	const makespans = Array.from({ length: CHANCE_ORDERS }, () => {
		const order = renders.map((render) => ({ render, at: random() })).sort((a, b) => a.at - b.at);
		let places = Array<number>(LIMITS.maxInFlight).fill(0);
		for (const { render } of order) {
			const [first = 0, ...others] = places.sort((a, b) => a - b);
			places = [...others, first + render];
		}
		return Math.max(...places);
	});
	return median(makespans);
}

export function sum(values: readonly number[]): number {
	return values.reduce((total, one) => total + one, 0);
}

export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	const upper = sorted[middle] ?? NaN;
	return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
