// Watches an n8n while it works: how soon it says that it is well, and how much memory it takes.
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface Health {
	/** How long each response of /healthz took. */
	readonly responseMs: readonly number[];
	/** Resident memory: at the begin, and the most. */
	readonly idleMiB: number;
	readonly peakMiB: number;
}

/** @returns what ends the watch and tells what was seen */
export async function watchHealth(baseUrl: string): Promise<() => Promise<Health>> {
	const worker = new Worker(join(__dirname, 'health-thread.mjs'), { workerData: baseUrl });
	const seen = { responseMs: [] as number[], residentMiB: [] as number[] };
	worker.on('message', ([what, value]: [keyof typeof seen, number]) => seen[what].push(value));
	await once(worker, 'message');
	return async () => {
		await worker.terminate();
		const { responseMs, residentMiB } = seen;
		const [idleMiB = NaN] = residentMiB;
		return { responseMs, idleMiB, peakMiB: Math.max(...residentMiB) };
	};
}
