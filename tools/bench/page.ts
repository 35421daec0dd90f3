// Writes docs/benchmarks.md from the figures: nothing in that file is typed by hand.
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';

import { format, resolveConfig } from 'prettier';

import packageJson from '../../package.json';
import { table } from '../docs/markdown';
import { NEWEST_VERSION } from '../n8n/versions';
import { PROJECT } from '../project';
import { boundOf, CHANCE_ORDERS, inChanceOrder, limitOf, median, type Run, sum } from './judge';
import type { MeasuredMemory } from './memory';
import { type Contender, DRAW, LIMITS, LOOP_SECONDS, type Plan, POLLING_SECONDS } from './plan';
import type { Batch } from './races';

function machine(): string {
	const [processor] = cpus();
	return table(
		['Measured', 'With'],
		[
			['date', new Date().toISOString().slice(0, 10)],
			['processor', `${cpus().length} × ${processor?.model.trim() ?? 'unknown'}`],
			['memory', `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`],
			['system', `${type()} ${release()}`],
			['this package', packageJson.version],
			['Node.js', `24 (n8n), ${process.versions.node} (memory)`],
			['n8n', NEWEST_VERSION],
			['n8n-core', packageJson.devDependencies['n8n-core']],
		],
	);
}

/** `1.05 (1.03–1.08)`; one figure alone where there was one run. */
function spread(values: readonly number[], digits = 2, unit = ''): string {
	const text = (value: number) => value.toFixed(digits);
	const middle = `${text(median(values))}${unit}`;
	if (values.length === 1) return middle;
	return `${middle} (${text(Math.min(...values))}–${text(Math.max(...values))})`;
}

/** Makespans over what they are measured by. */
function ratios(runs: readonly Run[], by = limitOf): number[] {
	return runs.map((run) => run.makespan / by(run));
}

function verdict(value: number, aim: number, digits = 2, unit = ''): string {
	const text = (one: number) => `${one.toFixed(digits)}${unit}`;
	if (value <= aim) return `reached: ${text(value)}`;
	return `missed by ${text(value - aim)}: ${text(value)}`;
}

const count = (items: number) => (items === 1 ? '1 item' : `${items} items`);

function aims(races: readonly Batch[], memory: readonly MeasuredMemory[]): string {
	const of = (contender: Contender) => races.filter((batch) => batch.contender === contender);
	const rows: string[][] = [];
	for (const { items, runs } of of('node')) {
		const ratio = median(ratios(runs));
		const loop = median(ratios(of('loop').find((batch) => batch.items === items)?.runs ?? []));
		rows.push([`${count(items)}: within 1.10 of the limit`, verdict(ratio, 1.1)]);
		const name = `${count(items)}: sooner than do it yourself (${loop.toFixed(3)})`;
		rows.push([name, verdict(ratio, loop, 3)]);
	}
	for (const { items, runs } of of('limited')) {
		const name = `${count(items)} under a rate limit: within 1.15 of chance order`;
		rows.push([name, verdict(median(ratios(runs, inChanceOrder)), 1.15)]);
	}
	for (const { name, aimMiB, aboveIdleMiB } of memory) {
		const outcome = verdict(median(aboveIdleMiB), aimMiB, 0, ' MiB');
		rows.push([`${name}: peak below ${aimMiB} MiB`, outcome]);
	}
	return table(['Aim', 'Outcome'], rows);
}

const COLUMNS = ['Requests a video', 'Mean lag'];

function cells(runs: readonly Run[]): string[] {
	const requests = runs.map((run) => run.requests);
	const lags = runs.map(({ lag }) => lag);
	return [spread(requests, 1), spread(lags, 1, ' s')];
}

const NAMES = { node: 'this node', loop: 'do it yourself', parked: 'Survive Restarts' };

function racesTable(races: readonly Batch[]): string {
	const rows = races.flatMap(({ contender, items, runs }) => {
		if (contender === 'limited') return [];
		const limit = spread(runs.map(limitOf), 0, ' s');
		const shown = [NAMES[contender], String(items), limit, spread(ratios(runs)), ...cells(runs)];
		return [{ items, shown }];
	});
	rows.sort((a, b) => a.items - b.items);
	return table(
		['Contender', 'Items', 'Limit', 'Makespan / limit', ...COLUMNS],
		rows.map(({ shown }) => shown),
	);
}

