// The limiter under the fake clock: requests at one time, the pauses a 429 asks for, and an account's places kept full
// with few submissions more than predictions; shared by executions that do not know of each other.
import { bounds } from '../../nodes/SeedanceImageToVideo/prediction/bounds';
import { Cancelled } from '../../nodes/SeedanceImageToVideo/prediction/cancellation';
import {
	HeldBack,
	Limiter,
	limiterOf,
	RequestSlots,
	type Session,
} from '../../nodes/SeedanceImageToVideo/prediction/limiter';
import type { Outcome } from '../../nodes/SeedanceImageToVideo/prediction/retry';
import type { SubmissionRequest } from '../../nodes/SeedanceImageToVideo/gptproto/request';
import { FakeClock } from './fake-clock';
import { type Api, limited, noResponse, PlayedRun, state } from './played-run';

const good = state('abc', 'running');
const half = () => 0.5;

let clock: FakeClock;
let limiter: Limiter;
beforeEach(() => {
	clock = new FakeClock();
	limiter = new Limiter(clock, half);
});

const HOUR = 3_600_000;
const open = (max = 10, signal?: AbortSignal, of = limiter) =>
	of.open(new RequestSlots(max), signal);

/** Sends a request that takes so long. */
async function send(
	session: Session,
	kind: 'submission' | 'poll',
	outcome: Outcome = good,
	tookMs = 100,
	deadlineMs = HOUR,
): Promise<number> {
	let sentAt = NaN;
	await session.request(kind, clock.now() + deadlineMs, async () => {
		sentAt = clock.now();
		await clock.sleep(tookMs);
		return outcome;
	});
	return sentAt;
}
const ask = async (session: Session, outcome?: Outcome) => await send(session, 'poll', outcome);
const submit = async (session: Session, outcome?: Outcome) =>
	await send(session, 'submission', outcome);

describe('requests at one time', () => {
	/** Sends many at once. @returns how many were under way at most */
	async function mostAtOnce(sessions: readonly Session[], requests: number): Promise<number> {
		let inFlight = 0;
		let most = 0;
		const work = async () => {
			most = Math.max(most, ++inFlight);
			await clock.sleep(100);
			inFlight--;
			return good;
		};
		await clock.until(
			Promise.all(
				sessions.flatMap((session) =>
					Array.from({ length: requests }, async (_, index) =>
						index % 3 === 2
							? await session.download(clock.now() + HOUR, work)
							: await session.request(
									index % 3 === 0 ? 'poll' : 'submission',
									clock.now() + HOUR,
									work,
								),
					),
				),
			),
		);
		expect(inFlight).toBe(0);
		return most;
	}

	it.each([1, 3, 10])('are %i for one run, downloads included', async (max) => {
		expect(await mostAtOnce([open(max)], 30)).toBe(max);
	});

	it('are shared by the accounts of one run', async () => {
		const slots = new RequestSlots(4);
		const sessions = [limiter, new Limiter(clock, half)].map((one) => one.open(slots, undefined));
		expect(await mostAtOnce(sessions, 30)).toBe(4);
	});

	it('are not shared by runs', async () => {
		expect(await mostAtOnce([open(2), open(3)], 30)).toBe(5);
	});

	it('go to an account that waits as soon as another one of the run needs none', async () => {
		const slots = new RequestSlots(1);
		const busy = limiter.open(slots, undefined);
		const other = new Limiter(clock, half).open(slots, undefined);
		const startedAt = clock.now();
		const first = ask(busy);
		const second = ask(other);
		await clock.until(Promise.all([first, second]));
		expect(await second).toBe(startedAt + 100);
	});

	it('go to the accounts of a run in turn', async () => {
		const slots = new RequestSlots(1);
		const sessions = [limiter, new Limiter(clock, half)].map((one) => one.open(slots, undefined));
		const sent: number[] = [];
		await clock.until(
			Promise.all(
				sessions.flatMap((session, account) =>
					Array.from(
						{ length: 20 },
						async () =>
							await session.request('poll', clock.now() + HOUR, async () => {
								sent.push(account);
								await clock.sleep(100);
								return good;
							}),
					),
				),
			),
		);
		expect(new Set(sent.slice(0, 6))).toEqual(new Set([0, 1]));
	});
});

