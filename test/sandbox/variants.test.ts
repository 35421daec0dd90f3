import { startSandbox, variantKinds, type Fault, type Sandbox } from '../../sandbox';
import { Client } from './client';

let sandbox: Sandbox;
let client: Client;

beforeAll(async () => {
	sandbox = await startSandbox({ queueMs: 0, renderMs: 0 });
	client = new Client(sandbox);
});
beforeEach(() => {
	sandbox.reset();
	sandbox.options.renderMs = 0;
});
afterAll(async () => {
	await client.close();
	await sandbox.close();
});

type ApiKind = Exclude<Extract<Fault, { on: 'submit' }>['kind'], 'custom'>;

describe('A variant of the envelope', () => {
	const resultWith = async (...kinds: ApiKind[]) => {
		const id = await client.accepted();
		sandbox.plan(...kinds.map((kind): Fault => ({ on: 'result', kind })));
		return (await client.result(id)).body.data;
	};

	it('urlsArray is the array of the documentation’s prose', async () => {
		expect((await resultWith('urlsArray'))?.urls).toEqual([
			{ get: expect.stringMatching(/\/api\/v3\/predictions\/[\w-]+\/result$/) },
		]);
	});

	it('camelCase renames two fields', async () => {
		const data = await resultWith('camelCase');
		expect(data).toMatchObject({ hasNsfwContents: [false], createdAt: expect.any(String) });
		expect(data).not.toHaveProperty('created_at');
		expect(data).not.toHaveProperty('has_nsfw_contents');
	});

	it('errorEmptyString stands for no error', async () => {
		expect((await resultWith('errorEmptyString'))?.error).toBe('');
	});

	it('nsfwNull stands for not looked at', async () => {
		expect((await resultWith('nsfwNull'))?.has_nsfw_contents).toBeNull();
	});

	it('outputsNull is seen until there is an output', async () => {
		expect((await resultWith('outputsNull'))?.outputs).toHaveLength(1);
		sandbox.options.renderMs = 60_000;
		expect((await resultWith('outputsNull'))?.outputs).toBeNull();
	});

	it('siblingStatuses are the words of the sibling endpoints', async () => {
		sandbox.plan({ on: 'submit', kind: 'siblingStatuses' });
		expect((await client.submit()).body.data?.status).toBe('pending');
		expect((await resultWith('siblingStatuses'))?.status).toBe('completed');
		sandbox.options.renderMs = 60_000;
		expect((await resultWith('siblingStatuses'))?.status).toBe('processing');
		sandbox.options.renderMs = 0;
		sandbox.options.outcome = () => ({ status: 'expired' });
		expect((await resultWith('siblingStatuses'))?.status).toBe('cancelled');
		sandbox.options.outcome = () => 'succeeded';
	});

	it('unknownStatus shows neither an output nor an error', async () => {
		expect(await resultWith('unknownStatus')).toMatchObject({
			status: 'thinking',
			outputs: [],
			error: null,
		});
		expect(sandbox.predictions[0]?.firstSeenDoneAtMs).toBeUndefined();
	});

	it('foreignGetUrl points elsewhere', async () => {
		expect((await resultWith('foreignGetUrl'))?.urls).toEqual({
			get: expect.stringMatching(new RegExp(`^${sandbox.elsewhereUrl}/`)),
		});
	});

	it('succeededWithoutOutputs waits for an answer that says succeeded', async () => {
		sandbox.options.renderMs = 250;
		const id = await client.accepted();
		sandbox.plan({ on: 'result', kind: 'succeededWithoutOutputs' });
		expect(await client.ended(id)).toMatchObject({ status: 'succeeded', outputs: [] });
		expect((await client.ended(id)).outputs).toHaveLength(1);
	});

	it('badVideoUrl shows an address nobody should open', async () => {
		expect((await resultWith('badVideoUrl'))?.outputs).toEqual(['file:///etc/passwd']);
		const id = await client.accepted();
		sandbox.plan({ on: 'result', kind: 'badVideoUrl', url: 'ftp://pictures.invalid/a.mp4' });
		expect((await client.result(id)).body.data?.outputs).toEqual(['ftp://pictures.invalid/a.mp4']);
	});

	it.each(variantKinds.filter((kind) => kind !== 'numericId'))(
		'%s leaves a submission accepted',
		async (kind) => {
			sandbox.plan({ on: 'submit', kind });
			expect(await client.submit()).toMatchObject({ status: 200 });
			expect(sandbox.predictions).toHaveLength(1);
		},
	);

	it('can be seen together with others, and with a disruption', async () => {
		const data = await resultWith('urlsArray', 'camelCase', 'nsfwNull', 'errorEmptyString');
		expect(data).toMatchObject({ urls: [{}], hasNsfwContents: null, error: '' });
		expect(await resultWith('slowBody', 'urlsArray')).toMatchObject({ urls: [{}] });
	});
});
