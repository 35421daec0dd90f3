// The pace of a run under random answers: never more at one time than the user allows, and nothing while paused.
import fc from 'fast-check';
import { limits } from '../../nodes/SeedanceImageToVideo/run/limits';
import { createPace } from '../../nodes/SeedanceImageToVideo/run/pace';
import { readPrediction } from '../../nodes/SeedanceImageToVideo/api/prediction';
import type { Outcome } from '../../nodes/SeedanceImageToVideo/run/retry';
import { FakeClock } from './fakeClock';

const prediction = readPrediction({ id: 'abc', status: 'running' });
if (!prediction) throw new Error('No prediction');
const good: Outcome = { kind: 'prediction', prediction };

const request = fc.record({
	tookMs: fc.integer({ min: 1, max: 3000 }),
	isDownload: fc.boolean(),
	isUrgent: fc.boolean(),
	/** Milliseconds of Retry-After; null without; undefined where all is well. */
	retryAfterMs: fc.option(fc.option(fc.integer({ min: 0, max: 600_000 })), {
		nil: undefined,
		freq: 4,
	}),
});

it('keeps to the number of requests and to every pause', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(request, { minLength: 1, maxLength: 40 }),
			fc.integer({ min: 1, max: 12 }),
			async (requests, maxConcurrent) => {
				const clock = new FakeClock();
				const pace = createPace(maxConcurrent, clock, () => 0.5, undefined);
				let underWay = 0;
				let pausedUntil = 0;
				const task = async ({ tookMs, retryAfterMs }: (typeof requests)[number]) => {
					expect(++underWay).toBeLessThanOrEqual(maxConcurrent);
					expect(clock.now()).toBeGreaterThanOrEqual(pausedUntil);
					await clock.sleep(tookMs);
					underWay--;
					if (retryAfterMs === undefined) return good;
					if (retryAfterMs !== null) {
						const pauseMs = Math.min(retryAfterMs, limits.longestPauseMs);
						pausedUntil = Math.max(pausedUntil, clock.now() + pauseMs);
					}
					return { kind: 'rateLimited', retryAfterMs, message: '' } as const;
				};
				await clock.until(
					Promise.all(
						requests.map(async (given) => {
							if (!given.isDownload)
								await pace.request(async () => await task(given), given.isUrgent);
							else {
								await pace.download(async () => {
									const outcome = await task(given);
									if (outcome.kind === 'rateLimited') pace.limited(outcome.retryAfterMs);
								});
							}
						}),
					),
				);
				expect(underWay).toBe(0);
			},
		),
		{ numRuns: 500 },
	);
});

it('lets everybody go when the run is cancelled', async () => {
	const clock = new FakeClock();
	const controller = new AbortController();
	const pace = createPace(1, clock, () => 0.5, controller.signal);
	await pace.request(async () => ({ kind: 'rateLimited', retryAfterMs: 3_600_000, message: '' }));
	const waiting = Promise.all([1, 2, 3].map(async () => await pace.request(async () => null)));
	controller.abort();
	expect(await waiting).toEqual([null, null, null]);
});
