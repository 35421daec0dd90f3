// After a failure: the buttons that people press next, by the calls that the editor makes, and what each of them pays.
import { setTimeout as sleep } from 'node:timers/promises';

import { type Execution, itemsOf, type Workflow } from '../../../tools/n8n/workflow';
import { inWholeN8n } from '../in-every-n8n';
import { branch, items, line, node, prompts, SEEDANCE, seedance, START, start } from '../workflows';

const AFTER = 'After';

inWholeN8n((place) => {
	const ids = () => place.sandbox.predictions.map(({ id }) => id);
	const hintsOf = ({ runs }: Execution) =>
		(runs[SEEDANCE]?.at(-1)?.hints ?? []).map(({ message }) => message).join('\n');
	const running = async (workflow: Workflow) =>
		await place.rest.waitFor(await place.rest.run(workflow, START));
	/** With one value of the Seedance node changed. */
	const changed = async (workflow: Workflow, more: object) =>
		await place.rest.saveNodes(
			workflow,
			workflow.nodes.map((one) => (one.name === SEEDANCE ? { ...one, ...more } : one)),
		);
	const afterSeedance = () => node(AFTER, 'n8n-nodes-base.noOp', 1);

	describe('where one of three items is refused', () => {
		const refused = async () => {
			place.sandbox.plan({
				on: 'submit',
				kind: 'contentPolicy',
				times: Infinity,
				match: ({ prompt }) => prompt === 'Prompt 1',
			});
			const nodes = [start(), items(prompts(3)), seedance(place.credential)];
			const workflow = await place.rest.createWorkflow(line(...nodes));
			const failed = await running(workflow);
			expect(failed.status).toBe('error');
			return { workflow, failed, paid: ids() };
		};
		const parametersOf = ({ nodes }: Workflow) =>
			nodes.find(({ name }) => name === SEEDANCE)?.parameters;

		test('the message names the item once, and what picks up the others on which condition', async () => {
			const { failed, paid } = await refused();
			const { message, description } = failed.error ?? {};
			expect(message?.match(/\[item \d\]/gi)).toEqual(['[Item 1]']);
			expect(failed.error).not.toMatchObject({ context: { itemIndex: 1 } });
			for (const id of paid) expect(description).toContain(id);
			expect(description).toContain('"Retry with currently saved workflow" under Executions');
			expect(description).toContain('only while');
		});

		test('"Retry with currently saved workflow" and another prompt pays anew, and names what it did not use', async () => {
			const { workflow, failed, paid } = await refused();
			await changed(workflow, {
				parameters: { ...parametersOf(workflow), prompt: '=Drawn {{ $json.prompt }}' },
			});
			const retried = await place.rest.retryAsSaved(failed.id);
			expect(itemsOf(retried, SEEDANCE)).toHaveLength(3);
			expect(ids()).toHaveLength(5);
			for (const id of paid) expect(hintsOf(retried)).toContain(id);
		});

		test('"Retry with currently saved workflow" and On Error: Continue puts out what was paid for', async () => {
			const { workflow, failed, paid } = await refused();
			await changed(workflow, { onError: 'continueRegularOutput' });
			const retried = await place.rest.retryAsSaved(failed.id);
			const got = itemsOf(retried, SEEDANCE).map(({ json }) => json.predictionId ?? 'refused');
			expect([...got].sort()).toEqual([...paid, 'refused'].sort());
			expect(ids()).toEqual(paid);
		});
	});

	describe('after a timeout', () => {
		const timedOut = async () => {
			place.sandbox.options.renderMs = 3_000;
			const options = { timeoutMinutes: 0.01 };
			const nodes = [start(), seedance(place.credential, { options }), afterSeedance()];
			const workflow = await place.rest.createWorkflow(line(...nodes));
			const failed = await running(workflow);
			expect(failed.error?.message).toContain('is not finished after');
			return { workflow, failed };
		};
		const raised = async (workflow: Workflow) => {
			const { parameters = {} } = workflow.nodes.find(({ name }) => name === SEEDANCE) ?? {};
			const options = { ...(parameters.options as object), timeoutMinutes: 1 };
			return await changed(workflow, { parameters: { ...parameters, options } });
		};
		afterEach(() => {
			place.sandbox.options.renderMs = 60;
		});

		test('a raised Timeout and "Retry with currently saved workflow" pay nothing', async () => {
			const { workflow, failed } = await timedOut();
			await raised(workflow);
			const retried = await place.rest.retryAsSaved(failed.id);
			expect(itemsOf(retried, SEEDANCE)).toMatchObject([{ json: { predictionId: ids()[0] } }]);
			expect(ids()).toHaveLength(1);
		});

		test('Execute step and Execute workflow submit and pay again, as the message says', async () => {
			const { workflow, failed } = await timedOut();
			expect(failed.error?.description).toContain(
				'Execute step and Execute workflow submit and pay again',
			);
			const saved = await raised(workflow);
			await place.rest.waitFor(await place.rest.executeStep(saved, SEEDANCE, failed.runs));
			expect(ids()).toHaveLength(2);
			await running(saved);
			expect(ids()).toHaveLength(3);
		});
	});

	test('a manual run says that Execute step of the next node uses its videos, and so it is', async () => {
		const nodes = [start(), seedance(place.credential), afterSeedance()];
		const workflow = await place.rest.createWorkflow(line(...nodes));
		const execution = await running(workflow);
		expect(hintsOf(execution)).toContain('Execute step on the next node');
		const step = await place.rest.waitFor(
			await place.rest.executeStep(workflow, AFTER, execution.runs),
		);
		expect(itemsOf(step, AFTER)).toMatchObject([{ json: { predictionId: ids()[0] } }]);
		expect(ids()).toHaveLength(1);
	});

	test('a stopped execution keeps the ids that were paid for, as its highlighted data', async () => {
		place.sandbox.options.renderMs = 60_000;
		const id = await place.begin(line(start(), items(prompts(3)), seedance(place.credential)));
		while (place.sandbox.predictions.filter((one) => one.resultRequests > 0).length < 3) {
			await sleep(50);
		}
		await place.rest.stop(id);
		const stopped = await place.rest.waitFor(id, ['canceled']);
		place.sandbox.options.renderMs = 60;
		// n8n writes it after the status.
		let { customData } = stopped;
		for (let left = 50; left > 0 && !customData?.predictions_1; left--) {
			await sleep(100);
			({ customData } = await place.rest.getExecution(id));
		}
		expect(customData?.predictions_1?.split(' ').sort()).toEqual(ids().sort());
	});

	test('the items of both outputs find the fields of the input again', async () => {
		place.sandbox.plan({
			on: 'submit',
			kind: 'contentPolicy',
			match: ({ prompt }) => prompt === 'Prompt 1',
		});
		const pictures = items(
			prompts(3).map((one, index) => ({ ...one, title: `fox-${index}` })),
			'Pictures',
		);
		const maker = seedance(
			place.credential,
			{ options: { fileName: '={{ $json.title }}' } },
			{ onError: 'continueErrorOutput' },
		);
		const titled = (name: string) =>
			node(name, 'n8n-nodes-base.set', 3.4, {
				assignments: {
					assignments: [
						{
							id: '1',
							name: 'title',
							type: 'string',
							value: "={{ $('Pictures').item.json.title }}",
						},
					],
				},
				includeOtherFields: true,
				options: {},
			});
		const [good, bad] = [titled('Good'), titled('Bad')];
		const workflow = branch(line(start(), pictures, maker, good), maker, 1, bad);
		const execution = await place.run(workflow);
		const titles = (name: string) => itemsOf(execution, name).map(({ json }) => json.title);
		expect(titles('Good')).toEqual(['fox-0', 'fox-2']);
		expect(titles('Bad')).toEqual(['fox-1']);
		expect(itemsOf(execution, SEEDANCE).map(({ binary }) => binary?.data?.fileName)).toEqual([
			'fox-0.mp4',
			'fox-2.mp4',
		]);
	});
});
