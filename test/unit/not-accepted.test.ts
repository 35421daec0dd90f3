// What is submitted again, and what is not: lost responses, refusals, hosts out of reach, ids that nobody knows.
import { bounds } from '../../nodes/SeedanceImageToVideo/prediction/bounds';
import { noResponse, reasonOf, refused, unreadable } from './played-run';
import { Scene } from './scene';

let scene: Scene;
beforeEach(() => {
	scene = new Scene();
});

it.each([
	['Retry On Fail does not submit', '1', 0],
	['"Retry execution" submits once', '2', 1],
])('after a lost answer %s again', async (_, executionId, submissions) => {
	for (const lost of [noResponse('ECONNRESET'), unreadable(), noResponse('TIMEOUT')]) {
		scene.context = {};
		expect(reasonOf(await scene.undelivered(scene.api([lost])))).toEqual({
			kind: 'responseLost',
			obstacle: lost,
		});
		const api = scene.api([null]);
		await scene.undelivered(api, { executionId }, { prompt: 'fox, 9:41' });
		expect(api.submitted).toHaveLength(submissions);
	}
});

it('after a 404 beyond the grace "Retry execution" submits again, as the message says', async () => {
	const unknown = scene.api([null], [refused('notFound', '404')]);
	expect(reasonOf(await scene.undelivered(unknown))).toMatchObject({ kind: 'refused' });
	expect(unknown.polled.length).toBeGreaterThan(1);
	const sameExecution = scene.api([null], [refused('notFound', '404')]);
	await scene.undelivered(sameExecution, { executionId: '1' });
	expect(sameExecution.submitted).toEqual([]);
	const api = scene.api([null]);
	await scene.undelivered(api, { executionId: '2' });
	expect(api.submitted).toHaveLength(1);
});

it('a host that cannot be reached is given up on after a few tries, with nothing submitted', async () => {
	const api = scene.api([noResponse('ECONNREFUSED', false)]);
	expect(reasonOf(await scene.undelivered(api))).toMatchObject({ kind: 'unreachable' });
	expect(api.submitted).toHaveLength(bounds.connectAttempts);
	await scene.undelivered(scene.api([null]), {});
});

it('a certificate that nobody trusts is not tried again', async () => {
	const api = scene.api([noResponse('CERT_HAS_EXPIRED', false)]);
	expect(reasonOf(await scene.undelivered(api))).toMatchObject({ kind: 'unreachable' });
	expect(api.submitted).toHaveLength(1);
});

it.each([
	['401 stops every item of the account', refused('keyRefused', '401'), ['a', 'b'], 1],
	['403 stops the items of its model', refused('forbidden', '403'), ['a', 'a'], 1],
	['403 lets another model’s items go on', refused('forbidden', '403'), ['a', 'b'], 2],
	['400 is about one item', refused('badRequest', '400'), ['a', 'a'], 2],
])('HTTP %s', async (_, refusal, models, submissions) => {
	const api = scene.api([refusal]);
	const played = scene.run(api, {}, { maxConcurrentRequests: 1 });
	const results = await scene.clock.until(
		played.obtainAll(models.map((model) => ({ prompt: 'fox', model }))),
	);
	expect(api.submitted).toHaveLength(submissions);
	const [, second] = results.map((result) => reasonOf(result).kind);
	expect(second).toBe(submissions === 1 ? 'notSentAfterRefusal' : 'refused');
});
