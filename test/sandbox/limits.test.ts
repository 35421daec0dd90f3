// What the sandbox refuses with 429, what it says then, and what it counts.
import { Limits } from '../../sandbox/limits';
import { plainBody, useSandbox } from './client';

const api = useSandbox();

describe('The limits', () => {
	it('refuse what is too much at work, however many ask at once, until predictions end', async () => {
		const { sandbox, client } = api;
		Object.assign(sandbox.options, { maxInFlight: 2, renderMs: 200 });
		const answers = await Promise.all(Array.from({ length: 6 }, () => client.submit()));
		expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
		expect(answers.find(({ status }) => status === 429)?.body.error?.type).toBe('429');
		expect([sandbox.predictions.length, sandbox.refused]).toEqual([2, 4]);
		for (const { id } of sandbox.predictions) await client.ended(id);
		expect(await client.submit()).toMatchObject({ status: 200 });
	});

	it('refuse API requests that come too fast, whatever they ask', async () => {
		const id = await api.client.accepted();
		api.sandbox.options.requestsPerSecond = 0;
		const asked = ['/v1/models', '/nowhere', api.client.resultPath(id)];
		for (const path of asked) {
			expect(await api.client.ask(path)).toMatchObject({ status: 429, body: { error: {} } });
		}
		expect(await api.client.submit()).toMatchObject({ status: 429 });
		expect(api.sandbox.refused).toBe(4);
	});

	it('let as many through in any one second as are set', () => {
		jest.useFakeTimers();
		const limits = new Limits({ ...api.sandbox.options, requestsPerSecond: 2 });
		const admitted = [0, 400, 500, 600, 500].map((ms) => {
			jest.advanceTimersByTime(ms);
			return limits.admits();
		});
		jest.useRealTimers();
		// At 0, 400, 900, 1500 (after which 400 is out of sight) and 2000 ms.
		expect(admitted).toEqual([true, true, false, true, true]);
	});

	it('say when to come back, in whole seconds or as a date that is not too early', async () => {
		Object.assign(api.sandbox.options, { maxInFlight: 0, retryAfterSeconds: 1.2 });
		const said = async (retryAfter: 'none' | 'seconds' | 'date') => {
			api.sandbox.options.retryAfter = retryAfter;
			return (await api.client.submit()).headers['retry-after'];
		};
		expect([await said('none'), await said('seconds')]).toEqual([undefined, '2']);
		const before = Date.now();
		const date = String(await said('date'));
		expect(date).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
		expect(Date.parse(date)).toBeGreaterThanOrEqual(before + 1200);
	});

	it('refuse nothing uncounted: good submissions are counted, and no others', async () => {
		const { sandbox, client } = api;
		sandbox.options.maxInFlight = 0;
		await client.submit();
		Object.assign(sandbox.options, { maxInFlight: Infinity, requestsPerSecond: 0 });
		await client.submit();
		await client.submit({});
		sandbox.options.requestsPerSecond = Infinity;
		sandbox.plan({ on: 'submit', kind: 'status500' });
		await client.submit();
		await client.submit(plainBody, undefined, { headers: { authorization: 'no' } });
		expect([sandbox.submissionsSeen, sandbox.refused]).toEqual([3, 2]);
	});
});
