// After all end-to-end tests: stops what start-n8n.ts started, and removes the packed package.
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';

import { running, tarball } from './started';

export default async function stopAll(): Promise<void> {
	await Promise.all(running.splice(0).map((n8n) => n8n.stop()));
	if (tarball() !== '') await rm(dirname(tarball()), { recursive: true, force: true });
}