function limitedTable(races: readonly Batch[]): string {
	const rows = races.flatMap(({ contender, items, runs }) => {
		if (contender !== 'limited') return [];
		const bound = spread(runs.map(boundOf), 0, ' s');
		const chance = spread(runs.map((run) => inChanceOrder(run) / boundOf(run)));
		const refused = runs.map((run) => run.refused);
		const ratio = spread(ratios(runs, boundOf));
		return [[String(items), bound, ratio, chance, ...cells(runs), spread(refused, 0)]];
	});
	const head = ['Items', 'Bound', 'Makespan / bound', 'Chance order / bound'];
	return table([...head, ...COLUMNS, 'Refusal (429)'], rows);
}

function memoryTable(memory: readonly MeasuredMemory[]): string {
	const rows = memory.map(({ name, idleMiB, aboveIdleMiB, aimMiB }) => {
		return [name, spread(idleMiB, 0), spread(aboveIdleMiB, 0), `< ${aimMiB}`];
	});
	return table(['Case', 'Idle, MiB', 'Peak above it, MiB', 'Aim'], rows);
}

/** How many times longer one video after the other takes, of the largest batch. */
function inTurn(races: readonly Batch[]): string {
	const { items, runs } = races.reduce((a, b) => (b.items > a.items ? b : a));
	const times = median(runs.map((run) => sum(run.renders) / limitOf(run)));
	return `${times.toFixed(0)} times the limit with ${items} items`;
}

/** Where the page is written. */
export const PAGE = join(PROJECT, 'docs', 'benchmarks.md');

/** The whole page. */
export async function page(
	{ quick, scale }: Plan,
	races: readonly Batch[],
	memory: readonly MeasuredMemory[],
	minutes: number,
): Promise<string> {
	const command = `npm run bench${quick ? ' -- --quick' : ''}`;
	const speed = scale === 1 ? 'Real speed' : `${scale} times as fast as in real life`;
	const { maxInFlight, requestsPerSecond } = LIMITS;
	const text = `# Benchmarks

Written by \`${command}\` in ${minutes.toFixed(0)} minutes; nothing here is typed by hand. Every contender meets the same render
times, each run a sandbox of its own in another process. Render times are ${DRAW}.
Figures are the median of several draws, with minimum and maximum in brackets; without brackets there was one draw.

${machine()}

## Aims

${aims(races, memory)}

## A batch in a real n8n

${speed}, all at the same time in one n8n, with the package installed from its tarball. Counted by the
sandbox's clock, from the first request to the answer that told of the last end. No video is downloaded.

- The **limit** is the longest render of a batch: no client can be done before. One video after the other, as n8n's Loop Over
  Items and most of its video nodes do it, takes ${inTurn(races)}.
- The **lag** is the time from the end of a render to the answer that tells of it.
- **This node** asks every ${POLLING_SECONDS} s, the default of Polling Interval.
- **Do it yourself** is what users build: HTTP Request, Wait ${LOOP_SECONDS} s, HTTP Request, IF, and back to Wait.
- With **Survive Restarts** this node is parked in n8n's database, which looks at it about once a minute.

One draw leaves much to luck: the makespan hangs on the last question alone.

${racesTable(races)}

## Under a rate limit

This node at the same time in the same n8n. The API takes ${maxInFlight} predictions in flight and ${requestsPerSecond} requests a second, and says 429
without Retry-After beyond.

- No client beats the **bound**: the longest render, or all renders spread evenly over the ${maxInFlight} places, whichever is
  longer.
- Nobody knows beforehand how long a render takes. **Chance order** is what a client takes that fills each place again the
  moment it is free: the median of ${CHANCE_ORDERS} orders.

${limitedTable(races)}

## Memory

Resident peak above the idle engine (n8n-core), files in filesystem binary data, the sandbox in another process. The
engine's garbage collector decides when memory is given back, not the node.

${memoryTable(memory)}
`;
	return await format(text, { ...(await resolveConfig(PAGE)), filepath: PAGE });
}
