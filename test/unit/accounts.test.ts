// Whose a prediction is gets asked of GPTProto: under a new key it is picked up, another account's is left alone.
import { bounds } from '../../nodes/SeedanceImageToVideo/prediction/bounds';
import { refused, state } from './played-run';
import { FOX, Scene } from './scene';

let scene: Scene;
beforeEach(() => {
	scene = new Scene();
});

it.each([
	['Retry On Fail', '1'],
	['"Retry execution"', '2'],
])('under a new key of the account %s picks up what was accepted', async (_, executionId) => {
	await scene.undelivered(scene.api([null]), {}, { ...FOX, account: 'mine' });
	const api = scene.api([null]);
	const rotated = { ...FOX, account: 'my new one' };
	const result = await scene.undelivered(api, { executionId }, rotated);
	expect(result).toMatchObject({ value: { pickedUp: true, prediction: { id: 'id-1' } } });
	expect(api.submitted).toEqual([]);
});

it('a key that is refused submits nothing, and the next one picks up what was accepted', async () => {
	await scene.undelivered(scene.api([null]), {}, { ...FOX, account: 'mine' });
	const mistyped = scene.api([null], [refused('keyRefused', '401')]);
	await scene.undelivered(mistyped, {}, { ...FOX, account: 'mistyped' });
	expect(mistyped.submitted).toEqual([]);
	const api = scene.api([null]);
	await scene.undelivered(api, {}, { ...FOX, account: 'my new one' });
	expect(api.submitted).toEqual([]);
});

it('another account’s prediction is left alone, named, and picked up when that account is back', async () => {
	await scene.undelivered(scene.api([null]), {}, { ...FOX, account: 'mine' });
	const yours = scene.run(
		scene.api(
			[state('id-2', 'created')],
			[refused('notFound', '404'), refused('notFound', '404'), 'succeeded'],
		),
	);
	await scene.clock.until(scene.clock.sleep(bounds.notFoundGraceMs));
	const [other] = await scene.clock.until(yours.obtainAll([{ ...FOX, account: 'yours' }]));
	expect(other).toMatchObject({ value: { pickedUp: false, prediction: { id: 'id-2' } } });
	expect(yours.run.ledger.leftAlone()).toEqual([{ item: 0, predictionId: 'id-1' }]);
	yours.run.ledger.close(false);
	const mine = await scene.undelivered(scene.api([]), {}, { ...FOX, account: 'mine' });
	expect(mine).toMatchObject({ value: { pickedUp: true, prediction: { id: 'id-1' } } });
});
