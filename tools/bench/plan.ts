// What is measured: the render times, drawn once from a fixed log-normal, the scale that keeps a run short, and the
// sizes of a full and of a quick run.

/** Seconds in the world of the user; everything below is divided by the scale. */
const MEDIAN_SECONDS = 45;
/** Spread of the logarithm: two thirds of the videos take 32 to 64 s. */
const SIGMA = 0.35;
const POLLING_INTERVAL_SECONDS = 5;

export const DRAW = `log-normal, median ${MEDIAN_SECONDS} s, sigma ${SIGMA}`;

/** Time runs so many times faster than in real life: renders and intervals alike. */
export const SCALE = 30;

/** A small generator whose numbers are the same everywhere (mulberry32). */
export function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/**
 * Render times in milliseconds, the same on every machine.
 *
 * @param scale how many times faster than real life
 */
export function renderTimes(count: number, scale: number, seed = 1): number[] {
	const random = seeded(seed);
	return Array.from({ length: count }, () => {
		const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
		return (MEDIAN_SECONDS * Math.exp(SIGMA * normal) * 1000) / scale;
	});
}

export function pollingIntervalMs(scale: number): number {
	return (POLLING_INTERVAL_SECONDS * 1000) / scale;
}

export interface Plan {
	readonly quick: boolean;
	/** Rounds in which the contenders take turns. */
	readonly rounds: number;
	readonly sizes: readonly number[];
	/** Up to this size the node is also fed item by item; beyond, that takes the sum of all renders. */
	readonly oneByOneUpTo: number;
	readonly limited: {
		readonly items: number;
		readonly rounds: number;
		/** Items of a run at real speed; none when 0. */
		readonly atRealSpeed: number;
	};
	readonly memory: {
		readonly rounds: number;
		readonly bigVideoMiB: number;
		readonly videos: number;
		readonly videoMiB: number;
		readonly pictures: number;
		readonly pictureMiB: number;
	};
	/** In a real n8n. */
	readonly real: {
		readonly sizes: readonly number[];
		readonly rounds: number;
		/** Sizes that are run once at real speed, side by side, which takes minutes. */
		readonly unscaled: readonly number[];
	};
	readonly profiledItems: number;
	readonly loads: number;
}

export const FULL: Plan = {
	quick: false,
	rounds: 4,
	sizes: [1, 10, 100, 1000],
	oneByOneUpTo: 10,
	limited: { items: 100, rounds: 2, atRealSpeed: 60 },
	memory: { rounds: 2, bigVideoMiB: 512, videos: 10, videoMiB: 100, pictures: 50, pictureMiB: 20 },
	real: { sizes: [1, 10, 100], rounds: 2, unscaled: [10, 100] },
	profiledItems: 1000,
	loads: 9,
};

export const QUICK: Plan = {
	quick: true,
	rounds: 2,
	sizes: [1, 10, 100],
	oneByOneUpTo: 1,
	limited: { items: 40, rounds: 1, atRealSpeed: 0 },
	memory: { rounds: 1, bigVideoMiB: 64, videos: 4, videoMiB: 16, pictures: 6, pictureMiB: 5 },
	real: { sizes: [10], rounds: 1, unscaled: [] },
	profiledItems: 200,
	loads: 3,
};
