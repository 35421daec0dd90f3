// How many requests may be under way at one time, and the pause that all of them keep when GPTProto says 429.
import type { Clock } from './clock';
import { limits } from './limits';
import { backoffMs, type Outcome } from './retry';

export interface Pace {
	/**
	 * Runs one request when its turn has come. The caller looks at the cancel signal itself, inside `send`.
	 *
	 * @param isUrgent goes before all that are not
	 */
	request<Result extends Outcome | null>(
		send: () => Promise<Result>,
		isUrgent?: boolean,
	): Promise<Result>;
	/**
	 * Runs one download when its turn has come: it counts among the requests at one time, but holds up no question
	 * that a 429 has already slowed down.
	 */
	download<Result>(task: () => Promise<Result>): Promise<Result>;
	/** A host other than the API said 429: everything pauses all the same. */
	limited(retryAfterMs: number | null): void;
	/** When the present pause ends, on the clock's scale; a time gone by where there is none. */
	pausedUntil(): number;
}

interface Turn {
	readonly isDownload: boolean;
	readonly begin: () => void;
}

/** What GPTProto let through in this time before it said 429 is taken for its rate. */
const WINDOW_MS = 1000;
/** By how much each good answer shortens the gap between requests again. */
const RECOVERY = 0.98;
/** The share of the rate once reached that is still believed in after a 429 at less. */
const FORGETTING = 0.9;
/** So many requests are remembered at most. */
const LONGEST_MEMORY = 1000;
/** A gap as short as this is none. */
const SHORTEST_GAP_MS = 2;

/**
 * After a 429 all requests pause, and then keep the rate that was let through before it, a little more with every
 * good answer.
 *
 * @param maxConcurrent requests at one time; one at a time right after a pause, doubling with each good answer
 */
export function createPace(
	maxConcurrent: number,
	clock: Clock,
	random: () => number,
	signal: AbortSignal | undefined,
): Pace {
	const urgent: Turn[] = [];
	const waiting: Turn[] = [];
	let width = maxConcurrent;
	let asking = 0;
	let downloading = 0;
	let pausedUntil = 0;
	let limitedInARow = 0;
	let pausing = false;
	let gapMs = 0;
	let nextTurnAt = 0;
	/** When the requests that were let through of late had started, in the order of their answers. */
	let letThrough: number[] = [];
	let mostLetThrough = 1;

	function hasRoomFor({ isDownload }: Turn): boolean {
		return asking + downloading < maxConcurrent && (isDownload || asking < width);
	}

	function pump(): void {
		for (;;) {
			const queue = urgent.length > 0 ? urgent : waiting;
			const turn = queue[0];
			if (!turn) return;
			if (!signal?.aborted) {
				if (!hasRoomFor(turn)) return;
				const turnAt = Math.max(pausedUntil, nextTurnAt);
				const now = clock.now();
				if (now < turnAt) {
					void waitOutPause(turnAt);
					return;
				}
				nextTurnAt = Math.max(nextTurnAt, now - gapMs) + gapMs;
			}
			queue.shift();
			if (turn.isDownload) downloading++;
			else asking++;
			turn.begin();
		}
	}

	async function take<Result>(
		queue: Turn[],
		isDownload: boolean,
		task: () => Promise<Result>,
	): Promise<Result> {
		await new Promise<void>((begin) => {
			queue.push({ isDownload, begin });
			pump();
		});
		try {
			return await task();
		} finally {
			if (isDownload) downloading--;
			else asking--;
			pump();
		}
	}

	async function waitOutPause(until: number): Promise<void> {
		if (pausing) return;
		pausing = true;
		while (clock.now() < until && !signal?.aborted) {
			await clock.sleep(until - clock.now(), signal);
		}
		pausing = false;
		pump();
	}

	/** A 429 is about the rate where as much as ever had been let through; it may as well be about predictions at work. */
	function learnRate(now: number): void {
		const share = letThrough.filter((startedAt) => startedAt > now - WINDOW_MS).length;
		if (share >= mostLetThrough) gapMs = Math.max(gapMs, WINDOW_MS / Math.max(share, 1));
		mostLetThrough = Math.max(share, mostLetThrough * FORGETTING);
	}

	function learn(outcome: Outcome | null, startedAt: number): void {
		if (outcome?.kind === 'rateLimited') {
			// Several requests of one burst may be refused together: that is one refusal, not many.
			if (startedAt >= pausedUntil) {
				limitedInARow++;
				learnRate(clock.now());
			}
			const asked = outcome.retryAfterMs ?? backoffMs(limitedInARow, random());
			const pauseMs = Math.min(asked, limits.longestPauseMs);
			pausedUntil = Math.max(pausedUntil, clock.now() + pauseMs);
			width = 1;
		} else if (outcome && outcome.kind !== 'noAnswer') {
			letThrough.push(startedAt);
			if (letThrough.length > LONGEST_MEMORY) letThrough = letThrough.slice(-LONGEST_MEMORY / 2);
			if (startedAt < pausedUntil) return;
			gapMs = gapMs * RECOVERY < SHORTEST_GAP_MS ? 0 : gapMs * RECOVERY;
			limitedInARow = 0;
			width = Math.min(maxConcurrent, width * 2);
		}
	}

	signal?.addEventListener('abort', pump, { once: true });

	return {
		async request(send, isUrgent = false) {
			return await take(isUrgent ? urgent : waiting, false, async () => {
				const startedAt = clock.now();
				const outcome = await send();
				learn(outcome, startedAt);
				return outcome;
			});
		},
		async download(task) {
			return await take(waiting, true, task);
		},
		limited(retryAfterMs) {
			learn({ kind: 'rateLimited', retryAfterMs, message: '' }, clock.now());
		},
		pausedUntil: () => pausedUntil,
	};
}

/** Lets at most `width` tasks run at one time, in order of arrival. */
export function createLane(width: number) {
	const waiting: Array<() => void> = [];
	let underWay = 0;
	return async function run<Result>(task: () => Promise<Result>): Promise<Result> {
		if (underWay >= width) await new Promise<void>((resolve) => waiting.push(resolve));
		else underWay++;
		try {
			return await task();
		} finally {
			const next = waiting.shift();
			if (next) next();
			else underWay--;
		}
	};
}
export type Lane = ReturnType<typeof createLane>;
