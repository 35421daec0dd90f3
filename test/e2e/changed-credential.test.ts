// The credential is changed between two tries, or while the node waits: a rotated key, the same host spelled anew, another
// account.
import { readFile } from 'node:fs/promises';

import { type Execution, itemsOf } from '../../tools/n8n/workflow';
import { inEveryN8n } from './in-every-n8n';
import { paid, until } from './parked';
import { items, line, prompts, SEEDANCE, seedance, start } from './workflows';

const NEW_KEY = 'sk-rotated-41c0ffee';
const OTHER_KEY = 'sk-of-somebody-else-99';

inEveryN8n((place) => {
	const save = async (changes: { apiKey?: string; baseUrl?: string } = {}): Promise<void> => {
		const { apiKey, baseUrl } = place.sandbox;
		await place.rest.updateCredential(place.credential, { apiKey, baseUrl, ...changes });
	};
	beforeEach(async () => {
		place.sandbox.options.keys = {
			[place.sandbox.apiKey]: 'mine',
			[NEW_KEY]: 'mine',
			[OTHER_KEY]: 'yours',
		};
		place.sandbox.options.renderMs = 60;
		await save();
	});
	const revokeOld = () => {
		place.sandbox.options.keys = { [NEW_KEY]: 'mine' };
	};
	const idsOf = (execution: Execution) =>
		itemsOf(execution, SEEDANCE).map(({ json }) => json.predictionId);
	const predictionIds = () => place.sandbox.predictions.map(({ id }) => id);
	const ONCE = { 'Prompt 0': 1, 'Prompt 1': 1, 'Prompt 2': 1 };
	const refuse = (prompt: string) =>
		place.sandbox.plan({
			on: 'submit',
			kind: 'contentPolicy',
			match: (body) => body.prompt === prompt,
		});

	/** Three items, of which one is not submitted. */
	async function fail(): Promise<Execution> {
		refuse('Prompt 2');
		const workflow = line(start(), items(prompts(3)), seedance(place.credential));
		const failed = await place.run(workflow);
		expect(failed.status).toBe('error');
		expect(place.sandbox.predictions).toHaveLength(2);
		return failed;
	}

	test('a key that is rotated in a wait: Retry On Fail goes on with the new one', async () => {
		place.sandbox.options.renderMs = 3_000;
		const retrying = { retryOnFail: true, maxTries: 3, waitBetweenTries: 2_000 };
		const seedanceNode = seedance(place.credential, {}, retrying);
		const id = await place.begin(line(start(), items(prompts(3)), seedanceNode));
		await until(() => place.sandbox.predictions.length === 3);
		await save({ apiKey: NEW_KEY });
		revokeOld();

		const execution = await place.rest.waitFor(id);
		expect(execution.status).toBe('success');
		expect(idsOf(execution)).toHaveLength(3);
		expect(paid(place.sandbox, 'Prompt')).toEqual(ONCE);
	});

	test('a key that is revoked in a wait: "Retry execution" goes on with the new one', async () => {
		place.sandbox.options.renderMs = 3_000;
		const id = await place.begin(line(start(), items(prompts(3)), seedance(place.credential)));
		await until(() => place.sandbox.predictions.length === 3);
		revokeOld();
		const failed = await place.rest.waitFor(id);
		expect(failed.error?.message).toContain('did not accept the API key');
		await save({ apiKey: NEW_KEY });

		const retried = await place.rest.retry(failed.id);
		expect(retried.status).toBe('success');
		expect(idsOf(retried)).toHaveLength(3);
		expect(paid(place.sandbox, 'Prompt')).toEqual(ONCE);
	});

	test.each([
		['with a new key of the same account', () => ({ apiKey: NEW_KEY })],
		[
			'with the same host spelled anew',
			() => ({ baseUrl: place.sandbox.baseUrl.replace('http://127.0.0.1', 'HTTP://LocalHost') }),
		],
	])('"Retry execution" %s picks up what was paid for', async (_, changes) => {
		const failed = await fail();
		await save(changes());

		const retried = await place.rest.retry(failed.id);
		expect(retried.status).toBe('success');
		expect(idsOf(retried).sort()).toEqual(predictionIds().sort());
		expect(paid(place.sandbox, 'Prompt')).toEqual(ONCE);
	});

	test('"Retry execution" with a mistyped key pays for nothing, and what was paid for stays', async () => {
		const failed = await fail();
		await save({ apiKey: 'sk-mistyped' });
		const mistyped = await place.rest.retry(failed.id);
		expect(mistyped.error?.message).toContain('did not accept the API key');
		expect(place.sandbox.predictions).toHaveLength(2);
		await save();

		const retried = await place.rest.retry(mistyped.id);
		expect(idsOf(retried).sort()).toEqual(predictionIds().sort());
		expect(paid(place.sandbox, 'Prompt')).toEqual(ONCE);
	});

	test('another account leaves alone what is not its own, and n8n’s log names it', async () => {
		place.sandbox.options.foreignResult = 403;
		const failed = await fail();
		const mine = predictionIds();
		await save({ apiKey: OTHER_KEY });

		const retried = await place.rest.retry(failed.id);
		const yours = place.sandbox.predictions.filter(({ account }) => account === 'yours');
		expect(idsOf(retried).sort()).toEqual(yours.map(({ id }) => id).sort());
		expect(predictionIds()).toHaveLength(mine.length + 3);
		const log = await readFile(place.logFile, 'utf8');
		const [named = ''] = log.split('\n').filter((one) => one.includes('did not use, since'));
		for (const id of mine) expect(named).toContain(id);
	});
});
