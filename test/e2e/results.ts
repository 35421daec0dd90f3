// Knows jest's results as a file, which of them belong to which n8n, and the table they make.
import { readFile } from 'node:fs/promises';

import type { Trial } from '../../tools/n8n/compatibility';
import type { N8nVersion } from '../../tools/n8n/versions';

/** The part of what `jest --json` writes that is read here. */
interface Results {
	readonly testResults: ReadonlyArray<{
		/** The file's path. */
		readonly name: string;
		readonly status: string;
		readonly assertionResults: ReadonlyArray<{
			readonly fullName: string;
			readonly status: string;
		}>;
	}>;
}

export interface Counts {
	passed: number;
	failed: number;
}

/**
 * Counts the tests of each n8n.
 *
 * @param newest in which the tests of `newest/` ran
 * @returns by version; what is said of no n8n is under `none`
 */
export async function countTests(file: string, newest: N8nVersion): Promise<Map<string, Counts>> {
	const { testResults } = JSON.parse(await readFile(file, 'utf8')) as Results;
	const counts = new Map<string, Counts>();
	const count = (version: string, isPassed: boolean) => {
		const { passed, failed } = counts.get(version) ?? { passed: 0, failed: 0 };
		counts.set(version, { passed: passed + Number(isPassed), failed: failed + Number(!isPassed) });
	};
	for (const { name, status, assertionResults } of testResults) {
		const other = name.includes('/e2e/newest/') ? newest : 'none';
		for (const test of assertionResults) {
			const [, version] = /^n8n (\d+\.\d+\.\d+)/.exec(test.fullName) ?? [];
			count(version ?? other, test.status === 'passed');
		}
		// A file that could not be read has no tests, and one may fail after its last test.
		const isBlamed = assertionResults.some((test) => test.status === 'failed');
		if (status === 'failed' && !isBlamed) count(other, false);
	}
	return counts;
}

/** Why an n8n is not there, in a line: the cause where n8n's or npm's words hold one, else how they begin. */
export function reasonOf(error: unknown): string {
	const text = error instanceof Error ? error.message : String(error);
	const [cause] = CAUSE.exec(text) ?? [];
	return cause ?? text.split('\n')[0] ?? '';
}

const CAUSE =
	/No matching version found for \S+\b|'\S+' is not in this registry|Cannot find module '[^']+'|Command "start" not found/;

/** What a person reads at the end. */
export function tableOf(trials: readonly Trial[], others: Counts): string {
	const rows = trials.map((trial) =>
		'reason' in trial
			? row(trial.version, '-', '-', '-', trial.reason)
			: row(trial.version, trial.tests, trial.passed, trial.failed),
	);
	const header = row('n8n', 'tests', 'passed', 'failed');
	const isOther = others.passed + others.failed > 0;
	const last = isOther ? [row('(any)', '', others.passed, others.failed)] : [];
	return [header, ...rows, ...last].join('\n');
}

function row(
	version: string,
	tests: string,
	passed: string | number,
	failed: string | number,
	reason = '',
): string {
	const figures = `${String(passed).padStart(6)}  ${String(failed).padStart(6)}`;
	return `${version.padEnd(9)}  ${tests.padEnd(5)}  ${figures}  ${reason}`.trimEnd();
}
