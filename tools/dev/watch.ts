// Knows when the node's sources have changed, and answers one change after the other.
import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';

import { PROJECT, SOURCES } from '../project';

// An editor writes a file in several steps, and several files at once.
const SETTLE_MS = 300;

export interface Watching {
	/** Stops watching, after a rebuild that is under way. */
	close(): Promise<void>;
}

/** Calls `rebuild` after every change; what it throws is printed, and the next change tries again. */
export function watchSources(rebuild: () => Promise<void>): Watching {
	let timer: NodeJS.Timeout | undefined;
	let work: Promise<void> = Promise.resolve();
	let closed = false;

	const run = async () => {
		if (closed) return;
		const startedAt = Date.now();
		console.log('Something changed. Building, then starting n8n again …');
		try {
			await rebuild();
			console.log(`Ready again after ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
		} catch (error) {
			console.error((error as Error).message);
		}
	};
	const onChange = () => {
		clearTimeout(timer);
		timer = setTimeout(() => (work = work.then(run)), SETTLE_MS);
	};
	const watchers: FSWatcher[] = SOURCES.map((folder) =>
		watch(join(PROJECT, folder), { recursive: true }, onChange),
	);
	return {
		close: async () => {
			closed = true;
			clearTimeout(timer);
			for (const watcher of watchers) watcher.close();
			await work;
		},
	};
}
