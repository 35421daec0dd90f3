// What GPTProto may answer: every spelling public clients have met, and every documented error code.
import { NodeApiError } from 'n8n-workflow';
import { itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { errorOf, PAST_THE_TIMEOUT_MS, until, useEngine } from './harness';

const engine = useEngine();

it.each([
	'urlsArray',
	'camelCase',
	'errorEmptyString',
	'nsfwNull',
	'outputsNull',
	'siblingStatuses',
	'unknownStatus',
	'taskId',
	'dataArray',
	'noEnvelope',
	'outputObjects',
] as const)('reads the envelope variant %s', async (kind) => {
	engine.sandbox.plan({ on: 'submit', kind }, { on: 'result', kind, times: 1 });
	const run = await engine.run();
	const [item] = itemsOf(run, SUCCESS);
	expect(item?.json).toMatchObject({
		predictionId: engine.sandbox.predictions[0]?.id,
		status: 'succeeded',
		videoUrl: expect.stringContaining('/videos/'),
	});
	expect(item?.json).not.toHaveProperty('error');
});

it('never follows the address in urls.get', async () => {
	engine.sandbox.plan(
		{ on: 'submit', kind: 'foreignGetUrl' },
		{ on: 'result', kind: 'foreignGetUrl' },
	);
	await engine.run();
	expect(engine.sandbox.requests.filter(({ origin }) => origin === 'elsewhere')).toEqual([]);
});

it.each([
	['unauthorized', 'did not accept the API key', 'Check the API key', '401'],
	['forbidden', 'balance is not enough', 'Top up', '403'],
	['contentPolicy', 'content policy blocked', 'Change the image or the prompt', '400'],
	['notFound', 'Unknown model', "Check 'Model'", '404'],
	['redirect', 'redirects to another', 'does not follow redirects', '302'],
	['status500', 'answer to the submission was lost', 'avoid paying twice', '500'],
] as const)('says of %s what happened and what to do', async (kind, message, remedy, httpCode) => {
	for (const errorForm of ['documented', 'nested', 'flat'] as const) {
		engine.sandbox.plan({ on: 'submit', kind, errorForm });
		const run = await engine.run();
		expect(run.data.resultData.error).toMatchObject({
			name: NodeApiError.name,
			message: expect.stringContaining(message),
			description: expect.stringContaining(remedy),
			httpCode,
		});
	}
	expect(engine.sandbox.predictions).toHaveLength(0);
});

it("keeps GPTProto's own words in the description", async () => {
	engine.sandbox.plan({ on: 'submit', kind: 'forbidden' });
	const run = await engine.run();
	expect(run.data.resultData.error).toMatchObject({
		description: expect.stringMatching(/GPTProto says: ".*balance.*"/i),
	});
});

it.each(['failed', 'expired'] as const)('says why a prediction %s', async (status) => {
	engine.sandbox.options.outcome = () => ({ status, error: 'The picture was too dark' });
	const run = await engine.run();
	const id = engine.sandbox.predictions[0]?.id;
	expect(run.data.resultData.error).toMatchObject({
		message: expect.stringContaining(`Prediction ${id} ended without a video (${status})`),
		description: expect.stringContaining('GPTProto says: "The picture was too dark"'),
	});
});

it.each(['succeededWithoutOutputs', 'badVideoUrl'] as const)(
	'asks a finished prediction without an address (%s) again for a while',
	async (kind) => {
		engine.sandbox.plan({ on: 'result', kind, times: 3 });
		const run = await engine.run();
		expect(itemsOf(run, SUCCESS)[0]?.binary).toBeDefined();
	},
);

it.each(['succeededWithoutOutputs', 'badVideoUrl'] as const)(
	'refuses in the end a finished prediction without an address (%s), its id kept',
	async (kind) => {
		engine.sandbox.plan({ on: 'result', kind, times: Infinity });
		const run = await engine.run();
		const [prediction] = engine.sandbox.predictions;
		expect(errorOf(run).message).toContain(`Prediction ${prediction?.id} is finished, but`);
		expect(prediction?.resultRequests).toBeGreaterThan(2);
	},
);

it('gives up at the timeout with the wait, the last status, the id and the way on', async () => {
	engine.sandbox.options.renderMs = 600_000;
	engine.sandbox.options.queueMs = 0;
	const run = engine.start();
	await until(() => (engine.sandbox.predictions[0]?.resultRequests ?? 0) > 1);
	engine.leap(PAST_THE_TIMEOUT_MS);
	const { message, description } = errorOf(await run.finished);
	const id = engine.sandbox.predictions[0]?.id;
	expect(message).toMatch(`Prediction ${id} is not finished after 15`);
	expect(description).toContain('last known status: "running"');
	expect(description).toContain('use Get Result');
});

it('forgives a prediction that is not known yet, but not one that never was', async () => {
	engine.sandbox.plan({ on: 'result', kind: 'notFound', times: 3 });
	const run = await engine.run();
	expect(itemsOf(run, SUCCESS)).toHaveLength(1);
	const unknown = await engine.run({
		parameters: { operation: 'getResult', predictionId: 'no-such-id', waitForCompletion: true },
	});
	expect(errorOf(unknown).message).toContain('does not know prediction no-such-id');
});
