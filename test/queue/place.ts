// Knows what both tests have around them: the cluster, a sandbox, and a credential that leads there.
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox';
import { CREDENTIAL_TYPE } from '../../tools/n8n/package';
import type { Credential } from '../../tools/n8n/rest';
import { Cluster } from './cluster';

export class Place {
	readonly cluster = new Cluster();
	sandbox!: Sandbox;
	credential!: Credential;

	/** @param settings environment variables for every n8n */
	async open(options: SandboxOptions, settings: Record<string, string> = {}): Promise<void> {
		this.sandbox = await startSandbox({ pictureTimeoutMs: 500, ...options });
		await this.cluster.start(settings);
		this.credential = await this.cluster.rest.createCredential({
			name: 'GPTProto account',
			type: CREDENTIAL_TYPE,
			data: { apiKey: this.sandbox.apiKey, baseUrl: this.sandbox.baseUrl },
		});
	}

	async close(): Promise<void> {
		await this.cluster.stop();
		await this.sandbox?.close();
	}

	/** How many predictions of this prompt were accepted, and so paid for. */
	paidFor(prompt: string): number {
		return this.sandbox.predictions.filter(({ body }) => body.prompt === prompt).length;
	}
}
