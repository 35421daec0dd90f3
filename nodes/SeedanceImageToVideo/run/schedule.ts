// When to ask for a result next. Pure; knows no clock and no network.
import { type Known, NOTHING_KNOWN } from './renderTimes';

/** A wait's own polling interval, in milliseconds. */
export interface Schedule {
	readonly pollingIntervalMs: number;
}

/** How far the interval may grow beyond the polling interval. */
const LARGEST_GROWTH = 3;
/** The interval's share of the time waited: a long render is asked for less often, at about the same relative lag. */
const SHARE_OF_WAIT = 0.08;
/**
 * So many others make an interval twice as long as long as no video of the kind has ended: the more there are, the
 * sooner one of them tells that it is time, and the fewer are late by it.
 */
const CROWD = 50;
/** Beyond so many times the longest render seen, what was learnt says nothing any more. */
const WITHIN_LATEST = 2;

function wantedPause(
	interval: number,
	waitedMs: number,
	random: number,
	{ others, earliestMs, latestMs }: Known,
): number {
	const longest = interval * LARGEST_GROWTH;
	if (earliestMs === null) {
		// The first questions are spread over the same stretch, so that a batch never asks in step.
		const stretch = Math.min(1, others / CROWD) * (waitedMs === 0 ? random : 1);
		return Math.max(interval * (1 + stretch), waitedMs * SHARE_OF_WAIT);
	}
	const tooEarlyMs = earliestMs - waitedMs;
	if (tooEarlyMs > interval) return tooEarlyMs / Math.ceil(tooEarlyMs / longest);
	return waitedMs < latestMs * WITHIN_LATEST ? interval : waitedMs * SHARE_OF_WAIT;
}

/**
 * The pause between two questions: while nothing is known it grows with the wait; once videos of the kind have ended,
 * it skips the time in which hardly any does, and is the shortest allowed from then on.
 *
 * @param waitedMs from the beginning of the wait to the last question
 * @param random a number from 0 to 1
 * @returns milliseconds, from the polling interval to three times as much
 */
export function pauseBeforeNextQuestion(
	{ pollingIntervalMs }: Schedule,
	waitedMs: number,
	random: number,
	known: Known = NOTHING_KNOWN,
): number {
	const wanted = wantedPause(pollingIntervalMs, waitedMs, random, known);
	return Math.min(Math.max(wanted, pollingIntervalMs), pollingIntervalMs * LARGEST_GROWTH);
}
