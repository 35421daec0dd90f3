import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox';
import { Client } from './client';

let sandbox: Sandbox;
let client: Client;

const start = async (options: SandboxOptions) => {
	sandbox = await startSandbox(options);
	client = new Client(sandbox);
};
afterEach(async () => {
	await client.close();
	await sandbox.close();
});

describe('The limits', () => {
	it('refuse a submission while too many predictions are at work, and take it afterwards', async () => {
		await start({ maxInFlight: 2, queueMs: 0, renderMs: 300 });
		const ids = [await client.accepted(), await client.accepted()];
		expect(await client.submit()).toMatchObject({ status: 429, body: { error: { code: 429 } } });
		expect(sandbox.predictions).toHaveLength(2);
		expect(sandbox.refused).toBe(1);
		for (const id of ids) await client.ended(id);
		expect(await client.submit()).toMatchObject({ status: 200 });
	});

	it('never let simultaneous submissions slip through together', async () => {
		await start({ maxInFlight: 3, renderMs: 60_000 });
		const answers = await Promise.all(Array.from({ length: 12 }, () => client.submit()));
		expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
		expect(sandbox.refused).toBe(9);
	});

	it('do not keep anyone from asking for results', async () => {
		await start({ maxInFlight: 1, renderMs: 60_000 });
		const id = await client.accepted();
		expect(await client.result(id)).toMatchObject({ status: 200 });
	});

	it('refuse API requests that come too fast, whatever they ask', async () => {
		await start({ requestsPerSecond: 4 });
		const urls = Array.from({ length: 10 }, () => `${sandbox.baseUrl}/v1/models`);
		const answers = await Promise.all(urls.map((url) => client.ask('GET', url)));
		const refused = answers.filter(({ status }) => status === 429).length;
		expect(refused).toBeGreaterThan(0);
		expect(sandbox.refused).toBe(refused);
		sandbox.options.requestsPerSecond = Infinity;
		expect(await client.submit()).toMatchObject({ status: 200 });
	});

	it('let as many through in the next second', async () => {
		await start({ requestsPerSecond: 1 });
		const url = `${sandbox.baseUrl}/v1/models`;
		expect(await client.ask('GET', url)).toMatchObject({ status: 200 });
		await new Promise((resolve) => setTimeout(resolve, 1050));
		expect(await client.ask('GET', url)).toMatchObject({ status: 200 });
	});

	it.each([
		['none', undefined],
		['seconds', /^2$/],
		['date', /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/],
	] as const)('say when to come back as %s', async (retryAfter, header) => {
		await start({ maxInFlight: 0, retryAfter, retryAfterSeconds: 1.2 });
		const value = (await client.submit()).headers['retry-after'];
		if (!header) expect(value).toBeUndefined();
		else expect(value).toMatch(header);
	});

	it('give a date that is not before the time they mean', async () => {
		await start({ maxInFlight: 0, retryAfter: 'date', retryAfterSeconds: 30 });
		const before = Date.now();
		const value = (await client.submit()).headers['retry-after'];
		expect(Date.parse(String(value))).toBeGreaterThanOrEqual(before + 30_000);
	});
});
