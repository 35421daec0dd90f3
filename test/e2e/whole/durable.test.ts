// The durable batch example as it is, in an n8n that is killed and started again while the batch waits. Its own n8n,
// since the others must live; all versions at the same time, since n8n's wait takes its 70 seconds.
import { startSandbox } from '../../../sandbox';
import { startN8n } from '../../../tools/n8n/instance';
import { CREDENTIAL_TYPE } from '../../../tools/n8n/package';
import { RestClient } from '../../../tools/n8n/rest';
import { itemsOf } from '../../../tools/n8n/workflow';
import { example, GPTPROTO_CREDENTIAL } from '../example-files';
import { tarball, wholeStarted } from '../started';

const WITHIN_MS = 180_000;

test.concurrent.each(wholeStarted())(
	'n8n $version, killed and started again in the middle of a durable batch, finishes it and pays once',
	async ({ version }) => {
		const sandbox = await startSandbox({
			renderMs: 20_000,
			video: { kind: 'bytes', size: 50_000 },
		});
		const n8n = await startN8n({ version, tarball: tarball() });
		const rest = await RestClient.connect(n8n.baseUrl);
		try {
			await rest.createCredential({
				name: GPTPROTO_CREDENTIAL,
				type: CREDENTIAL_TYPE,
				data: { apiKey: sandbox.apiKey, baseUrl: sandbox.baseUrl },
			});
			const workflow = await rest.createWorkflow(example('durable-batch', version));
			const trigger = workflow.nodes.find(({ type }) => type.endsWith('.manualTrigger'));
			const id = await rest.run(workflow, trigger?.name ?? '');
			await rest.waitFor(id, ['waiting']);
			expect(sandbox.predictions).toHaveLength(3);

			await n8n.kill();
			await n8n.start();

			const execution = await rest.waitFor(id, ['success', 'error', 'crashed'], WITHIN_MS);
			expect(execution.error).toBeUndefined();
			expect(execution.status).toBe('success');
			const videos = itemsOf(execution, 'Save Video');
			expect(videos.map(({ json }) => json.predictionId).sort()).toEqual(
				sandbox.predictions.map(({ id: predictionId }) => predictionId).sort(),
			);
			expect(videos.every(({ binary }) => binary?.data?.mimeType === 'video/mp4')).toBe(true);
			const submissions = sandbox.requests.filter(({ method }) => method === 'POST');
			expect(submissions).toHaveLength(3);
		} finally {
			await rest.close();
			await n8n.stop();
			await sandbox.close();
		}
	},
	WITHIN_MS + 60_000,
);
