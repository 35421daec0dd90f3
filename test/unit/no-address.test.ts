// A finished prediction whose video has no address yet.
import { reasonOf, state, unreadable } from './played-run';
import { Scene } from './scene';

let scene: Scene;
beforeEach(() => {
	scene = new Scene();
});

it('a succeeded prediction without an address is asked for again, for half a minute', async () => {
	const empty = state('id-1', 'succeeded', []);
	const late = await scene.undelivered(scene.api([null], [empty, empty, 'succeeded']));
	expect(late).toMatchObject({ value: { prediction: { videoUrl: 'https://x.com/id-1' } } });
	const startedAt = scene.clock.now();
	scene.context = {};
	expect(reasonOf(await scene.undelivered(scene.api([null], [empty])))).toEqual({
		kind: 'noVideoAddress',
	});
	expect(scene.clock.now() - startedAt).toBeLessThan(60_000);
	scene.context = {};
	const atOnce = await scene.undelivered(scene.api([empty], ['succeeded']));
	expect(atOnce).toMatchObject({ value: { prediction: { videoUrl: 'https://x.com/id-1' } } });
});

it('a finished prediction whose address never came is not called unfinished at the timeout', async () => {
	const empty = state('id-1', 'succeeded', []);
	const api = scene.api([null], [empty, unreadable()]);
	expect(reasonOf(await scene.undelivered(api))).toEqual({ kind: 'noVideoAddress' });
});
