// Watches an n8n while it works: how soon it says that it is well, and how much memory it takes.
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface Health {
	/** How long each response of /healthz took. */
	readonly responseMs: readonly number[];
	/** n8n's resident memory, from the begin on. */
	readonly residentMiB: readonly number[];
}

/** @returns what ends the watch and tells what was seen */
export async function watchHealth(baseUrl: string): Promise<() => Promise<Health>> {
	const health = { responseMs: [] as number[], residentMiB: [] as number[] };
	const worker = new Worker(join(__dirname, 'health-thread.mjs'), { workerData: baseUrl });
	worker.on('message', (seen: { [Figure in keyof Health]?: number }) => {
		if (seen.responseMs !== undefined) health.responseMs.push(seen.responseMs);
		if (seen.residentMiB !== undefined) health.residentMiB.push(seen.residentMiB);
	});
	await once(worker, 'message');
	return async () => {
		await worker.terminate();
		return health;
	};
}
