// Knows the record of the n8n versions this package was tried in: `npm run test:e2e -- --record` writes it, and the table in
// the README is made of it.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { compareVersions, type N8nVersion } from './versions';

/** What became of one version of n8n. */
export type Trial =
	| {
			readonly version: N8nVersion;
			/** Every end-to-end test, or the core of them. */
			readonly tests: 'whole' | 'core';
			readonly passed: number;
			readonly failed: number;
	  }
	| {
			readonly version: N8nVersion;
			/** Why it could not be installed or started. */
			readonly reason: string;
	  };

const RECORD = join(__dirname, 'compatibility.json');

/** The oldest version first. */
export async function readTrials(): Promise<Trial[]> {
	return JSON.parse(await readFile(RECORD, 'utf8')) as Trial[];
}

/** Adds trials; of a version that was tried before, the new one stays. */
export async function recordTrials(trials: readonly Trial[]): Promise<void> {
	const known = [...(await readTrials()), ...trials].map((one) => [one.version, one] as const);
	const all = [...new Map(known).values()];
	all.sort((a, b) => compareVersions(a.version, b.version));
	await writeFile(RECORD, `${JSON.stringify(all, null, '\t')}\n`);
}
