// What is measured: the render times, drawn from a fixed log-normal, and the sizes of a full and of a quick run.
import { defaultOf } from '../../nodes/SeedanceImageToVideo/description';

const MEDIAN_SECONDS = 45;
/** Spread of the logarithm: two thirds of the videos take 32 to 64 s. */
const SIGMA = 0.35;

export const DRAW = `log-normal, median ${MEDIAN_SECONDS} s, sigma ${SIGMA}`;

/** What the loop of n8n's own nodes waits between two questions. */
export const LOOP_SECONDS = 5;

export const POLLING_SECONDS = Number(defaultOf('pollingInterval'));

/** What the API allows where it limits: predictions in flight, and requests a second. */
export const LIMITS = { maxInFlight: 20, requestsPerSecond: 10 };

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

/** This node, what users build today, this node with Survive Restarts, and this node under a rate limit. */
export type Contender = 'node' | 'loop' | 'parked' | 'limited';

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
	/** So many times faster than real life. */
	readonly scale: number;
	/** How many draws of each size: by the number of items. */
	readonly draws: Readonly<Record<Contender, Readonly<Record<number, number>>>>;
	readonly memoryRounds: number;
	readonly memory: readonly MemoryCase[];
}

const draws = { 1: 24, 10: 4, 100: 1 };

export const FULL: Plan = {
	quick: false,
	scale: 1,
	draws: { node: draws, loop: draws, parked: { 10: 2, 100: 1 }, limited: { 60: 2 } },
	memoryRounds: 2,
	memory: [
		{ items: 1, videoMiB: 512, aimMiB: 64 },
		{ items: 10, videoMiB: 100, aimMiB: 64 },
		{ items: 20, pictureMiB: 20, aimMiB: 250 },
	],
};

export const QUICK: Plan = {
	quick: true,
	scale: 10,
	// The waits of n8n that Survive Restarts needs run at real speed only.
	draws: { node: { 10: 1 }, loop: { 10: 1 }, parked: {}, limited: { 40: 1 } },
	memoryRounds: 1,
	memory: [
		{ items: 4, videoMiB: 16, aimMiB: 64 },
		{ items: 6, pictureMiB: 5, aimMiB: 250 },
	],
};
