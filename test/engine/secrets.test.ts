// The key reaches nothing that is stored or read, and looking for it destroys nothing else.
import { startSandbox } from '../../sandbox';
import { itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { errorOf, startIn, TINY_VIDEO, useEngine } from './harness';

const engine = useEngine();

it.each(['e', 'null'])('destroys no id or status with the key "%s"', async (apiKey) => {
	const sandbox = await startSandbox({ apiKey, video: { kind: 'buffer', data: TINY_VIDEO } });
	const run = await startIn(sandbox).finished;
	expect(itemsOf(run, SUCCESS)[0]?.json).toMatchObject({
		predictionId: sandbox.predictions[0]?.id,
		status: 'succeeded',
		videoUrl: expect.stringContaining(sandbox.mediaUrl),
	});
	await sandbox.close();
});

it.each([
	['a zero-width space after it', (key: string) => `${key}\u200b`],
	['spaces and a line break around it', (key: string) => ` ${key}\r\n`],
	['Bearer before it', (key: string) => `Bearer ${key}`],
])('sends a key with %s bare, and shows it to nobody', async (_what, written) => {
	engine.sandbox.plan({ on: 'submit', kind: 'keyEcho', status: 500 });
	const credential = { apiKey: written(engine.sandbox.apiKey), baseUrl: engine.sandbox.baseUrl };
	const run = await engine.run({ credential });
	expect(engine.submissions()[0]?.headers.authorization).toBe(engine.sandbox.apiKey);
	expect(errorOf(run).description).toContain('***');
	expect(JSON.stringify(run.data)).not.toContain(engine.sandbox.apiKey);
	expect([...engine.warnings, ...engine.notes].join()).not.toContain(engine.sandbox.apiKey);
});

it('finds the key behind JSON escapes, in raw output as well', async () => {
	const apiKey = 'sk-a/b/c-0123456789';
	const sandbox = await startSandbox({ apiKey, video: { kind: 'buffer', data: TINY_VIDEO } });
	const escaped = apiKey.replaceAll('/', '\\/').replace('k', '\\u006b');
	const data = `{"id":"p1","status":"succeeded","outputs":[],"error":"seen ${escaped}"}`;
	sandbox.plan({
		on: 'result',
		kind: 'custom',
		answer: { status: 200, type: 'application/json', body: `{"code":200,"data":${data}}` },
	});
	const submitting = await startIn(sandbox, { parameters: { operation: 'submit' } }).finished;
	const predictionId = String(itemsOf(submitting, SUCCESS)[0]?.json.predictionId);
	const run = await startIn(sandbox, {
		parameters: { operation: 'getResult', predictionId, simplify: false },
	}).finished;
	expect(itemsOf(run, SUCCESS)[0]?.json.prediction).toMatchObject({ error: 'seen ***' });
	expect(JSON.stringify(run.data)).not.toContain(apiKey);
	await sandbox.close();
});

it.each([
	'Prediction\n2099-01-01 ERROR forged line',
	'red \u001b[31m text \u0007',
	'hidden \u202e reversed',
])('writes an id of any characters as one harmless line in the log', async (id) => {
	engine.sandbox.options.predictionId = () => id;
	await engine.run({ parameters: { operation: 'submit' } });
	expect(engine.notes).toHaveLength(1);
	expect(engine.notes[0]).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

it('quotes a message of GPTProto in one line, and no more than a line of it', async () => {
	const message = `Too dark\n\u001b[2J${'x'.repeat(5000)}`;
	const answer = {
		status: 400,
		type: 'application/json',
		body: JSON.stringify({ error: { message } }),
	};
	engine.sandbox.plan({ on: 'submit', kind: 'custom', answer });
	const { description } = errorOf(await engine.run());
	expect(description).toContain('Too dark');
	expect(description).not.toMatch(/[\p{Cc}\p{Cf}]/u);
	expect(description.length).toBeLessThan(600);
});
