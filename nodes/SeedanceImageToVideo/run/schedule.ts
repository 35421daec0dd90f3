// When to ask for a result next. Pure; knows no clock and no network.

/** A wait's own polling interval, in milliseconds. */
export interface Schedule {
	readonly pollingIntervalMs: number;
}

/** How far the interval may grow beyond the polling interval. */
const LARGEST_GROWTH = 3;
/** The interval's share of the time waited: a long render is asked for less often, at about the same relative lag. */
const SHARE_OF_WAIT = 0.08;
/** Spread that keeps the items of a batch from asking in step; only ever lengthens an interval. */
const JITTER = 0.1;

/**
 * The pause before the next question.
 *
 * @param waitedMs time since the wait began
 * @param random a number from 0 to 1
 * @returns milliseconds, from the polling interval to three times as much
 */
export function pauseBeforeNextQuestion(
	{ pollingIntervalMs }: Schedule,
	waitedMs: number,
	random: number,
): number {
	const interval = Math.max(pollingIntervalMs, waitedMs * SHARE_OF_WAIT);
	return Math.min(interval * (1 + JITTER * random), pollingIntervalMs * LARGEST_GROWTH);
}
