// Nobody waits for what another one does not use: an account, a model, an execution, under the fake clock.
import { bounds } from '../../nodes/SeedanceImageToVideo/prediction/bounds';
import { Limiter, RequestSlots } from '../../nodes/SeedanceImageToVideo/prediction/limiter';
import { FakeClock } from './fake-clock';
import { type Api, limited, PlayedRun, reasonOf, refused, state } from './played-run';

const HOUR = 3_600_000;
const half = () => 0.5;

let clock: FakeClock;
beforeEach(() => void (clock = new FakeClock()));

/** An API that accepts and has every video ready. */
const accepting = (submit: Partial<Api> = {}): Api => {
	let count = 0;
	return {
		submit: async () => state(`id-${++count}`, 'created'),
		result: async (id) => state(id, 'succeeded'),
		...submit,
	};
};

it('pictures of an account that gets nothing but 429 do not keep another account’s from being sent', async () => {
	const free = accepting();
	const api = accepting({
		submit: async (request, limitMs) =>
			request.item < 5 ? limited(HOUR) : await free.submit(request, limitMs),
	});
	const played = new PlayedRun({ clock, limiters: new Map(), api, context: {} });
	const bytes = bounds.pictureBytes;
	const foxes = Array.from({ length: 5 }, () => ({ prompt: 'fox', account: 'limited', bytes }));
	const owl = { prompt: 'owl', account: 'free', bytes };
	const results = await clock.until(played.obtainAll([...foxes, owl]));
	expect(reasonOf(results[0])).toMatchObject({ kind: 'heldBack', limit: { kind: 'rateLimited' } });
	expect(results[5]).toMatchObject({ status: 'fulfilled' });
});

it('items that are not sent after a 403 use up none of the turns that others of the account wait for', async () => {
	const limiters = new Map<string, Limiter>();
	let answers = 0;
	// No place is free; the first try after that meets the 403, and all later ones another model.
	const api = accepting();
	const submitted: number[] = [];
	const refusing: Api = {
		...api,
		submit: async (request, limitMs) => {
			if (answers++ === 0) return limited();
			if (request.model === 'forbidden') return refused('forbidden', '403');
			submitted.push(clock.now());
			return await api.submit(request, limitMs);
		},
	};
	const startedAt = clock.now();
	const forbidden = Array.from({ length: 200 }, () => ({ prompt: 'fox', model: 'forbidden' }));
	const settings = { clock, limiters, api: refusing, maxConcurrentRequests: 1 };
	const first = new PlayedRun({ ...settings, context: {} }).obtainAll(forbidden);
	await clock.until(clock.sleep(100));
	const second = new PlayedRun({ ...settings, context: {} }).obtainAll([{ prompt: 'owl' }]);
	const [, [owl]] = await clock.until(Promise.all([first, second]));
	expect(owl).toMatchObject({ status: 'fulfilled' });
	expect(Math.min(...submitted) - startedAt).toBeLessThan(10_000);
});

it('after a 429 to a question no submission that hangs keeps others from asking', async () => {
	const limiter = new Limiter(clock, half);
	const open = () => limiter.open(new RequestSlots(10), undefined);
	await clock.until(open().request('poll', clock.now() + HOUR, async () => limited()));
	const submitting = open().request('submission', clock.now() + HOUR, async () => {
		await clock.sleep(bounds.submissionMs);
		return state('id-1', 'created');
	});
	const askedAt = clock.now();
	await clock.until(
		open().request('poll', clock.now() + HOUR, async () => state('id-2', 'running')),
	);
	expect(clock.now() - askedAt).toBeLessThan(10_000);
	await clock.until(submitting);
});

it('many slow submissions do not keep what they brought from being fetched', async () => {
	const free = accepting();
	const api = accepting({
		submit: async (request, limitMs) => {
			await clock.sleep(10_000);
			return await free.submit(request, limitMs);
		},
	});
	const settings = { clock, limiters: new Map(), api, context: {}, maxConcurrentRequests: 1 };
	const foxes = Array.from({ length: 100 }, () => ({ prompt: 'fox' }));
	const results = await clock.until(new PlayedRun(settings).obtainAll(foxes));
	// The timeout leaves time for some ninety submissions.
	expect(results.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(60);
});

it('a cancelled wait leaves no timer behind', async () => {
	const sleep = jest.spyOn(clock, 'sleep');
	const limiter = new Limiter(clock, half);
	const open = (signal?: AbortSignal) => limiter.open(new RequestSlots(10), signal);
	const refusal = open().request('poll', clock.now() + HOUR, async () => limited(300_000));
	await clock.until(refusal);
	const controller = new AbortController();
	const waiting = Promise.allSettled(
		Array.from(
			{ length: 3 },
			async () =>
				await open(controller.signal).request('poll', clock.now() + HOUR, async () => limited()),
		),
	);
	await clock.until(clock.sleep(1000));
	controller.abort();
	await clock.until(waiting);
	const timers = sleep.mock.calls.map(([, signal]) => signal).filter((signal) => signal);
	expect(timers.length).toBeGreaterThan(0);
	expect(timers.filter((signal) => !signal?.aborted)).toHaveLength(0);
});

it('after a 429 to a question, submissions that are accepted go out several at one time again', async () => {
	const limiter = new Limiter(clock, half);
	const session = limiter.open(new RequestSlots(10), undefined);
	await clock.until(session.request('poll', clock.now() + HOUR, async () => limited()));
	let inFlight = 0;
	let most = 0;
	const submissions = Array.from(
		{ length: 20 },
		async (_, index) =>
			await session.request('submission', clock.now() + HOUR, async () => {
				most = Math.max(most, ++inFlight);
				await clock.sleep(10_000);
				inFlight--;
				return state(`id-${index}`, 'created');
			}),
	);
	await clock.until(Promise.all(submissions));
	expect(most).toBeGreaterThan(1);
});
