// What is measured: the render times, drawn from a fixed log-normal, and what runs for which table.
const MEDIAN_SECONDS = 45;
/** Of the logarithm: two thirds of the videos take 32 to 64 s. */
const SIGMA = 0.35;

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

/** A row of a table. */
export interface Race {
	readonly name: string;
	/** This node, what users build today, or this node with Survive Restarts. */
	readonly contender: 'node' | 'loop' | 'parked';
	/** Of each execution. */
	readonly items: number;
	readonly executions?: number;
	/** How often it runs, each time with other render times. */
	readonly draws?: number;
	/** Predictions that the account may have in flight; without a limit unless told. */
	readonly places?: number;
	/** Videos are downloaded where it says how large they are. */
	readonly videoMiB?: number;
	/** Items carry a picture where it says how large it is. */
	readonly pictureMiB?: number;
}

export interface Plan {
	/** How long it takes. */
	readonly seconds: number;
	/** So many times faster than real life. */
	readonly scale: number;
	/** All races at the same time in one n8n; or one after the other, each in an n8n or an engine of its own. */
	readonly where: 'one n8n' | 'own n8n' | 'engine';
	readonly races: readonly Race[];
}

const node = { name: 'this node', contender: 'node' } as const;
const loop = { name: 'do it yourself', contender: 'loop' } as const;
const parked = { name: 'Survive Restarts', contender: 'parked' } as const;

/** By the table that is made of it. */
export const FULL = {
	batches: {
		seconds: 220,
		scale: 1,
		where: 'one n8n',
		races: [
			{ ...node, items: 1, draws: 24 },
			{ ...loop, items: 1, draws: 24 },
			{ ...node, items: 10, draws: 4 },
			{ ...loop, items: 10, draws: 4 },
			{ ...parked, items: 10, draws: 2 },
			{ ...node, items: 100 },
			{ ...loop, items: 100 },
			{ ...parked, items: 100 },
		],
	},
	places: {
		seconds: 480,
		scale: 1,
		where: 'one n8n',
		races: [
			{ ...node, name: 'one execution of 40 items', items: 40, places: 5 },
			{ ...node, name: '40 executions of one item', items: 1, executions: 40, places: 5 },
		],
	},
	thousand: {
		seconds: 410,
		scale: 1,
		where: 'own n8n',
		races: [
			{ ...node, items: 1000 },
			{ ...loop, items: 1000 },
		],
	},
	files: {
		seconds: 60,
		scale: 500,
		where: 'engine',
		races: [
			{ ...node, name: 'one video of 512 MiB', items: 1, videoMiB: 512 },
			{ ...node, name: '10 videos of 100 MiB', items: 10, videoMiB: 100 },
			{ ...node, name: '20 pictures of 20 MiB submitted', items: 20, pictureMiB: 20 },
		],
	},
} satisfies Readonly<Record<string, Plan>>;

/** The waits of n8n that Survive Restarts needs run at real speed only. */
export const QUICK: Readonly<Record<string, Plan>> = {
	thousand: {
		seconds: 30,
		scale: 10,
		where: 'one n8n',
		races: [
			{ ...node, items: 10 },
			{ ...loop, items: 10 },
			{ ...node, name: '10 executions, five places', items: 1, executions: 10, places: 5 },
		],
	},
	files: {
		...FULL.files,
		seconds: 10,
		races: [
			{ ...node, name: '4 videos of 16 MiB', items: 4, videoMiB: 16 },
			{ ...node, name: '6 pictures of 5 MiB submitted', items: 6, pictureMiB: 5 },
		],
	},
};
