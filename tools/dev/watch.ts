// Knows when the node's sources have changed, and answers one change after the other.
import { watch } from 'node:fs';
import { join } from 'node:path';

import { PROJECT, SOURCES } from '../project';

// An editor writes a file in several steps, and several files at once.
const SETTLE_MS = 300;

/**
 * Calls `rebuild` after every change; what it throws is printed, and the next change tries again.
 *
 * @returns the way to stop watching, after a rebuild that is under way
 */
export function watchSources(rebuild: () => Promise<void>): () => Promise<void> {
	const stopped = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	let work: Promise<void> = Promise.resolve();

	const run = async () => {
		if (stopped.signal.aborted) return;
		const startedAt = Date.now();
		console.log('Something changed. Building, then starting n8n again …');
		try {
			await rebuild();
			console.log(`Ready again after ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
		} catch (error) {
			console.error((error as Error).message);
		}
	};
	for (const folder of SOURCES) {
		watch(join(PROJECT, folder), { recursive: true, signal: stopped.signal }, () => {
			clearTimeout(timer);
			timer = setTimeout(() => (work = work.then(run)), SETTLE_MS);
		});
	}
	return async () => {
		stopped.abort();
		clearTimeout(timer);
		await work;
	};
}
