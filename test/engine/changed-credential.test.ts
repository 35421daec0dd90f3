// Weeks of an operator: the key is rotated, the host is spelled anew, the credential is mistyped, corrected, or another
// account's. Whose a prediction is, is asked of GPTProto.
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IRun } from 'n8n-workflow';
import { FAILED, itemsOf, SEEDANCE, SUCCESS } from '../../tools/engine/seedance';
import { errorOf, items, setBounds, until, useEngine } from './harness';

const engine = useEngine();

const NEW_KEY = 'sk-rotated-41c0ffee';
const OTHER_KEY = 'sk-of-somebody-else-99';

beforeEach(() => {
	const { sandbox } = engine;
	sandbox.options.keys = { [sandbox.apiKey]: 'mine', [NEW_KEY]: 'mine', [OTHER_KEY]: 'yours' };
});

const revoke = (key: string) => {
	const left = Object.entries(engine.sandbox.options.keys).filter(([one]) => one !== key);
	engine.sandbox.options.keys = Object.fromEntries(left);
};
const accepted = () => engine.sandbox.predictions.length;
const predictionIds = () => engine.sandbox.predictions.map(({ id }) => id);
const idsOf = (run: IRun) => itemsOf(run, SUCCESS).map(({ json }) => json.predictionId);
const failDownloads = (count: number) =>
	engine.sandbox.plan({ on: 'download', kind: 'download403', times: 4 * count });
/** As a credential that a person edits while the node runs: n8n reads it anew for each try. */
const editable = () => {
	const { apiKey, baseUrl } = engine.sandbox;
	return { apiKey, baseUrl };
};
const retryOf = (failed: IRun, executionId = '2') => ({
	executionId,
	items: [],
	retryOf: failed.data,
});
const withKey = (apiKey: string) => ({ credential: { ...editable(), apiKey } });

describe('a rotated key', () => {
	it('in a wait: Retry On Fail picks up what the old key has paid for', async () => {
		engine.sandbox.options.renderMs = 1000;
		const credential = editable();
		const run = engine.start({ items: items(2), credential, retryOnFail: true });
		await until(() => engine.sandbox.predictions.every(({ resultRequests }) => resultRequests > 0));
		await until(() => accepted() === 2);
		credential.apiKey = NEW_KEY;
		revoke(engine.sandbox.apiKey);
		expect(idsOf(await run.finished).sort()).toEqual(predictionIds().sort());
		expect(accepted()).toBe(2);
	});

	it('in a wait: "Retry execution" does, as the message says', async () => {
		engine.sandbox.options.renderMs = 1000;
		const run = engine.start({ items: items(2) });
		await until(() => accepted() === 2);
		revoke(engine.sandbox.apiKey);
		const failed = await run.finished;
		const { message, description } = errorOf(failed);
		expect(message).toContain('did not accept the API key');
		for (const id of predictionIds()) expect(`${message} ${description}`).toContain(id);
		const retried = await engine.run({ ...retryOf(failed), ...withKey(NEW_KEY) });
		expect(idsOf(retried).sort()).toEqual(predictionIds().sort());
		expect(accepted()).toBe(2);
	});

	it.each(['submit', 'submitAndWait'])(
		'after a failure, both keys valid: %s',
		async (operation) => {
			engine.sandbox.plan({
				on: 'submit',
				kind: 'contentPolicy',
				match: ({ prompt }) => prompt === 'Fox 2',
			});
			const parameters = { operation, prompt: '=Fox {{ $json.n }}' };
			const failed = await engine.run({ items: items(3), parameters });
			const retried = await engine.run({ ...retryOf(failed), ...withKey(NEW_KEY), parameters });
			expect(idsOf(retried).sort()).toEqual(predictionIds().sort());
			expect(accepted()).toBe(3);
		},
	);

	it('twice, and back', async () => {
		failDownloads(3);
		let last = await engine.run();
		for (const [index, key] of [NEW_KEY, engine.sandbox.apiKey, NEW_KEY].entries()) {
			last = await engine.run({ ...retryOf(last, `${index + 2}`), ...withKey(key) });
		}
		expect(idsOf(last).sort()).toEqual(predictionIds().sort());
		expect(accepted()).toBe(1);
	});

	it('does not let the answer that an old key lost be submitted again unattended', async () => {
		engine.sandbox.plan({ on: 'submit', kind: 'resetAfter' });
		const credential = editable();
		const run = engine.start({ credential, retryOnFail: true, maxTries: 3 });
		await until(() => accepted() === 1);
		credential.apiKey = NEW_KEY;
		expect(errorOf(await run.finished).message).toContain('may exist and may be billed');
		expect(engine.submissions()).toHaveLength(1);
	});

	it('of each of two customers: each goes on with its own', async () => {
		const old = { mine: engine.sandbox.apiKey, yours: OTHER_KEY };
		const rotated = { mine: NEW_KEY, yours: 'sk-of-somebody-else-100' };
		engine.sandbox.options.keys = { ...engine.sandbox.options.keys, [rotated.yours]: 'yours' };
		const { baseUrl } = engine.sandbox;
		const keyOf = ({ mine, yours }: typeof old) => ({
			credential: { apiKey: `={{ $json.n % 2 ? '${yours}' : '${mine}' }}`, baseUrl },
		});
		failDownloads(4);
		// The same request for all, so that nothing but the account tells the items apart.
		const failed = await engine.run({ items: items(4), ...keyOf(old) });
		const retried = await engine.run({ ...retryOf(failed), ...keyOf(rotated) });
		const owners = idsOf(retried).map(
			(id) => engine.sandbox.predictions.find((one) => one.id === id)?.account,
		);
		expect(owners).toEqual(['mine', 'yours', 'mine', 'yours']);
		expect(new Set(idsOf(retried)).size).toBe(4);
		expect(accepted()).toBe(4);
	});
});

