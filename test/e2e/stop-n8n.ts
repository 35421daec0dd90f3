// After all end-to-end tests: stops what start-n8n.ts started in this process, and removes the packed package.
import { rm } from 'node:fs/promises';

import { own, tell } from './started';

export default async function stopAll(): Promise<void> {
	// Where cli.ts has started them, jest has nothing to stop.
	if (own.folder === '') return;
	await Promise.all(own.running.splice(0).map((n8n) => n8n.stop()));
	await rm(own.folder, { recursive: true, force: true });
	own.folder = '';
	tell([], '');
}
