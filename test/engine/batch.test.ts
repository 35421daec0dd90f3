// Many items: together, in order, within the bounds the user set, and through an API that admits only a few.
import { itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { items, settle, useEngine } from './harness';

const engine = useEngine();

it('submits all items before the first of them is done', async () => {
	engine.sandbox.options.renderMs = 5000;
	const run = await engine.run({
		items: items(40),
		parameters: { downloadVideo: false, options: { pollingInterval: 1 } },
	});
	expect(itemsOf(run, SUCCESS)).toHaveLength(40);
	const { predictions } = engine.sandbox;
	const lastAccepted = Math.max(...predictions.map(({ acceptedAtMs }) => acceptedAtMs));
	const firstDone = Math.min(...predictions.map(({ doneAtMs }) => doneAtMs));
	// Not a matter of speed: one item after the other, the fortieth would follow on the thirty-ninth's end.
	expect(lastAccepted).toBeLessThan(firstDone);
	expect(predictions).toHaveLength(40);
});

it('makes no more requests at one time than the user allows', async () => {
	let most = 0;
	const inFlight = () =>
		engine.sandbox.requests.filter(({ origin, status }) => origin === 'api' && status === undefined)
			.length;
	engine.sandbox.options.renderMs = () => {
		most = Math.max(most, inFlight());
		return 100;
	};
	await engine.run({
		items: items(30),
		parameters: {
			downloadVideo: false,
			options: { pollingInterval: 0.1, maxConcurrentRequests: 3 },
		},
	});
	expect(engine.sandbox.predictions).toHaveLength(30);
	expect(most).toBeLessThanOrEqual(3);
});

it.each(['none', 'seconds', 'date'] as const)(
	'completes forty items where five are admitted at a time, each submitted once (Retry-After: %s)',
	async (retryAfter) => {
		Object.assign(engine.sandbox.options, {
			maxInFlight: 5,
			renderMs: 60,
			queueMs: 0,
			retryAfter,
		});
		const run = await engine.run({ items: items(40), parameters: { downloadVideo: false } });
		expect(run.data.resultData.error).toBeUndefined();
		expect(itemsOf(run, SUCCESS).map(({ json }) => json.status)).toEqual(
			Array.from({ length: 40 }, () => 'succeeded'),
		);
		expect(engine.sandbox.predictions).toHaveLength(40);
	},
);

it('downloads at most four videos at a time', async () => {
	let most = 0;
	const store = engine.binaryData.store.bind(engine.binaryData);
	let now = 0;
	const spy = jest.spyOn(engine.binaryData, 'store').mockImplementation(async (...call) => {
		most = Math.max(most, ++now);
		try {
			await settle(30);
			return await store(...call);
		} finally {
			now--;
		}
	});
	await engine.run({ items: items(12) });
	spy.mockRestore();
	expect(most).toBeLessThanOrEqual(4);
	expect(most).toBeGreaterThan(1);
});
