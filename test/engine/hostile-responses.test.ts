// Responses that are too large, too deep, cut off or lead elsewhere: bounded in memory, and no id that came is lost.
import { itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { errorOf, setBounds, useEngine } from './harness';

const engine = useEngine();

const MEGABYTE = 1024 * 1024;

/** The most memory outside of the heap that was seen during the work, beyond what was there before. */
async function growthDuring(work: Promise<unknown>): Promise<number> {
	const taken = () => {
		const { external, heapUsed } = process.memoryUsage();
		return external + heapUsed;
	};
	const before = taken();
	let most = before;
	const timer = setInterval(() => (most = Math.max(most, taken())), 5);
	await work;
	clearInterval(timer);
	return most - before;
}

it('unpacks no more of a response than a few megabytes, and polls again', async () => {
	engine.sandbox.plan({ on: 'result', kind: 'gzipBomb', bytes: 400 * MEGABYTE });
	let run;
	const growth = await growthDuring(engine.run().then((ended) => (run = ended)));
	expect(itemsOf(run as never, SUCCESS)).toHaveLength(1);
	// The first version took several times what was packed into it.
	expect(growth).toBeLessThan(200 * MEGABYTE);
});

it('says of a submission whose response is beyond the bound that it may be billed', async () => {
	setBounds({ responseBytes: MEGABYTE });
	engine.sandbox.plan({ on: 'submit', kind: 'gzipBomb', bytes: 20 * MEGABYTE });
	const run = await engine.run();
	expect(errorOf(run).message).toContain('may exist and may be billed');
	expect(engine.sandbox.predictions).toHaveLength(1);
});

it('puts out no deeper JSON than n8n can store', async () => {
	engine.sandbox.plan({ on: 'result', kind: 'deepJson', times: Infinity });
	const run = await engine.run({ parameters: { simplify: false, downloadVideo: false } });
	const [item] = itemsOf(run, SUCCESS);
	expect(item?.json.prediction).toMatchObject({ status: 'succeeded' });
	expect(JSON.stringify(run.data).length).toBeLessThan(100_000);
});

it('says so where the address of a video leads on to one that is not http(s)', async () => {
	const answer = { status: 302, headers: { location: 'ftp://127.0.0.1/video.mp4' } };
	engine.sandbox.plan({ on: 'download', kind: 'custom', answer, times: Infinity });
	const { description } = errorOf(await engine.run());
	expect(description).toContain('leads on to one that is not http(s)');
});

it('quotes the beginning of an accepted-looking response that cannot be read', async () => {
	const body = JSON.stringify({
		code: 200,
		result: { prediction: 'hidden-42' },
		more: 'x'.repeat(400),
	});
	const answer = { status: 200, type: 'application/json', body };
	engine.sandbox.plan({ on: 'submit', kind: 'custom', answer, accepted: true });
	const { message, description } = errorOf(await engine.run());
	expect(message).toContain('may exist and may be billed');
	expect(description).toContain('hidden-42');
	expect(description).not.toContain('x'.repeat(200));
});

it.each([{ 'content-length': '300' }, { 'content-length': '300', connection: 'close' }])(
	'takes an id from a response whose end never comes: %j',
	async (headers) => {
		setBounds({ submissionMs: 8000 });
		const body = JSON.stringify({ data: { id: 'id-1', status: 'created' }, code: 200 });
		const answer = { status: 200, type: 'application/json', body, headers };
		engine.sandbox.plan({ on: 'submit', kind: 'custom', answer });
		const run = await engine.run({ parameters: { operation: 'submit' } });
		expect(itemsOf(run, SUCCESS)[0]?.json.predictionId).toBe('id-1');
	},
);
