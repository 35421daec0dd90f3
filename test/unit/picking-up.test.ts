// What was accepted and not put out is picked up, by whoever tries again, and not paid for a second time.
import { noResponse, reasonOf, refused, unreadable } from './played-run';
import { FOX, Scene } from './scene';

let scene: Scene;
beforeEach(() => {
	scene = new Scene();
});

it.each([
	['Retry On Fail', '1'],
	['"Retry execution"', '2'],
])('%s picks up what was accepted, whatever its expressions give this time', async (_, id) => {
	const api = scene.api([null], ['running']);
	const first = await scene.undelivered(api, { executionId: '1' }, FOX, { timeoutMs: 20_000 });
	expect(reasonOf(first)).toMatchObject({ kind: 'timedOut' });
	const second = await scene.undelivered(
		scene.api([]),
		{ executionId: id },
		{ prompt: 'fox, 9:41' },
	);
	expect(second).toMatchObject({ value: { pickedUp: true, prediction: { id: 'id-1' } } });
});

it('a person who changed the node’s parameters gets a new submission', async () => {
	await scene.undelivered(scene.api([null]), { parameters: 'a fox' });
	const api = scene.api([null]);
	await scene.undelivered(api, { executionId: '2', parameters: 'an owl' }, { prompt: 'owl' });
	expect(api.submitted).toEqual(['owl']);
});

it.each(['accepted', 'ended'] as const)(
	'a prediction that is not known yet when Retry On Fail looks is not paid for again: until %s',
	async (until) => {
		const submitted = scene.run(scene.api([null]));
		await scene.clock.until(submitted.obtainAll([FOX], 'accepted'));
		submitted.run.ledger.close(false);
		await scene.clock.until(scene.clock.sleep(1000));
		const late = scene.api([], [refused('notFound', '404'), 'succeeded']);
		const [retried] = await scene.clock.until(scene.run(late).obtainAll([FOX], until));
		expect(retried).toMatchObject({ value: { prediction: { id: 'id-1' } } });
	},
);

it('a prediction that was unknown for a while is not paid for again', async () => {
	await scene.undelivered(scene.api([null], [refused('notFound', '404')]));
	await scene.undelivered(scene.api([], ['running']), {}, FOX, { timeoutMs: 20_000 });
	const api = scene.api([null]);
	await scene.undelivered(api, { executionId: '2' });
	expect(api.submitted).toEqual([]);
});

it('a later round takes over the same request, and pays for another one', async () => {
	await scene.undelivered(scene.api([null], ['running']), {}, FOX, { timeoutMs: 20_000 });
	const api = scene.api([null]);
	const played = scene.run(api, { round: 1 });
	const results = await scene.clock.until(played.obtainAll([{ prompt: 'owl' }, FOX]));
	expect(results).toMatchObject([
		{ value: { pickedUp: false } },
		{ value: { pickedUp: true, prediction: { id: 'id-1' } } },
	]);
	expect(api.submitted).toEqual(['owl']);
});

it('an error item that comes back names its prediction itself', async () => {
	await scene.undelivered(scene.api([null], ['running']), {}, FOX, { timeoutMs: 20_000 });
	const api = scene.api([null]);
	const item = { prompt: 'fox, 9:41', namedId: 'id-1' };
	expect(await scene.undelivered(api, { round: 1 }, item)).toMatchObject({
		value: { pickedUp: true },
	});
	expect(api.submitted).toEqual([]);
});

it('of two that an earlier round has left the second is picked up when the first one failed', async () => {
	const first = scene.run(scene.api([null], ['running']), {}, { timeoutMs: 20_000 });
	await scene.clock.until(first.obtainAll([FOX, FOX]));
	first.run.ledger.close(false);
	const api = scene.api([null], ['failed', 'succeeded']);
	await scene.undelivered(api, { round: 1 });
	expect(api.polled).toEqual(['id-1', 'id-2']);
	expect(api.submitted).toEqual([]);
});

it('of two that an earlier round has left the accepted one is picked up before the lost one', async () => {
	const lost = scene.api([noResponse('ECONNRESET'), null], ['running']);
	const first = scene.run(lost, {}, { timeoutMs: 20_000, maxConcurrentRequests: 1 });
	await scene.clock.until(first.obtainAll([FOX, FOX]));
	first.run.ledger.close(false);
	const api = scene.api([null]);
	const found = await scene.undelivered(api, { round: 1 });
	expect(found).toMatchObject({ value: { pickedUp: true, prediction: { id: 'id-2' } } });
});

it('what was put out, picked up again and then not put out is not paid for by a later round', async () => {
	const first = scene.run(scene.api([null]));
	const order = first.order(0, FOX);
	await scene.clock.until(first.obtain(order));
	order.record.saveDelivered();
	// Another item failed: n8n runs the node again, and this time the download fails.
	first.run.ledger.close(false);
	await scene.undelivered(scene.api([]));
	const api = scene.api([null]);
	const [result] = await scene.clock.until(scene.run(api, { round: 1 }).obtainAll([FOX]));
	expect(result).toMatchObject({ value: { pickedUp: true, prediction: { id: 'id-1' } } });
	expect(api.submitted).toEqual([]);
});

it('what cannot be read just now is shown with the model it was submitted to', async () => {
	const submitted = scene.run(scene.api([null]));
	await scene.clock.until(submitted.obtainAll([{ ...FOX, model: 'a' }], 'accepted'));
	submitted.run.ledger.close(false);
	const again = scene.run(scene.api([], [unreadable()]));
	const [result] = await scene.clock.until(again.obtainAll([{ ...FOX, model: 'b' }], 'accepted'));
	expect(result).toMatchObject({ value: { model: 'a', prediction: { model: 'a' } } });
});

it('what this very run submitted and what then ended without a video is not submitted again by it', async () => {
	const api = scene.api([null], ['failed']);
	const played = scene.run(api);
	const order = played.order(0, FOX);
	await scene.clock.until(played.obtain(order, 'accepted'));
	const obtained = await scene.clock.until(played.obtain(order, 'ended'));
	expect(obtained).toMatchObject({ pickedUp: false, prediction: { state: 'ended' } });
	expect(api.submitted).toHaveLength(1);
});
