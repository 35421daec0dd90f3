// When to poll next. Pure; knows no clock and no network.

/** No video is ready in the first seconds: the first poll comes after this many intervals, … */
const FIRST_INTERVALS = 5;
/** … but not later than this, unless the interval itself is longer. */
const LATEST_FIRST_MS = 20_000;
/** A long render is polled less often: the interval's share of the time waited, … */
const SHARE_OF_WAIT = 0.05;
/** … up to this many times the polling interval. */
const LARGEST_GROWTH = 3;

/**
 * The pause before the next poll.
 *
 * @param pollingIntervalMs the shortest pause between two polls
 * @param waitedMs from acceptance to the last poll; 0 before the first
 * @returns milliseconds
 */
export function pauseBeforeNextPoll(pollingIntervalMs: number, waitedMs: number): number {
	if (waitedMs <= 0) {
		return Math.max(
			pollingIntervalMs,
			Math.min(FIRST_INTERVALS * pollingIntervalMs, LATEST_FIRST_MS),
		);
	}
	return Math.min(
		Math.max(pollingIntervalMs, waitedMs * SHARE_OF_WAIT),
		pollingIntervalMs * LARGEST_GROWTH,
	);
}
