// Cancelling: asking stops, nothing new is sent, and no id is lost.
import { items, settle, until, useEngine } from './harness';

const engine = useEngine();

it('stops asking, and names the predictions that go on without it', async () => {
	engine.sandbox.options.renderMs = 60_000;
	const run = engine.start({ items: items(5) });
	await until(() => engine.sandbox.requests.length > 12);
	run.cancel();
	await run.finished;
	await settle(300);
	const asked = engine.sandbox.requests.length;
	await settle(400);
	expect(engine.sandbox.requests).toHaveLength(asked);
	expect(engine.warnings).toHaveLength(1);
	for (const { id } of engine.sandbox.predictions) expect(engine.warnings[0]).toContain(id);
});

it('names what was finished and not passed on', async () => {
	engine.sandbox.options.renderMs = (_body, index) => (index === 0 ? 0 : 60_000);
	const run = engine.start({ items: items(2) });
	await until(() => engine.sandbox.predictions.some(({ downloads }) => downloads > 0));
	await settle(100);
	run.cancel();
	await run.finished;
	await until(() => engine.warnings.length > 0);
	for (const { id } of engine.sandbox.predictions) expect(engine.warnings.join()).toContain(id);
});

it('names what Submit had accepted', async () => {
	engine.sandbox.plan({ on: 'submit', kind: 'slowBody', delayMs: 700, after: 2 });
	const run = engine.start({ items: items(3), parameters: { operation: 'submit' } });
	await until(() => engine.sandbox.predictions.length === 3);
	await settle(50);
	run.cancel();
	await run.finished;
	await until(() => engine.warnings.length > 1);
	for (const { id } of engine.sandbox.predictions) expect(engine.warnings.join()).toContain(id);
});

it('wakes items that sleep through a long interval', async () => {
	engine.sandbox.options.renderMs = 600_000;
	const run = engine.start({ parameters: { options: { pollingInterval: 600 } } });
	await until(() => engine.sandbox.predictions.length === 1);
	await settle(100);
	run.cancel();
	await run.finished;
	await until(() => engine.warnings.length > 0);
	expect(engine.warnings[0]).toContain(engine.sandbox.predictions[0]?.id);
});

it('lets a submission under way come home and logs its id', async () => {
	engine.sandbox.plan({ on: 'submit', kind: 'slowBody', delayMs: 600 });
	const run = engine.start();
	await until(() => engine.sandbox.predictions.length === 1);
	run.cancel();
	await run.finished;
	await until(() => engine.warnings.length > 0);
	expect(engine.warnings.join()).toContain(engine.sandbox.predictions[0]?.id);
});

it('tells of an answer that was lost before, which no error names any more', async () => {
	engine.sandbox.options.renderMs = Infinity;
	engine.sandbox.plan({ on: 'submit', kind: 'resetAfter' });
	const run = engine.start({
		items: items(2),
		parameters: { options: { pollingInterval: 0.1, maxConcurrentRequests: 1 } },
	});
	await until(() => Number(engine.sandbox.predictions[1]?.resultRequests) > 0);
	run.cancel();
	await run.finished;
	expect(engine.warnings.join()).toContain('may exist and may be billed [Item 0]');
});

it('breaks off a download', async () => {
	engine.sandbox.plan({ on: 'download', kind: 'slowBody', delayMs: Infinity, times: Infinity });
	const run = engine.start();
	await until(() => engine.sandbox.predictions[0]?.downloads === 1);
	await settle(50);
	run.cancel();
	const { data } = await run.finished;
	await settle(300);
	expect(engine.sandbox.predictions[0]?.downloads).toBe(1);
	expect(data.resultData.runData.Success).toBeUndefined();
});

it('tells a person who watches in the editor as well', async () => {
	engine.sandbox.options.renderMs = 60_000;
	const messages: unknown[] = [];
	const run = engine.start({
		mode: 'manual',
		onMessage: (_type, data) => messages.push(data),
	});
	await until(() => engine.sandbox.requests.length > 2);
	run.cancel();
	await run.finished;
	await until(() => engine.warnings.length > 0);
	expect(JSON.stringify(messages)).toContain(engine.sandbox.predictions[0]?.id);
});

it('starts none of the submissions that were still waiting for their turn', async () => {
	engine.sandbox.plan({ on: 'submit', kind: 'slowBody', delayMs: 400, times: Infinity });
	const run = engine.start({
		items: items(10),
		parameters: { options: { pollingInterval: 0.1, maxConcurrentRequests: 2 } },
	});
	await until(() => engine.sandbox.predictions.length === 2);
	run.cancel();
	await run.finished;
	await settle(900);
	expect(engine.sandbox.predictions).toHaveLength(2);
	for (const { id } of engine.sandbox.predictions) expect(engine.warnings.join()).toContain(id);
});

it('takes its listeners off the signal again, round after round', async () => {
	const added = jest.spyOn(AbortSignal.prototype, 'addEventListener');
	const removed = jest.spyOn(AbortSignal.prototype, 'removeEventListener');
	await engine.run({ rounds: 3, items: items(2), retryOnFail: true });
	await settle(50);
	// A signal that has aborted keeps no listener; the execution's own lives on.
	const left = new Set<unknown>();
	for (const [index, [type, listener]] of added.mock.calls.entries()) {
		const signal = added.mock.contexts[index] as AbortSignal;
		if (type === 'abort' && !signal.aborted) left.add(listener);
	}
	expect(left.size).toBeGreaterThan(0);
	for (const [, listener] of removed.mock.calls) left.delete(listener);
	added.mockRestore();
	removed.mockRestore();
	expect(left.size).toBe(0);
});
