// What this run has learnt of how long a render takes, by kind of video: how many like it are awaited, and at which
// ages those that have ended were last seen working. Knows no clock and no network.

/** What is known of one kind of video at this moment. */
export interface Known {
	/** How many others of the kind are waited for. */
	readonly others: number;
	/** An age before which hardly any has ended; null as long as none has. Milliseconds. */
	readonly earliestMs: number | null;
	/** The greatest age at which one has ended. Milliseconds. */
	readonly latestMs: number;
}

/** One prediction's part in what is known of its kind. Ages are milliseconds since acceptance. */
export interface Watch {
	known(): Known;
	stillWorking(ageMs: number): void;
	succeeded(ageMs: number): void;
	/** It is waited for no longer, however that came. */
	leave(): void;
}

export interface RenderTimes {
	/** @param kind whatever decides how long a render takes: model, resolution, duration */
	watch(kind: string): Watch;
}

export const NOTHING_KNOWN: Known = { others: 0, earliestMs: null, latestMs: 0 };

/** The share of renders that may have ended before the age called earliest. */
const EARLY_SHARE = 0.05;

interface Kind {
	awaited: number;
	/** The last age at which each one that has ended was seen working, in ascending order. */
	readonly lastWorkingMs: number[];
	latestMs: number;
}

function insert(ascending: number[], value: number): void {
	let index = ascending.length;
	while (index > 0 && (ascending[index - 1] ?? 0) > value) index--;
	ascending.splice(index, 0, value);
}

export function createRenderTimes(): RenderTimes {
	const kinds = new Map<string, Kind>();
	return {
		watch(name) {
			const kind = kinds.get(name) ?? { awaited: 0, lastWorkingMs: [], latestMs: 0 };
			kinds.set(name, kind);
			kind.awaited++;
			let lastWorkingMs = 0;
			let left = false;
			return {
				known: () => ({
					others: kind.awaited - 1,
					earliestMs:
						kind.lastWorkingMs[Math.floor(kind.lastWorkingMs.length * EARLY_SHARE)] ?? null,
					latestMs: kind.latestMs,
				}),
				stillWorking(ageMs) {
					lastWorkingMs = ageMs;
				},
				succeeded(ageMs) {
					insert(kind.lastWorkingMs, lastWorkingMs);
					kind.latestMs = Math.max(kind.latestMs, ageMs);
				},
				leave() {
					if (!left) kind.awaited--;
					left = true;
				},
			};
		},
	};
}
