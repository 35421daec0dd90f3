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

/** Watches an n8n, which was started with N8N_METRICS, until some work is done. */
export async function watched<Result>(
	baseUrl: string,
	work: () => Promise<Result>,
): Promise<readonly [Result, Health]> {
	const worker = new Worker(join(__dirname, 'health-thread.mjs'), { workerData: baseUrl });
	const seen = { responseMs: [] as number[], residentMiB: [] as number[] };
	worker.on('message', ([what, value]: [keyof typeof seen, number]) => seen[what].push(value));
	await once(worker, 'message');
	const result = await work().finally(async () => await worker.terminate());
	const { responseMs, residentMiB } = seen;
	const [idleMiB = NaN] = residentMiB;
	return [result, { responseMs, idleMiB, peakMiB: Math.max(...residentMiB) }];
}
