// Running again what has run before: by n8n itself (Retry On Fail) and by a person ("Retry execution").
import type { SandboxOptions } from '../../sandbox';
import { itemsOf } from '../../tools/n8n/workflow';
import { inEveryN8n } from './in-every-n8n';
import { items, line, node, prompts, SEEDANCE, seedance, start } from './workflows';

const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };
// n8n looks at the first item only when it decides whether a node that continues has failed.
const FAILING = 'Prompt 0';

inEveryN8n((place) => {
	const failTimes = (times: number): void => {
		const outcome: SandboxOptions['outcome'] = ({ prompt }) => {
			if (prompt !== FAILING || times <= 0) return 'succeeded';
			times -= 1;
			return { status: 'failed', error: 'Not this time' };
		};
		place.sandbox.options.outcome = outcome;
	};
	afterEach(() => failTimes(0));
	const paid = () => place.sandbox.predictions.map(({ body }) => body.prompt).sort();

	test('Retry On Fail submits again only the item that failed', async () => {
		failTimes(1);
		const execution = await place.run(
			line(start(), items(prompts(3)), seedance(place.credential, {}, RETRY)),
		);

		expect(execution.status).toBe('success');
		expect(itemsOf(execution, SEEDANCE)).toHaveLength(3);
		expect(paid()).toEqual([FAILING, FAILING, 'Prompt 1', 'Prompt 2']);
	});

	test('Retry On Fail with an error branch submits again only the item that failed', async () => {
		failTimes(1);
		const execution = await place.run(
			line(
				start(),
				items(prompts(3)),
				seedance(place.credential, {}, { ...RETRY, onError: 'continueErrorOutput' }),
			),
		);

		expect(execution.status).toBe('success');
		expect(paid()).toEqual([FAILING, FAILING, 'Prompt 1', 'Prompt 2']);
	});

	test('"Retry execution" of a failed run pays for nothing twice', async () => {
		failTimes(1);
		const workflow = line(start(), items(prompts(3)), seedance(place.credential));
		const failed = await place.run(workflow);
		expect(failed.status).toBe('error');
		expect(paid()).toEqual([FAILING, 'Prompt 1', 'Prompt 2']);

		const retried = await place.rest.retry(failed.id);

		expect(retried).toMatchObject({ status: 'success', mode: 'retry', retryOf: failed.id });
		expect(paid()).toEqual([FAILING, FAILING, 'Prompt 1', 'Prompt 2']);
		const idsOf = (prompt: string) =>
			place.sandbox.predictions.filter(({ body }) => body.prompt === prompt).map(({ id }) => id);
		expect(itemsOf(retried, SEEDANCE).map(({ json }) => json.predictionId)).toEqual([
			idsOf(FAILING)[1],
			...idsOf('Prompt 1'),
			...idsOf('Prompt 2'),
		]);
	});

	test('a sub-workflow that failed says to whoever called it what a retry would cost', async () => {
		failTimes(1);
		const called = node('Called', 'n8n-nodes-base.executeWorkflowTrigger', 1.1, {
			inputSource: 'passthrough',
		});
		// Given inline, since n8n 2 does not call a saved one that is not published, and 1 does not publish it.
		const call = node('Call', 'n8n-nodes-base.executeWorkflow', 1.2, {
			source: 'parameter',
			workflowJson: JSON.stringify(line(called, seedance(place.credential))),
			options: {},
		});
		const failed = await place.run(line(start(), items(prompts(2)), call));

		expect(failed.status).toBe('error');
		const accepted = place.sandbox.predictions.find(({ body }) => body.prompt !== FAILING);
		expect(failed.error?.description).toContain(
			`[Item 1] ${accepted?.id}. A retry of the workflow`,
		);
	});

	test('a video that took too long is picked up by "Retry execution" when it is ready', async () => {
		place.sandbox.options.renderMs = 3_000;
		const timedOut = await place.run(
			line(start(), seedance(place.credential, { options: { timeoutMinutes: 0.01 } })),
		);
		place.sandbox.options.renderMs = 60;
		expect(timedOut.status).toBe('error');
		const [prediction] = place.sandbox.predictions;
		expect(JSON.stringify(timedOut.error)).toContain(prediction?.id);
		while (prediction?.status !== 'succeeded') {
			await new Promise((resolve) => setTimeout(resolve, 100));
		}

		const retried = await place.rest.retry(timedOut.id);

		expect(itemsOf(retried, SEEDANCE)).toMatchObject([{ json: { predictionId: prediction.id } }]);
		expect(place.sandbox.predictions).toHaveLength(1);
	});

	test('a lost answer is not submitted again by Retry On Fail, but is by a person', async () => {
		place.sandbox.plan({ on: 'submit', kind: 'resetAfter' });
		const lost = await place.run(line(start(), seedance(place.credential, {}, RETRY)));

		expect(lost.status).toBe('error');
		expect(JSON.stringify(lost.error)).toMatch(/billed/);
		expect(place.sandbox.predictions).toHaveLength(1);

		const retried = await place.rest.retry(lost.id);
		expect(retried.status).toBe('success');
		expect(place.sandbox.predictions).toHaveLength(2);
	});
});
