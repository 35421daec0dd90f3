// Whose a key is: keys of one account, keys of other accounts, and keys that are revoked.
import { Client, useSandbox } from './client';

const api = useSandbox({ video: { kind: 'buffer', data: Buffer.from('video') } });

const clientOf = (apiKey: string) => new Client({ baseUrl: api.sandbox.baseUrl, apiKey });
const KEYS = { 'sk-mine': 'mine', 'sk-my-new-one': 'mine', 'sk-yours': 'yours' };

it('answers every key of an account about its predictions, and no other account', async () => {
	api.sandbox.options.keys = KEYS;
	const [mine, rotated, yours] = Object.keys(KEYS).map(clientOf) as [Client, Client, Client];
	const id = await mine.accepted();
	expect(api.sandbox.predictions[0]?.account).toBe('mine');
	expect((await rotated.result(id)).body.data?.id).toBe(id);
	expect((await yours.result(id)).status).toBe(404);
	api.sandbox.options.foreignResult = 403;
	expect(await yours.result(id)).toMatchObject({ status: 403, body: { error: { type: '403' } } });
	expect((await yours.result('nobody-s')).status).toBe(404);
	await Promise.all([mine, rotated, yours].map((client) => client.close()));
});

it('does not know a key that was revoked', async () => {
	api.sandbox.options.keys = KEYS;
	const mine = clientOf('sk-mine');
	const id = await mine.accepted();
	api.sandbox.options.keys = { 'sk-my-new-one': 'mine' };
	expect((await mine.result(id)).status).toBe(401);
	expect((await mine.submit()).status).toBe(401);
	await mine.close();
});
