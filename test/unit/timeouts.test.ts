// The timeout holds, for one item and for a thousand, whatever GPTProto responds.
import { bounds } from '../../nodes/SeedanceImageToVideo/prediction/bounds';
import type { Outcome } from '../../nodes/SeedanceImageToVideo/prediction/retry';
import { limited, reasonOf, unreadable } from './played-run';
import { FOX, Scene } from './scene';

let scene: Scene;
beforeEach(() => {
	scene = new Scene();
});

it('a picture that is loaded only after the timeout is not sent, and no answer is missed', async () => {
	const api = scene.api([null]);
	const played = scene.run(api, {}, { timeoutMs: 1000 });
	const order = played.order(0, { ...FOX, bytes: 1 });
	const load = async () => {
		await scene.clock.sleep(1000 + bounds.graceMs);
		return await order.load();
	};
	const [result] = await scene.clock.until(Promise.allSettled([played.obtain({ ...order, load })]));
	expect(reasonOf(result)).toMatchObject({ kind: 'heldBack' });
	expect(api.submitted).toEqual([]);
});

describe('the timeout holds', () => {
	const DAY = 86_400_000;
	const TIMEOUT = 900_000;
	const end = TIMEOUT + bounds.graceMs;

	it.each([1, 40, 1000])('for %i items under a lasting 429', async (items) => {
		for (const retryAfterMs of [null, 2000, DAY]) {
			scene.context = {};
			scene.limiters.clear();
			const api = scene.api([limited(retryAfterMs)]);
			const startedAt = scene.clock.now();
			const results = await scene.clock.until(
				scene.run(api).obtainAll(Array.from({ length: items }, () => FOX)),
			);
			expect(new Set(results.map((result) => JSON.stringify(reasonOf(result))))).toEqual(
				new Set([
					JSON.stringify({ kind: 'heldBack', waitedMs: TIMEOUT, limit: limited(retryAfterMs) }),
				]),
			);
			expect(scene.clock.now() - startedAt).toBeLessThanOrEqual(end);
			// Nor is anybody hammered meanwhile.
			expect(api.submitted.length).toBeLessThan(10 + TIMEOUT / 10_000);
		}
	});

	it.each([1, 1000])('for %i items whose questions meet a lasting 429', async (items) => {
		for (const retryAfterMs of [null, DAY]) {
			scene.context = {};
			scene.limiters.clear();
			const api = scene.api([null], [limited(retryAfterMs)]);
			const startedAt = scene.clock.now();
			const results = await scene.clock.until(
				scene.run(api).obtainAll(Array.from({ length: items }, () => FOX)),
			);
			const kinds = new Set(results.map((result) => reasonOf(result).kind));
			expect([...kinds].filter((kind) => kind !== 'heldBack')).toEqual(['timedOut']);
			expect(scene.clock.now() - startedAt).toBeLessThanOrEqual(end);
		}
	});

	it('for a Retry-After of a day on a 503', async () => {
		const api = scene.api([null], [unreadable(DAY)]);
		const startedAt = scene.clock.now();
		const result = await scene.undelivered(api);
		expect(reasonOf(result)).toMatchObject({ kind: 'timedOut', obstacle: unreadable(DAY) });
		expect(scene.clock.now() - startedAt).toBeLessThanOrEqual(end);
	});

	it('for a question that nobody waits with', async () => {
		await scene.undelivered(scene.api([null]));
		for (const answer of [limited(DAY), unreadable(DAY), limited()]) {
			const startedAt = scene.clock.now();
			const played = scene.run(scene.api([], [answer]));
			await scene.clock.until(played.obtainAll([FOX], 'accepted'));
			played.run.ledger.close(false);
			expect(scene.clock.now() - startedAt).toBeLessThanOrEqual(end);
		}
	});

	it('for 1000 pictures under a lasting 429, of which few are loaded', async () => {
		const played = scene.run(scene.api([limited()]));
		const startedAt = scene.clock.now();
		const pictures = Array.from({ length: 1000 }, () => ({ prompt: 'fox', bytes: 4e6 }));
		const results = await scene.clock.until(played.obtainAll(pictures));
		expect(new Set(results.map((result) => reasonOf(result).kind))).toEqual(new Set(['heldBack']));
		expect(scene.clock.now() - startedAt).toBeLessThanOrEqual(end);
		expect(played.loads).toBeLessThan(100);
	});
});

describe('a limit that waiting does not lift', () => {
	const paused = { ...limited(), limitReached: true } as Outcome;
	const kindsOf = (results: ReadonlyArray<PromiseSettledResult<unknown>>) =>
		results.map((result) => reasonOf(result).kind);

	it('fails an item when it has refused three submissions, in seconds', async () => {
		const api = scene.api([paused]);
		const startedAt = scene.clock.now();
		const result = await scene.undelivered(api);
		expect(reasonOf(result)).toMatchObject({
			kind: 'refused',
			what: 'submission',
			refusal: { ground: 'limitReached', httpCode: '429' },
		});
		expect(api.submitted).toHaveLength(3);
		expect(scene.clock.now() - startedAt).toBeLessThan(30_000);
	});

	it('does not, when it is lifted before', async () => {
		const result = await scene.undelivered(scene.api([paused, paused, null]));
		expect(result?.status).toBe('fulfilled');
	});

	it('is no refusal where it is any other rate limit', async () => {
		const result = await scene.undelivered(scene.api([limited(), paused, limited(), paused, null]));
		expect(result?.status).toBe('fulfilled');
	});

	it('fails all items of the model; those of one burst meet it once', async () => {
		const api = scene.api([paused]);
		const startedAt = scene.clock.now();
		const fifty = Array.from({ length: 50 }, () => FOX);
		const results = await scene.clock.until(scene.run(api).obtainAll(fifty));
		const kinds = kindsOf(results);
		expect(kinds.filter((kind) => kind === 'refused')).toHaveLength(1);
		expect(kinds.filter((kind) => kind === 'notSentAfterRefusal')).toHaveLength(49);
		expect(scene.clock.now() - startedAt).toBeLessThan(60_000);
	});
});