describe('after a 429', () => {
	it.each([
		['to a question', 'poll', 'poll'],
		['to a question', 'poll', 'submission'],
		['to a submission', 'submission', 'submission'],
	] as const)('%s Retry-After holds for a %s, then for a %s', async (_, kind, next) => {
		const refusedAt = clock.now() + 100;
		await clock.until(send(open(), kind, limited(90_000)));
		const sentAt = await clock.until(send(open(), next));
		expect(sentAt).toBeGreaterThanOrEqual(refusedAt + 90_000);
		expect(sentAt).toBeLessThan(refusedAt + 92_000);
	});

	it('to a submission questions go on: it may be about the predictions at work', async () => {
		await clock.until(submit(open(), limited(90_000)));
		const now = clock.now();
		expect(await clock.until(ask(open()))).toBe(now);
	});

	it.each(['poll', 'submission'] as const)(
		'to a %s a Retry-After of a day is followed for a few minutes only',
		async (kind) => {
			await clock.until(send(open(), kind, limited(86_400_000)));
			const now = clock.now();
			expect((await clock.until(send(open(), kind))) - now).toBe(bounds.longestPauseMs);
		},
	);

	it('downloads go on: the video lies elsewhere', async () => {
		await clock.until(ask(open(), limited(90_000)));
		const now = clock.now();
		await clock.until(open().download(now + HOUR, async () => undefined));
		expect(clock.now()).toBe(now);
	});

	it('a long download does not hold up the account’s questions', async () => {
		const session = open();
		const downloading = session.download(clock.now() + HOUR, async () => await clock.sleep(HOUR));
		await clock.until(ask(session, limited(1000)));
		const now = clock.now();
		expect((await clock.until(ask(session))) - now).toBeLessThan(2000);
		await clock.until(downloading);
	});

	it('to questions the pause grows with each, and starts anew after a good answer', async () => {
		const session = open();
		const pauses: number[] = [];
		for (let turn = 0; turn < 8; turn++) {
			const before = clock.now();
			pauses.push((await clock.until(ask(session, limited()))) - before);
		}
		expect(pauses).toEqual([0, 750, 1500, 3000, 6000, 12_000, 22_500, 22_500]);
		await clock.until(ask(session));
		await clock.until(ask(session, limited()));
		const before = clock.now();
		expect((await clock.until(ask(session))) - before).toBe(750);
	});

	it('to a burst of questions it counts as one, and one question tries again, then ever more', async () => {
		const session = open();
		await clock.until(
			Promise.all(Array.from({ length: 10 }, async () => await ask(session, limited()))),
		);
		const refusedAt = clock.now();
		const sent = await clock.until(
			Promise.all(Array.from({ length: 15 }, async () => await ask(session))),
		);
		const rounds = [0, 100, 200, 300].map(
			(ms) => sent.filter((at) => at - refusedAt - 750 === ms).length,
		);
		expect(rounds).toEqual([1, 2, 8, 4]);
	});

	it('no answer, or one that nobody can read, does not widen what may be sent', async () => {
		const session = open();
		await clock.until(ask(session, limited()));
		await clock.until(ask(session, noResponse('ECONNRESET')));
		const now = clock.now();
		const sent = await clock.until(Promise.all([ask(session), ask(session)]));
		expect(sent).toEqual([now, now + 100]);
	});
});

