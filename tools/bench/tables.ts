// Puts the figures into the tables of docs/benchmarks.md.
import { cpus, release, totalmem, type } from 'node:os';

import packageJson from '../../package.json';
import { table } from '../docs/markdown';
import { NEWEST_VERSION } from '../n8n/versions';
import { quantile, type Run } from './judge';
import type { Measured } from './races';

interface Column {
	readonly head: string;
	readonly digits: number;
	readonly of: (run: Run, health: Measured['health']) => number;
}

const idleMiB = ([first = NaN]: readonly number[]) => first;

const BASICS: readonly Column[] = [
	{ head: 'Limit, s', digits: 0, of: ({ limit }) => limit },
	{ head: 'Makespan / limit', digits: 3, of: ({ makespan, limit }) => makespan / limit },
	{ head: 'Requests a video', digits: 1, of: ({ requests }) => requests },
	{ head: 'Mean lag, s', digits: 1, of: ({ lag }) => lag },
];
const SUBMISSIONS: readonly Column[] = [
	{ head: 'Submissions a video', digits: 2, of: ({ submissions }) => submissions },
];
const HEALTH = (
	[
		['median', 0.5],
		['99th percentile', 0.99],
		['worst', 1],
	] as const
).map(([name, share]): Column => {
	const of: Column['of'] = (_, { responseMs }) => quantile(responseMs, share);
	return { head: `/healthz, ${name}, ms`, digits: 0, of };
});
const MEMORY: readonly Column[] = [
	{ head: 'Idle, MiB', digits: 0, of: (_, { residentMiB }) => idleMiB(residentMiB) },
	{
		head: 'Peak above it, MiB',
		digits: 0,
		of: (_, { residentMiB }) => Math.max(...residentMiB) - idleMiB(residentMiB),
	},
];

const TABLES: Readonly<Record<string, readonly Column[]>> = {
	batches: BASICS,
	places: [...BASICS, ...SUBMISSIONS],
	thousand: [...BASICS, ...HEALTH, ...MEMORY],
	files: MEMORY,
};

/** `1.05 (1.03–1.08)`: the median, the least and the most; one figure alone where they are alike. */
function spread(values: readonly number[], digits: number): string {
	const [least, middle, most] = [0, 0.5, 1].map((share) => quantile(values, share).toFixed(digits));
	return least === most ? `${middle}` : `${middle} (${least}–${most})`;
}

/** One of the page's tables. */
export function tableOf(name: string, measured: readonly Measured[]): string {
	const columns = TABLES[name] ?? [];
	const rows = measured.map(({ race, runs, health }) => {
		const cells = columns.map(({ of, digits }) => {
			const values = runs.map((run) => of(run, health));
			return spread(values, digits);
		});
		return [race.name, String(race.items), ...cells];
	});
	return table(['Contender', 'Items', ...columns.map(({ head }) => head)], rows);
}

/** With what and when the figures of a table were measured. */
export function circumstances(minutes: number): string {
	const processor = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`;
	const memory = `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`;
	const date = new Date().toISOString().slice(0, 10);
	const took = `${minutes.toFixed(0)} minutes on ${processor}, ${memory}, ${type()} ${release()}`;
	return `Version ${packageJson.version}, n8n ${NEWEST_VERSION}, ${date}, ${took}.`;
}