describe('a mistyped key', () => {
	it.each([undefined, 'continueRegularOutput'] as const)(
		'pays for nothing and names what was paid for; corrected, that is picked up: On Error %s',
		async (onError) => {
			failDownloads(2);
			const failed = await engine.run({ items: items(2) });
			const mistyped = await engine.run({
				...retryOf(failed),
				...withKey('sk-mistyped'),
				...(onError && { onError }),
			});
			const said = onError
				? JSON.stringify(itemsOf(mistyped, SUCCESS))
				: JSON.stringify(errorOf(mistyped));
			expect(said).toContain('did not accept the API key');
			for (const id of predictionIds()) expect(said).toContain(id);
			const corrected = await engine.run(retryOf(failed, '3'));
			expect(idsOf(corrected).sort()).toEqual(predictionIds().sort());
			expect(accepted()).toBe(2);
		},
	);

	it('puts out no id that it could not ask about', async () => {
		engine.sandbox.plan({
			on: 'submit',
			kind: 'contentPolicy',
			match: ({ prompt }) => prompt === 'Fox 1',
		});
		const parameters = { operation: 'submit', prompt: '=Fox {{ $json.n }}' };
		const failed = await engine.run({ items: items(2), parameters });
		const mistyped = await engine.run({
			...retryOf(failed),
			...withKey('sk-mistyped'),
			onError: 'continueErrorOutput',
			parameters,
		});
		expect(itemsOf(mistyped, SUCCESS)).toEqual([]);
		expect(itemsOf(mistyped, FAILED)).toHaveLength(2);
		expect(JSON.stringify(itemsOf(mistyped, FAILED)[0])).toContain(predictionIds()[0]);
	});
});

describe('another account', () => {
	it.each([404, 403] as const)(
		'gets predictions of its own, and those left alone are named: HTTP %i',
		async (foreignResult) => {
			Object.assign(engine.sandbox.options, { foreignResult });
			setBounds({ notFoundGraceMs: 200 });
			failDownloads(2);
			const failed = await engine.run({ items: items(2) });
			const mine = predictionIds();
			const retried = await engine.run({ ...retryOf(failed), ...withKey(OTHER_KEY) });
			expect(idsOf(retried).sort()).toEqual(predictionIds().slice(2).sort());
			expect(engine.sandbox.predictions.map(({ account }) => account)).toEqual([
				'mine',
				'mine',
				'yours',
				'yours',
			]);
			const hints = JSON.stringify(retried.data.resultData.runData[SEEDANCE]?.[0]?.hints);
			for (const id of mine) {
				expect(engine.warnings.join()).toContain(id);
				expect(hints).toContain(id);
			}
		},
	);

	it('names them also where that try stops, and gives them back to their account', async () => {
		setBounds({ notFoundGraceMs: 200 });
		failDownloads(2);
		const failed = await engine.run();
		const other = await engine.run({ ...retryOf(failed), ...withKey(OTHER_KEY) });
		const [mine, yours] = predictionIds();
		expect(errorOf(other).message).toContain(yours);
		expect(errorOf(other).description).toContain(`did not use, since`);
		expect(errorOf(other).description).toContain(mine);
		const again = await engine.run(retryOf(other, '3'));
		expect(idsOf(again)).toEqual([mine]);
		expect(accepted()).toBe(2);
	});

	it('is held to the spending limit, and the message names what it leaves alone', async () => {
		setBounds({ notFoundGraceMs: 200 });
		failDownloads(1);
		const limited = (spendingLimit: number) => ({
			parameters: { options: { pollingInterval: 0.1, spendingLimit }, duration: 4 },
		});
		const failed = await engine.run(limited(4));
		const other = await engine.run({
			...retryOf(failed),
			...withKey(OTHER_KEY),
			...limited(3),
		});
		expect(errorOf(other).message).toContain("another account's");
		expect(errorOf(other).description).toContain(predictionIds()[0]);
		expect(accepted()).toBe(1);
		const allowed = await engine.run({
			...retryOf(failed, '3'),
			...withKey(OTHER_KEY),
			...limited(4),
		});
		expect(idsOf(allowed)).toEqual([predictionIds()[1]]);
	});
});

describe('a host spelled anew', () => {
	let proxy: Server;
	beforeAll(async () => {
		proxy = createServer((incoming, response) => {
			const { method, headers, url = '' } = incoming;
			const target = new URL(engine.sandbox.baseUrl + url.replace(/^\/gptproto/, ''));
			const passedOn = request(target, { method, headers: { ...headers, host: target.host } });
			passedOn.on('response', (answer) => {
				response.writeHead(answer.statusCode ?? 502, answer.headers);
				answer.pipe(response);
			});
			incoming.pipe(passedOn);
		});
		await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
	});
	afterAll(async () => {
		proxy.closeAllConnections();
		await new Promise((resolve) => proxy.close(resolve));
	});

	it.each([
		['HTTP: for http:', (url: string) => url.replace('http:', 'HTTP:')],
		['localhost for 127.0.0.1', (url: string) => url.replace('127.0.0.1', 'LOCALHOST')],
		['a slash behind it', (url: string) => `${url}//`],
		[
			'a proxy put in front',
			() => `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/gptproto`,
		],
	])('is the same GPTProto: %s', async (_, spelled) => {
		failDownloads(2);
		const failed = await engine.run({ items: items(2) });
		const { apiKey, baseUrl } = engine.sandbox;
		const credential = { apiKey, baseUrl: spelled(baseUrl) };
		const retried = await engine.run({ ...retryOf(failed), credential });
		expect(idsOf(retried).sort()).toEqual(predictionIds().sort());
		expect(accepted()).toBe(2);
	});
});
