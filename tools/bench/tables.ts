// Puts the figures into the tables of docs/benchmarks.md.
import { cpus, release, totalmem, type } from 'node:os';

import packageJson from '../../package.json';
import { table } from '../docs/markdown';
import { NEWEST_VERSION } from '../n8n/versions';
import { quantile, type Run } from './judge';
import type { MeasuredMemory } from './memory';
import type { Batch, CrowdRun } from './races';

const NAMES = { node: 'this node', loop: 'do it yourself', parked: 'Survive Restarts' };

/** `1.05 (1.03–1.08)`: the median, the least and the most; one figure alone where there was one run. */
function spread(values: readonly number[], digits: number): string {
	const text = (share: number) => quantile(values, share).toFixed(digits);
	return values.length === 1 ? text(0) : `${text(0.5)} (${text(0)}–${text(1)})`;
}

const COLUMNS = ['Limit, s', 'Makespan / limit', 'Requests a video', 'Mean lag, s'];

function cells(runs: readonly Run[]): string[] {
	return [
		spread(
			runs.map(({ limit }) => limit),
			0,
		),
		spread(
			runs.map(({ makespan, limit }) => makespan / limit),
			3,
		),
		spread(
			runs.map(({ requests }) => requests),
			1,
		),
		spread(
			runs.map(({ lag }) => lag),
			1,
		),
	];
}

export function batchesTable(batches: readonly Batch[]): string {
	const rows = batches.map(({ race, runs }) => {
		return [NAMES[race.contender], String(race.items), ...cells(runs)];
	});
	return table(['Contender', 'Items', ...COLUMNS], rows);
}

export function placesTable(batches: readonly Batch[]): string {
	const rows = batches.map(({ race: { items, executions = 1, places }, runs }) => {
		const submissions = runs.map((run) => run.submissions);
		const size = [executions, items, places].map(String);
		return [...size, ...cells(runs), spread(submissions, 2)];
	});
	const head = ['Executions', 'Items of each', 'Places', ...COLUMNS];
	return table([...head, 'Submissions a video'], rows);
}

export function crowdsTable(crowds: readonly CrowdRun[]): string {
	const rows = crowds.map(({ crowd, run, health }) => {
		const name = NAMES[crowd.contender];
		const { responseMs, residentMiB } = health;
		const [idleMiB = NaN] = residentMiB;
		return [
			crowd.heapMiB ? `${name}, heap of ${crowd.heapMiB} MiB` : name,
			String(crowd.items),
			...cells([run]),
			[0.5, 0.99, 1].map((share) => quantile(responseMs, share).toFixed(0)).join(', '),
			idleMiB.toFixed(0),
			(Math.max(...residentMiB) - idleMiB).toFixed(0),
		];
	});
	const health = [
		'/healthz, ms: median, 99th percentile, worst',
		'Idle, MiB',
		'Peak above it, MiB',
	];
	return table(['Contender', 'Items', ...COLUMNS, ...health], rows);
}

export function memoryTable(measured: readonly MeasuredMemory[]): string {
	const rows = measured.map(({ name, idleMiB, aboveIdleMiB, aimMiB }) => {
		return [name, spread(idleMiB, 0), spread(aboveIdleMiB, 0), `< ${aimMiB}`];
	});
	return table(['Case', 'Idle, MiB', 'Peak above it, MiB', 'Aim'], rows);
}

/** With what and when the figures of a table were measured. */
export function circumstances(startedAt: number): string {
	const minutes = Math.ceil((performance.now() - startedAt) / 60_000);
	const processor = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`;
	const memory = `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`;
	const date = new Date().toISOString().slice(0, 10);
	const machine = `${processor}, ${memory}, ${type()} ${release()}`;
	return `Version ${packageJson.version}, n8n ${NEWEST_VERSION}, ${date}, ${minutes} minutes on ${machine}.`;
}
