// Knows the n8n instances all test files share, and how the files, which run in other processes, learn of them.
import type { N8nInstance } from '../../tools/n8n/instance';
import type { LoginState } from '../../tools/n8n/session';
import type { N8nVersion } from '../../tools/n8n/versions';

export interface StartedN8n {
	readonly login: LoginState;
	/** The file n8n's output is written to. */
	readonly logFile: string;
}

export type StartedByVersion = Record<N8nVersion, StartedN8n>;

/** For the process that started them, to stop them. */
export const running: N8nInstance[] = [];

const VARIABLE = 'SEEDANCE_E2E_N8N';
const TARBALL = 'SEEDANCE_E2E_TARBALL';

export function tell(started: StartedByVersion, tarball: string): void {
	process.env[VARIABLE] = JSON.stringify(started);
	process.env[TARBALL] = tarball;
}

export function started(version: N8nVersion): StartedN8n {
	return (JSON.parse(process.env[VARIABLE] ?? '{}') as StartedByVersion)[version];
}

/** The packed package, for tests that start an n8n of their own. */
export function tarball(): string {
	return process.env[TARBALL] ?? '';
}
