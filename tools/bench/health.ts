// Watches an n8n while it works: how soon it says that it is well, and how much memory it takes.
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface Health {
	/** How long each response of /healthz took, asked for every 100 ms. */
	readonly responseMs: readonly number[];
	/** n8n's resident memory, every second; the first is from the begin. */
	readonly residentMiB: readonly number[];
}

/** @param baseUrl of an n8n that was started with N8N_METRICS */
export async function watchHealth(baseUrl: string): Promise<{ end(): Promise<Health> }> {
	const worker = new Worker(join(__dirname, 'health-thread.mjs'), { workerData: baseUrl });
	const message = async <Told>() =>
		await new Promise<Told>((told, fail) => worker.once('message', told).once('error', fail));
	await message();
	return {
		async end() {
			worker.postMessage('end');
			return await message<Health>();
		},
	};
}
