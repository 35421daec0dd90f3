// One item of three fails: what the rest of the workflow gets to see under each On Error setting.
import { itemsOf, type WorkflowNode } from '../../tools/n8n/workflow';
import { inEveryN8n } from './in-every-n8n';
import { branch, items, line, node, prompts, SEEDANCE, seedance, start } from './workflows';

const FAILING = 'Prompt 1';

inEveryN8n(
	(place) => {
		const videos = node('Videos', 'n8n-nodes-base.noOp', 1);
		const failures = node('Failures', 'n8n-nodes-base.noOp', 1);
		const failingId = () =>
			place.sandbox.predictions.find(({ body }) => body.prompt === FAILING)?.id;
		const run = (onError: WorkflowNode['onError']) => {
			const seedanceNode = seedance(place.credential, {}, onError && { onError });
			const workflow = line(start(), items(prompts(3)), seedanceNode, videos);
			return place.run(branch(workflow, seedanceNode, 1, failures));
		};

		test('Stop: the node throws, naming item and prediction, after the others came to their end', async () => {
			const execution = await run(undefined);

			expect(execution.status).toBe('error');
			expect(execution.error?.message).toContain('[Item 1]');
			expect(JSON.stringify(execution.error)).toContain(failingId());
			expect(execution.runs.Videos).toBeUndefined();
			expect(place.sandbox.predictions).toHaveLength(3);
			expect(place.sandbox.predictions.every((one) => one.firstSeenDoneAtMs !== undefined)).toBe(
				true,
			);
		});

		test('Continue: the failed item goes on beside the others, in its place', async () => {
			const execution = await run('continueRegularOutput');

			expect(execution.status).toBe('success');
			expect(itemsOf(execution, 'Videos')).toMatchObject([
				{ json: { status: 'succeeded' } },
				{
					json: {
						error: expect.stringContaining('[Item 1]'),
						details: { predictionId: failingId(), status: 'failed' },
					},
				},
				{ json: { status: 'succeeded' } },
			]);
			expect(execution.runs.Failures).toBeUndefined();
		});

		test('Continue (using error output): each item leaves by its own branch, details and all', async () => {
			const execution = await run('continueErrorOutput');

			expect(execution.status).toBe('success');
			expect(itemsOf(execution, 'Videos')).toMatchObject([
				{ json: { status: 'succeeded' }, binary: { data: { mimeType: 'video/mp4' } } },
				{ json: { status: 'succeeded' }, binary: { data: { mimeType: 'video/mp4' } } },
			]);
			expect(itemsOf(execution, 'Failures')).toMatchObject([
				{
					json: {
						error: expect.stringContaining('[Item 1]'),
						details: {
							predictionId: failingId(),
							status: 'failed',
							description: expect.stringContaining('Face in the picture'),
						},
					},
				},
			]);
			expect(itemsOf(execution, SEEDANCE, 1)).toHaveLength(1);
		});
	},
	{
		sandbox: {
			outcome: ({ prompt }) =>
				prompt === FAILING ? { status: 'failed', error: 'Face in the picture' } : 'succeeded',
		},
	},
);
