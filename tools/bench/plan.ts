// What is measured: the render times, drawn from a fixed log-normal, and the sizes of a full and of a quick run.
import { OPTION_DEFAULTS } from '../../nodes/SeedanceImageToVideo/prediction/bounds';

const MEDIAN_SECONDS = 45;
/** Spread of the logarithm: two thirds of the videos take 32 to 64 s. */
const SIGMA = 0.35;

export const DRAW = `log-normal, median ${MEDIAN_SECONDS} s, sigma ${SIGMA}`;

/** What the loop of n8n's own nodes waits between two questions. */
export const LOOP_SECONDS = 5;

export const POLLING_SECONDS = OPTION_DEFAULTS.pollingIntervalSeconds;

/** Numbers from 0 to 1 that are the same everywhere (mulberry32). */
export function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Render times in seconds, the same on every machine. */
export function renderTimes(count: number, seed: number): number[] {
	const random = seeded(seed);
	return Array.from({ length: count }, () => {
		const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
		return MEDIAN_SECONDS * Math.exp(SIGMA * normal);
	});
}

/** Batches of one kind. */
export interface Batches {
	/** So many times faster than real life. */
	readonly scale: number;
	/** How many draws of each size: by the number of items. */
	readonly draws: Readonly<Record<number, number>>;
}

/** All sizes of batches, with the seeds of their draws. */
export function sizesOf({ draws }: Batches): Array<{ items: number; seeds: number[] }> {
	return Object.entries(draws).map(([items, count]) => ({
		items: Number(items),
		seeds: Array.from({ length: count }, (_, index) => index + 1),
	}));
}

/** A batch whose memory is measured. */
export interface MemoryCase {
	readonly items: number;
	/** Videos are downloaded where it says how large they are. */
	readonly videoMiB?: number;
	/** Items carry pictures where it says how large they are. */
	readonly pictureMiB?: number;
	readonly aimMiB: number;
}

export interface Plan {
	readonly quick: boolean;
	readonly engine: Batches;
	readonly n8n: Batches;
	/** In a real n8n with Survive Restarts; n8n's own waits run at real speed only. */
	readonly parked: Batches;
	readonly limited: Batches;
	readonly memory: { readonly rounds: number; readonly cases: readonly MemoryCase[] };
}

export const FULL: Plan = {
	quick: false,
	engine: {
		scale: 10,
		draws: { 1: 5, 10: 5, 100: 3 },
	},
	n8n: {
		scale: 1,
		draws: { 1: 6, 10: 4, 100: 1 },
	},
	parked: {
		scale: 1,
		draws: { 10: 2, 100: 1 },
	},
	limited: { scale: 1, draws: { 60: 2 } },
	memory: {
		rounds: 2,
		cases: [
			{ items: 1, videoMiB: 512, aimMiB: 64 },
			{ items: 10, videoMiB: 100, aimMiB: 64 },
			{ items: 20, pictureMiB: 20, aimMiB: 250 },
		],
	},
};

export const QUICK: Plan = {
	quick: true,
	engine: {
		scale: 30,
		draws: { 1: 1, 10: 1, 100: 1 },
	},
	n8n: { scale: 10, draws: { 10: 1 } },
	parked: { scale: 1, draws: {} },
	limited: { scale: 10, draws: { 40: 1 } },
	memory: {
		rounds: 1,
		cases: [
			{ items: 4, videoMiB: 16, aimMiB: 64 },
			{ items: 6, pictureMiB: 5, aimMiB: 250 },
		],
	},
};
