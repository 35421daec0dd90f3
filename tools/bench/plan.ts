// What is measured: the render times, drawn from a fixed log-normal, and the sizes of a full and of a quick run.
import { properties } from '../../nodes/SeedanceImageToVideo/description';

const MEDIAN_SECONDS = 45;
/** Spread of the logarithm: two thirds of the videos take 32 to 64 s. */
const SIGMA = 0.35;

export const DRAW = `log-normal, median ${MEDIAN_SECONDS} s, sigma ${SIGMA}`;

/** What the loop of n8n's own nodes waits between two questions. */
export const LOOP_SECONDS = 5;

/** The node's own default. */
export const POLLING_SECONDS = Number(
	properties
		.flatMap(({ options = [] }) => options)
		.flatMap((option) =>
			'default' in option && option.name === 'pollingInterval' ? option.default : [],
		)
		.at(0),
);

/** A small generator whose numbers are the same everywhere (mulberry32). */
function seeded(seed: number): () => number {
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
export function renderTimes(count: number, scale: number, seed: number): number[] {
	const random = seeded(seed);
	return Array.from({ length: count }, () => {
		const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
		return (MEDIAN_SECONDS * Math.exp(SIGMA * normal) * 1000) / scale;
	});
}

export interface Plan {
	readonly quick: boolean;
	/** In the engine: so many times faster than real life. */
	readonly engine: {
		readonly scale: number;
		readonly draws: number;
		readonly sizes: readonly number[];
	};
	/** In a real n8n: draws by number of items, all at the same time. */
	readonly n8n: { readonly scale: number; readonly draws: Readonly<Record<number, number>> };
	readonly limited: ReadonlyArray<{
		readonly scale: number;
		readonly items: number;
		readonly draws: number;
	}>;
	readonly memory: {
		readonly rounds: number;
		readonly bigVideoMiB: number;
		readonly videos: number;
		readonly videoMiB: number;
		readonly pictures: number;
		readonly pictureMiB: number;
	};
}

export const FULL: Plan = {
	quick: false,
	engine: { scale: 30, draws: 5, sizes: [1, 10, 100] },
	n8n: { scale: 1, draws: { 1: 6, 10: 4, 100: 1 } },
	limited: [
		{ scale: 1, items: 60, draws: 1 },
		{ scale: 10, items: 100, draws: 2 },
	],
	memory: { rounds: 2, bigVideoMiB: 512, videos: 10, videoMiB: 100, pictures: 20, pictureMiB: 20 },
};

export const QUICK: Plan = {
	quick: true,
	engine: { scale: 30, draws: 1, sizes: [1, 10, 100] },
	n8n: { scale: 10, draws: { 10: 1 } },
	limited: [{ scale: 10, items: 40, draws: 1 }],
	memory: { rounds: 1, bigVideoMiB: 64, videos: 4, videoMiB: 16, pictures: 6, pictureMiB: 5 },
};
