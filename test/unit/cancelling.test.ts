// Cancelling ends every wait at once, starts no request, and loses no id.
import { setMaxListeners } from 'node:events';
import { noResponse, state } from './played-run';
import { FOX, Scene } from './scene';

let scene: Scene;
beforeEach(() => {
	scene = new Scene();
});

it('cancelling ends every wait at once and starts no further request', async () => {
	const controller = new AbortController();
	// As n8n does with the execution's signal.
	setMaxListeners(Infinity, controller.signal);
	const api = scene.api([null], ['running']);
	const played = scene.run(api, {}, { signal: controller.signal });
	const pictures = Array.from({ length: 100 }, () => ({ prompt: 'fox', bytes: 1e7 }));
	const all = played.obtainAll(pictures);
	await scene.clock.until(scene.clock.sleep(20_000));
	const { loads } = played;
	const [asked, submitted, now] = [api.polled.length, api.submitted.length, scene.clock.now()];
	controller.abort();
	const results = await scene.clock.until(all);
	expect(
		new Set(results.map((one) => one.status === 'rejected' && one.reason.constructor.name)),
	).toEqual(new Set(['Cancelled']));
	expect(scene.clock.now() - now).toBeLessThan(1000);
	expect([api.polled.length, api.submitted.length, played.loads]).toEqual([
		asked,
		submitted,
		loads,
	]);
});

it('what is accepted or lost while cancelling is told', async () => {
	for (const [answer, kind] of [
		[state('id-1', 'created'), 'acceptedWhileCancelled'],
		[noResponse('CANCELLED'), 'responseLost'],
	] as const) {
		const controller = new AbortController();
		const api = scene.api([answer]);
		const played = scene.run(api, {}, { signal: controller.signal });
		const [order] = [played.order(0, FOX)];
		const obtaining = Promise.allSettled([played.obtain(order)]);
		await new Promise((resolve) => setImmediate(resolve));
		controller.abort();
		await scene.clock.until(obtaining);
		expect(played.events.map((event) => event.kind)).toContain(kind);
		scene.context = {};
	}
});
