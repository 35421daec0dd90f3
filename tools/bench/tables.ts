// Puts the figures into the tables of docs/benchmarks.md.
import { cpus, release, totalmem, type } from 'node:os';

import packageJson from '../../package.json';
import { table } from '../docs/markdown';
import { NEWEST_VERSION } from '../n8n/versions';
import type { Health } from './health';
import { quantile, type Run } from './judge';
import type { Measured } from './races';

type Column = readonly [head: string, digits: number, of: (run: Run, health: Health) => number];

const BASICS: readonly Column[] = [
	['Limit, s', 0, ({ limit }) => limit],
	['Makespan / limit', 3, ({ makespan, limit }) => makespan / limit],
	['Requests a video', 1, ({ requests }) => requests],
	['Mean lag, s', 1, ({ lag }) => lag],
];
const HEALTH: readonly Column[] = [
	['/healthz, median, ms', 0, (_, { responseMs }) => quantile(responseMs, 0.5)],
	['99th percentile, ms', 0, (_, { responseMs }) => quantile(responseMs, 0.99)],
	['worst, ms', 0, (_, { responseMs }) => quantile(responseMs, 1)],
];
const MEMORY: readonly Column[] = [
	['Idle, MiB', 0, (_, { idleMiB }) => idleMiB],
	['Peak above it, MiB', 0, (_, { idleMiB, peakMiB }) => peakMiB - idleMiB],
];

const TABLES: Readonly<Record<string, readonly Column[]>> = {
	batches: BASICS,
	places: [...BASICS, ['Submissions a video', 2, ({ submissions }) => submissions]],
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
		const cells = columns.map(([, digits, of]) => {
			return spread(
				runs.map((run) => of(run, health)),
				digits,
			);
		});
		return [race.name, String(race.items), ...cells];
	});
	return table(['Contender', 'Items', ...columns.map(([head]) => head)], rows);
}

/** With what and when the figures of a table were measured. */
export function circumstances(minutes: number): string {
	const processor = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`;
	const memory = `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`;
	const date = new Date().toISOString().slice(0, 10);
	const took = `${Math.ceil(minutes)} min on ${processor}, ${memory}, ${type()} ${release()}`;
	return `Version ${packageJson.version}, n8n ${NEWEST_VERSION}, ${date}, ${took}.`;
}
