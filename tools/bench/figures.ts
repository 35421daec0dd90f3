// Figures of several runs in one, and tables of them as Markdown. Times are in seconds of real life.
import type { Seen } from './sandbox-process';

export interface Table {
	readonly head: readonly string[];
	readonly rows: ReadonlyArray<readonly string[]>;
}

/** One figure of several runs: all its values. */
export type Values = readonly number[];

export interface Figures {
	/** Makespan over the limit. */
	readonly ratio: number[];
	readonly requests: number[];
	readonly lagSeconds: number[];
	readonly refused: number[];
}

export function noFigures(): Figures {
	return { ratio: [], requests: [], lagSeconds: [], refused: [] };
}

/** Adds what was seen of a run of `items`, `scale` times faster than real life. */
export function add(figures: Figures, seen: Seen, { items = 1, limitMs = 1, scale = 1 }): void {
	figures.ratio.push(seen.makespanMs / limitMs);
	figures.requests.push(seen.requests / items);
	figures.lagSeconds.push((seen.meanLagMs * scale) / 1000);
	figures.refused.push(seen.refused);
}

export function median(values: Values): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	const upper = sorted[middle] ?? NaN;
	return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** `1.05 (1.03–1.08)`; one figure alone where there was one run. */
export function spread(values: Values, digits = 2, unit = ''): string {
	const text = (value: number) => value.toFixed(digits);
	const middle = `${text(median(values))}${unit}`;
	if (values.length === 1) return middle;
	return `${middle} (${text(Math.min(...values))}–${text(Math.max(...values))})`;
}

/** The columns that every comparison has. */
export const COLUMNS = ['Makespan / limit', 'Requests a video', 'Mean lag'] as const;

export function cells({ ratio, requests, lagSeconds }: Figures): string[] {
	return [spread(ratio), spread(requests, 1), spread(lagSeconds, 1, ' s')];
}

/** The columns are aligned, so that a table reads well in a terminal too. */
export function printed({ head, rows }: Table): string {
	const widths = head.map((title, column) =>
		Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
	);
	const line = (row: readonly string[]) =>
		`| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
	return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
