// When a result is asked for: not in the first seconds, then every polling interval, and less often on long waits.
import fc from 'fast-check';
import { pauseBeforeNextPoll } from '../../nodes/SeedanceImageToVideo/prediction/schedule';

/** When the questions of a wait come, in seconds. */
function questions(intervalSeconds: number, untilSeconds: number): number[] {
	const at: number[] = [];
	for (let waited = 0; waited < untilSeconds * 1000;) {
		waited += pauseBeforeNextPoll(intervalSeconds * 1000, waited);
		at.push(waited / 1000);
	}
	return at;
}

it('asks after 20 s, then every 4 s, as long as nothing is changed', () => {
	expect(questions(4, 40)).toEqual([20, 24, 28, 32, 36, 40]);
});

it.each([
	[0.1, 0.5],
	[1, 5],
	[2, 10],
	[4, 20],
	[10, 20],
	[20, 20],
	[60, 60],
])('with an interval of %d s the first question comes after %d s', (interval, first) => {
	expect(questions(interval, 0.1)[0]).toBe(first);
});

it('grows on long waits, at most threefold', () => {
	const minutes = questions(4, 1200);
	const last = (minutes.at(-1) ?? 0) - (minutes.at(-2) ?? 0);
	expect(last).toBeCloseTo(12);
	expect(minutes.length).toBeLessThan(150);
});

it('never asks more often than the interval says, nor waits longer than three of them but for the first', () => {
	fc.assert(
		fc.property(
			fc.double({ min: 100, max: 3_600_000, noNaN: true }),
			fc.double({ min: 0, max: 1e9, noNaN: true }),
			(interval, waited) => {
				const pause = pauseBeforeNextPoll(interval, waited);
				expect(pause).toBeGreaterThanOrEqual(interval);
				expect(pause).toBeLessThanOrEqual(interval * (waited > 0 ? 3 : 5));
			},
		),
	);
});
