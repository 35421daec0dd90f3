// Knows the n8n instances all test files share, and how the files, which run in other processes, learn of them.
import type { N8nInstance } from '../../tools/n8n/instance';
import type { LoginState } from '../../tools/n8n/session';
import { compareVersions, type N8nVersion } from '../../tools/n8n/versions';

export interface StartedN8n {
	readonly version: N8nVersion;
	/** Whether every test runs in it, and not the core of them alone. */
	readonly isWhole: boolean;
	readonly login: LoginState;
	/** The file n8n's output is written to. */
	readonly logFile: string;
}

/** What this process has started and has to stop, and the folder it has to remove then. */
export const own: { running: N8nInstance[]; folder: string } = { running: [], folder: '' };

const VARIABLE = 'SEEDANCE_E2E_N8N';
const TARBALL = 'SEEDANCE_E2E_TARBALL';

export function tell(started: readonly StartedN8n[], tarball: string): void {
	process.env[VARIABLE] = JSON.stringify(started);
	process.env[TARBALL] = tarball;
}

/** All that were started, the oldest first. */
export function allStarted(): StartedN8n[] {
	const started = JSON.parse(process.env[VARIABLE] ?? '[]') as StartedN8n[];
	return started.sort((a, b) => compareVersions(a.version, b.version));
}

/** Those in which all tests run, the oldest first. */
export function wholeStarted(): StartedN8n[] {
	return allStarted().filter(({ isWhole }) => isWhole);
}

/** @throws Error when that version was not started */
export function started(version: N8nVersion): StartedN8n {
	const found = allStarted().find((one) => one.version === version);
	if (!found) throw new Error(`n8n ${version} was not started.`);
	return found;
}

/** The newest of those started, for the tests in `newest/`. */
export function newestStarted(): N8nVersion {
	const newest = allStarted().at(-1);
	if (!newest) throw new Error('No n8n was started.');
	return newest.version;
}

/** The packed package, for tests that start an n8n of their own. */
export function tarball(): string {
	return process.env[TARBALL] ?? '';
}
