// The right account: each item is sent, asked for and downloaded with its own credential.
import { type Sandbox, startSandbox } from '../../sandbox';
import { FAILED, itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { errorOf, items, startIn, TINY_VIDEO, useEngine } from './harness';

const engine = useEngine();

let other: Sandbox;
beforeAll(async () => {
	const video = { kind: 'buffer', data: TINY_VIDEO } as const;
	other = await startSandbox({ apiKey: 'sk-of-another-customer-5f1e', video });
});
beforeEach(() => other.reset());
afterAll(async () => await other.close());

const PER_ITEM = { apiKey: '={{ $json.key }}', baseUrl: '={{ $json.url }}' };
const customers = (count: number) =>
	items(count).map(({ json: { n } }) => {
		const { apiKey, baseUrl } = n % 2 === 0 ? engine.sandbox : other;
		return { json: { n, key: apiKey, url: baseUrl } };
	});
/** Requests by a key that is not the sandbox's own. */
const strangers = (sandbox: Sandbox) =>
	sandbox.requests.filter(
		({ origin, headers }) => origin === 'api' && headers.authorization !== sandbox.apiKey,
	);

it('sends every item with its own key, expressions resolved for that item', async () => {
	const run = await startIn(engine.sandbox, { items: customers(4), credential: PER_ITEM }).finished;
	const ids = itemsOf(run, SUCCESS).map(({ json }) => json.predictionId);
	expect(ids).toHaveLength(4);
	for (const [sandbox, own] of [
		[engine.sandbox, [ids[0], ids[2]]],
		[other, [ids[1], ids[3]]],
	] as const) {
		expect(sandbox.predictions.map(({ id }) => id).sort()).toEqual([...own].sort());
		expect(strangers(sandbox)).toEqual([]);
	}
});

it('lets a 401 of one account leave the other alone', async () => {
	engine.sandbox.plan({ on: 'submit', kind: 'unauthorized', times: Infinity });
	const run = await startIn(engine.sandbox, {
		items: customers(6),
		credential: PER_ITEM,
		onError: 'continueErrorOutput',
	}).finished;
	expect(itemsOf(run, SUCCESS)).toHaveLength(3);
	expect(itemsOf(run, FAILED)).toHaveLength(3);
});

it('picks up each with its own account under Retry On Fail', async () => {
	engine.sandbox.plan({ on: 'download', kind: 'download403', times: 4 });
	const run = await startIn(engine.sandbox, {
		items: customers(2),
		credential: PER_ITEM,
		retryOnFail: true,
	}).finished;
	expect(itemsOf(run, SUCCESS)).toHaveLength(2);
	expect(engine.sandbox.predictions.length + other.predictions.length).toBe(2);
	expect([...strangers(engine.sandbox), ...strangers(other)]).toEqual([]);
});

it.each([
	['gptproto.com', 'must start with https:// or http://'],
	['https://me:secret@gptproto.com', 'must not hold a user name'],
	['https://gptproto.com/?key=1', 'must not hold a query'],
	['ftp://gptproto.com', 'must be an http(s) URL'],
])('refuses the base URL %s in those words', async (baseUrl, words) => {
	const run = await engine.run({ credential: { apiKey: 'sk-x', baseUrl } });
	expect(errorOf(run).message).toContain(words);
	expect(JSON.stringify(run.data.resultData.error)).not.toContain('secret');
});

it('says of a credential that n8n cannot read that nothing was submitted', async () => {
	const credential = { apiKey: '={{ $("Nowhere").first().json.key }}', baseUrl: '' };
	const run = await engine.run({ credential });
	expect(errorOf(run)).toMatchObject({
		message: expect.stringContaining('could not be read'),
		description: expect.stringContaining('Nothing was submitted'),
	});
});
