// Knows where the installed n8n versions and Node.js are kept: in a cache folder outside the checkout.
import { homedir } from 'node:os';
import { join } from 'node:path';

import type { N8nVersion } from './versions';

/** The cache folder: N8N_SEEDANCE_CACHE, else XDG_CACHE_HOME or ~/.cache plus the package's name. */
export function cacheRoot(environment: NodeJS.ProcessEnv = process.env): string {
	const own = environment.N8N_SEEDANCE_CACHE;
	if (own) return own;
	return join(
		environment.XDG_CACHE_HOME || join(homedir(), '.cache'),
		'n8n-nodes-gptproto-seedance',
	);
}

export function n8nFolder(version: N8nVersion): string {
	return join(cacheRoot(), `n8n-${version}`);
}

/** The script that starts this n8n, to be run with Node.js. */
export function n8nScript(version: N8nVersion): string {
	return join(n8nFolder(version), 'node_modules', 'n8n', 'bin', 'n8n');
}

export function nodeFolder(): string {
	return join(cacheRoot(), 'node24');
}

/** The folder with the `node` program to put first on PATH. */
export function nodeBinFolder(): string {
	return join(nodeFolder(), 'node_modules', 'node', 'bin');
}