describe('what waits', () => {
	it('is held back at its deadline, and says whether a 429 was why', async () => {
		const session = open(1);
		const now = clock.now();
		const long = send(session, 'poll', good, 60_000);
		await expect(clock.until(send(session, 'poll', good, 1, 5000))).rejects.toMatchObject({
			limit: null,
		});
		expect(clock.now() - now).toBe(5000);
		await clock.until(long);
		await clock.until(ask(session, limited(HOUR)));
		const late = clock.until(send(session, 'poll', good, 1, 5000));
		await expect(late).rejects.toBeInstanceOf(HeldBack);
		await expect(late).rejects.toMatchObject({ limit: limited(HOUR) });
	});

	it('is sent by nobody when its deadline has passed, and at once when it is due', async () => {
		const session = open();
		await expect(send(session, 'poll', good, 1, 0)).rejects.toBeInstanceOf(HeldBack);
	});

	it('goes when its execution is cancelled, and leaves the others where they are', async () => {
		const controller = new AbortController();
		const [own, other] = [open(10, controller.signal), open()];
		await clock.until(ask(other, limited(60_000)));
		const pausedSince = clock.now();
		const gone = Promise.allSettled([ask(own), submit(own)]);
		const stays = ask(other);
		controller.abort();
		for (const result of await gone) {
			expect(result).toMatchObject({ status: 'rejected', reason: expect.any(Cancelled) });
		}
		expect(clock.now()).toBe(pausedSince);
		expect((await clock.until(stays)) - pausedSince).toBe(60_000);
		await expect(ask(own)).rejects.toBeInstanceOf(Cancelled);
	});

	it('leaves no listener on the execution’s signal', async () => {
		const { signal } = new AbortController();
		const added = jest.spyOn(signal, 'addEventListener');
		const removed = jest.spyOn(signal, 'removeEventListener');
		const session = open(1, signal);
		await clock.until(
			Promise.allSettled([
				...Array.from({ length: 5 }, async () => await ask(session)),
				send(session, 'poll', good, 1, 150),
			]),
		);
		expect(added).toHaveBeenCalledTimes(6);
		const listeners = (calls: ReadonlyArray<readonly unknown[]>) => calls.map((call) => call[1]);
		expect(new Set(listeners(removed.mock.calls))).toEqual(new Set(listeners(added.mock.calls)));
	});

	it('comes to its turn when a request of its run ended in an exception', async () => {
		const session = open(1);
		const broken = session.request('poll', clock.now() + HOUR, async () => {
			await clock.sleep(100);
			throw new Error('broken');
		});
		const next = ask(session);
		await expect(clock.until(broken)).rejects.toThrow('broken');
		await clock.until(next);
	});
});

