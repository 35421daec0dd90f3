// Figures of several runs in one, as cells of a table.
import type { Run } from './stage';

export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	const upper = sorted[middle] ?? NaN;
	return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** `1.05 (1.03–1.08)`; one figure alone where there was one run. */
export function spread(values: readonly number[], digits = 2, unit = ''): string {
	const text = (value: number) => value.toFixed(digits);
	const middle = `${text(median(values))}${unit}`;
	if (values.length === 1) return middle;
	return `${middle} (${text(Math.min(...values))}–${text(Math.max(...values))})`;
}

/** The longest render, in seconds: no client can be done before. */
export function limitOf({ renders }: Run): number {
	return Math.max(...renders);
}

/** How long one video after the other takes, in seconds. */
export function inTurn({ renders }: Run): number {
	return renders.reduce((sum, one) => sum + one, 0);
}

/** Makespans over what they are measured by. */
export function ratios(runs: readonly Run[], by: (run: Run) => number = limitOf): number[] {
	return runs.map((run) => run.makespan / by(run));
}

/** What is shown of all runs beside their makespans. */
export const COLUMNS = ['Requests a video', 'Mean lag'];

export function cells(runs: readonly Run[]): string[] {
	const requests = runs.map((run) => run.requests);
	const lags = runs.map(({ lag }) => lag);
	return [spread(requests, 1), spread(lags, 1, ' s')];
}
