// What is measured: the render times, drawn from a fixed log-normal, and the sizes of a full and of a quick run.
import { defaultOf } from '../../nodes/SeedanceImageToVideo/description';

const MEDIAN_SECONDS = 45;
/** Of the logarithm: two thirds of the videos take 32 to 64 s. */
const SIGMA = 0.35;

/** What the loop of n8n's own nodes waits between two polls. */
export const LOOP_SECONDS = 5;

export const POLLING_SECONDS = Number(defaultOf('pollingInterval'));

/** Render times in seconds, the same on every machine (mulberry32, Box-Muller). */
export function renderTimes(count: number, seed: number): number[] {
	let state = seed;
	const random = () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	return Array.from({ length: count }, () => {
		const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
		return MEDIAN_SECONDS * Math.exp(SIGMA * normal);
	});
}

/** A batch that runs in a real n8n. */
export interface Race {
	/** This node, what users build today, or this node with Survive Restarts. */
	readonly contender: 'node' | 'loop' | 'parked';
	/** Of each execution. */
	readonly items: number;
	readonly executions?: number;
	/** Predictions that the account may have in flight; without a limit unless told. */
	readonly places?: number;
	/** How often it runs, each time with other render times. */
	readonly draws: number;
}

/** A race that has an n8n to itself. */
export interface Crowd extends Race {
	/** The most that n8n's JavaScript heap may hold of what lives long. */
	readonly heapMiB?: number;
}

/** A batch whose memory is measured. */
export interface MemoryCase {
	readonly name: string;
	readonly items: number;
	/** Videos are downloaded where it says how large they are. */
	readonly videoMiB?: number;
	/** Items carry pictures where it says how large they are. */
	readonly pictureMiB?: number;
	readonly aimMiB: number;
}

export interface Plan {
	/** So many times faster than real life. */
	readonly scale: number;
	readonly batches: readonly Race[];
	readonly crowds: readonly Crowd[];
	readonly memoryRounds: number;
	readonly memory: readonly MemoryCase[];
}

export const FULL: Plan = {
	scale: 1,
	batches: [
		{ contender: 'node', items: 1, draws: 24 },
		{ contender: 'loop', items: 1, draws: 24 },
		{ contender: 'node', items: 10, draws: 4 },
		{ contender: 'loop', items: 10, draws: 4 },
		{ contender: 'parked', items: 10, draws: 2 },
		{ contender: 'node', items: 100, draws: 1 },
		{ contender: 'loop', items: 100, draws: 1 },
		{ contender: 'parked', items: 100, draws: 1 },
		{ contender: 'node', items: 40, places: 5, draws: 1 },
		{ contender: 'node', items: 1, executions: 40, places: 5, draws: 1 },
	],
	crowds: [
		{ contender: 'node', items: 1000, draws: 1 },
		{ contender: 'loop', items: 1000, draws: 1 },
	],
	memoryRounds: 2,
	memory: [
		{ name: 'one video of 512 MiB', items: 1, videoMiB: 512, aimMiB: 64 },
		{ name: '10 videos of 100 MiB', items: 10, videoMiB: 100, aimMiB: 64 },
		{ name: '20 pictures of 20 MiB submitted', items: 20, pictureMiB: 20, aimMiB: 250 },
	],
};

export const QUICK: Plan = {
	scale: 10,
	// The waits of n8n that Survive Restarts needs run at real speed only.
	batches: [
		{ contender: 'node', items: 10, draws: 1 },
		{ contender: 'loop', items: 10, draws: 1 },
		{ contender: 'node', items: 1, executions: 10, places: 5, draws: 1 },
	],
	crowds: [{ contender: 'node', items: 50, draws: 1 }],
	memoryRounds: 1,
	memory: [
		{ name: '4 videos of 16 MiB', items: 4, videoMiB: 16, aimMiB: 64 },
		{ name: '6 pictures of 5 MiB submitted', items: 6, pictureMiB: 5, aimMiB: 250 },
	],
};