describe('places of an account', () => {
	it('are not used up by submissions that were not sent after all', async () => {
		const session = open();
		await clock.until(submit(session));
		await clock.until(submit(session, limited()));
		await clock.until(ask(session, state('abc', 'succeeded')));
		const cancelled = session.request('submission', clock.now() + HOUR, async () => {
			throw new Cancelled();
		});
		await expect(cancelled).rejects.toBeInstanceOf(Cancelled);
		const now = clock.now();
		expect(await clock.until(submit(open()))).toBe(now);
	});

	/** An account that renders so many predictions at one time, and answers 429 beyond. */
	class Account implements Api {
		readonly accepted: Array<{ readonly endsAt: number }> = [];
		submissions = 0;

		private second = NaN;
		private requests = 0;

		constructor(
			private readonly places: number,
			private readonly renderMs: readonly number[],
			private readonly requestsPerSecond = Infinity,
		) {}

		private isTooFast(): boolean {
			const second = Math.floor(clock.now() / 1000);
			if (second !== this.second) this.requests = 0;
			this.second = second;
			return ++this.requests > this.requestsPerSecond;
		}

		async submit(_: SubmissionRequest): Promise<Outcome> {
			this.submissions++;
			await clock.sleep(100);
			if (this.isTooFast()) return limited();
			const atWork = this.accepted.filter(({ endsAt }) => endsAt > clock.now()).length;
			if (atWork >= this.places) return limited();
			const index = this.accepted.length;
			this.accepted.push({ endsAt: clock.now() + (this.renderMs[index] ?? 0) });
			return state(String(index), 'created');
		}

		async result(id: string): Promise<Outcome> {
			await clock.sleep(100);
			if (this.isTooFast()) return limited();
			const hasEnded = (this.accepted[Number(id)]?.endsAt ?? 0) <= clock.now();
			return state(id, hasEnded ? 'succeeded' : 'running');
		}
	}

	/** The same numbers from the same seed. */
	function seeded(seed: number): () => number {
		let state = seed;
		return () => {
			state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
			return state / 2 ** 32;
		};
	}

	/** Renders with a median of 45 s, most between 25 and 80. */
	function renders(count: number, random: () => number): number[] {
		return Array.from({ length: count }, () => {
			const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
			return 45_000 * Math.exp(0.35 * normal);
		});
	}

	/** How long the renders take where a place is filled the moment it is free. */
	function shortestMs(renderMs: readonly number[], places: number): number {
		const freeAt = Array<number>(places).fill(0);
		for (const ms of renderMs) {
			const place = freeAt.indexOf(Math.min(...freeAt));
			freeAt[place] = (freeAt[place] ?? 0) + ms;
		}
		return Math.max(...freeAt);
	}

	/** Plays so many executions of so many items. */
	async function play(
		executions: number,
		items: number,
		places: number,
		seed: number,
		requestsPerSecond = Infinity,
	) {
		const random = seeded(seed);
		const renderMs = renders(executions * items, random);
		const api = new Account(places, renderMs, requestsPerSecond);
		const limiters = new Map<string, Limiter>();
		const startedAt = clock.now();
		const results = await clock.until(
			Promise.all(
				Array.from({ length: executions }, async () => {
					const played = new PlayedRun({
						clock,
						limiters,
						api,
						context: {},
						timeoutMs: HOUR,
						random,
					});
					return await played.obtainAll(Array.from({ length: items }, () => ({ prompt: 'fox' })));
				}),
			),
		);
		expect(results.flat().map(({ status }) => status)).toEqual(renderMs.map(() => 'fulfilled'));
		return {
			submissions: api.submissions / renderMs.length,
			makespan: (clock.now() - startedAt) / shortestMs(renderMs, places),
		};
	}

	it.each([
		['40 executions of one item', 40, 1, 5, Infinity, 3],
		['one execution of 20 items', 1, 20, 5, Infinity, 3],
		['40 executions of one item', 40, 1, 12, Infinity, 3],
		// The first 40 are one burst, whatever anybody learns from it.
		['40 executions of one item', 40, 1, 1, Infinity, 5],
		['one execution of 100 items', 1, 100, 20, 10, 3],
	])(
		'%s (%i of %i) keep %i places full, at %f requests a second, with few submissions',
		async (_, executions, items, places, requestsPerSecond, submissionsAtMost) => {
			const played = [];
			for (let seed = 1; seed <= 5; seed++) {
				played.push(await play(executions, items, places, seed, requestsPerSecond));
			}
			expect(Math.max(...played.map(({ submissions }) => submissions))).toBeLessThanOrEqual(
				submissionsAtMost,
			);
			expect(Math.max(...played.map(({ makespan }) => makespan))).toBeLessThanOrEqual(1.15);
		},
	);

	it('of an execution that was cancelled are found by the others', async () => {
		const controller = new AbortController();
		const api = new Account(2, Array<number>(20).fill(30_000));
		const limiters = new Map<string, Limiter>();
		const settings = { clock, limiters, api, context: {}, timeoutMs: HOUR };
		const fox = { prompt: 'fox' };
		const cancelled = new PlayedRun({ ...settings, signal: controller.signal });
		const going = cancelled.obtainAll([fox, fox, fox, fox]);
		const startedAt = clock.now();
		await clock.until(clock.sleep(10_000));
		const other = new PlayedRun(settings).obtainAll([fox, fox]);
		controller.abort();
		for (const result of await going) {
			expect(result).toMatchObject({ reason: expect.any(Cancelled) });
		}
		expect(clock.now() - startedAt).toBeLessThan(11_000);
		const results = await clock.until(other);
		expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
		// Two that nobody waits for any more, then two side by side, each found by trying.
		expect(clock.now() - startedAt).toBeLessThan(30_000 + 2 * 30_000);
	});
});

describe('the account’s memory in this process', () => {
	it('is one for all executions, and another for another account', () => {
		const known = limiterOf('one', clock, half);
		expect(limiterOf('one', clock, half)).toBe(known);
		expect(limiterOf('another', clock, half)).not.toBe(known);
	});

	it.each(['poll', 'download'])(
		'is forgotten when idle for long, but not in a %s',
		async (kind) => {
			const idle = limiterOf(`idle ${kind}`, clock, half);
			const busy = limiterOf(`busy ${kind}`, clock, half);
			const session = open(1, undefined, busy);
			const tookMs = 4 * bounds.accountIdleMs;
			const working: Promise<unknown> =
				kind === 'poll'
					? send(session, kind, good, tookMs, 8 * HOUR)
					: session.download(clock.now() + HOUR, async () => await clock.sleep(tookMs));
			await clock.until(clock.sleep(bounds.accountIdleMs - 1));
			expect(limiterOf(`idle ${kind}`, clock, half)).toBe(idle);
			await clock.until(clock.sleep(2));
			expect(limiterOf(`busy ${kind}`, clock, half)).toBe(busy);
			expect(limiterOf(`idle ${kind}`, clock, half)).not.toBe(idle);
			await clock.until(working);
			expect(limiterOf(`busy ${kind}`, clock, half)).toBe(busy);
		},
	);
});
