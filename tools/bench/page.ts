// Writes docs/benchmarks.md from the figures: nothing in that file is typed by hand.
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';

import { format, resolveConfig } from 'prettier';

import packageJson from '../../package.json';
import { table } from '../docs/markdown';
import { NEWEST_VERSION } from '../n8n/versions';
import { PROJECT } from '../project';
import {
	type Batch,
	batchTable,
	CHANCE_ORDERS,
	inChanceOrder,
	limitedTable,
	PLACES,
	REQUESTS_PER_SECOND,
} from './batch';
import { median, ratios } from './figures';
import { type MemoryFigures, memoryTable } from './memory';
import { type MeasuredInN8n, n8nTable } from './n8n';
import { DRAW, LOOP_SECONDS, type Plan, POLLING_SECONDS } from './plan';

export interface Measured {
	readonly batches: readonly Batch[];
	readonly n8n: MeasuredInN8n;
	readonly limited: readonly Batch[];
	readonly memory: readonly MemoryFigures[];
}

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
			['Node.js', `${process.versions.node} (engine), 24 (real n8n)`],
			['n8n-core', packageJson.devDependencies['n8n-core']],
			['n8n', NEWEST_VERSION],
		],
	);
}

function verdict(value: number, aim: number, digits = 2, unit = ''): string {
	const text = (one: number) => `${one.toFixed(digits)}${unit}`;
	if (value <= aim) return `reached: ${text(value)}`;
	return `missed by ${text(value - aim)}: ${text(value)}`;
}

const count = (items: number) => (items === 1 ? '1 item' : `${items} items`);

function aims({ batches, n8n, limited, memory }: Measured): string {
	const rows = batches.map(({ items, runs }) => [
		`${count(items)} in the engine: within 1.10 of the limit`,
		verdict(median(ratios(runs)), 1.1),
	]);
	n8n.node.forEach(({ items, runs }, index) => {
		const loop = median(ratios(n8n.loop[index]?.runs ?? []));
		const aim = `${count(items)} in n8n: sooner than the loop (${loop.toFixed(3)})`;
		rows.push([aim, verdict(median(ratios(runs)), loop, 3)]);
	});
	for (const { items, runs } of limited) {
		const aim = `${count(items)} under a rate limit: within 1.15 of what chance order takes`;
		rows.push([aim, verdict(median(ratios(runs, inChanceOrder)), 1.15)]);
	}
	for (const { name, aimMiB, aboveIdleMiB } of memory) {
		const aim = `${name}: peak below ${aimMiB} MiB`;
		rows.push([aim, verdict(median(aboveIdleMiB), aimMiB, 0, ' MiB')]);
	}
	return table(['Aim', 'Outcome'], rows);
}

const speed = (scale: number) =>
	scale === 1 ? 'At real speed' : `${scale} times as fast as in real life`;

/** Where the page is written. */
export const PAGE = join(PROJECT, 'docs', 'benchmarks.md');

/** The whole page. */
export async function page(measured: Measured, plan: Plan, minutes: number): Promise<string> {
	const { quick, engine, n8n, limited } = plan;
	const text = `# Benchmarks

Written by \`npm run bench\`${quick ? ' with `--quick`' : ''} in ${minutes.toFixed(0)} minutes; nothing here is typed by hand. Every contender meets the same
sandbox with the same render times, in another process. Render times are ${DRAW}; several draws
where there are brackets. Figures are the median, with minimum and maximum in brackets.

The **limit** is the longest render of a batch: no client can be done before. The **lag** is the time from the end of a
render to the answer that tells of it, in seconds of real life. No video is downloaded. Polling Interval: ${POLLING_SECONDS} s, the default.

${machine()}

## Aims

${aims(measured)}

## A batch, in n8n's engine

${speed(engine.scale)}. **One after the other** is what it takes where each item waits for the one before, as
n8n's Loop Over Items and most of its video nodes do: the sum of all renders.

${batchTable(measured.batches)}

## Beside n8n's own nodes, in a real n8n

**do it yourself** is what users build: HTTP Request, Wait ${LOOP_SECONDS} s, HTTP Request, IF, and back to Wait. With **Survive
Restarts** the execution is parked in n8n's database, which looks at it about once a minute. All run in the same n8n at the same
time, the package installed from its tarball. ${speed(n8n.scale)}, counted by the sandbox's clock, from the first request
to the answer that told of the last end. One draw leaves much to luck: the makespan hangs on the last question alone.

${n8nTable(measured.n8n)}

## Under a rate limit

${speed(limited.scale)}. ${PLACES} predictions in flight and ${REQUESTS_PER_SECOND} requests a second, 429 without Retry-After beyond; where time runs
faster, so does the limit. No client beats the **bound**: the longest render, or all renders spread evenly over the ${PLACES}
places, whichever is longer. A client cannot know how long a render will be, so one that loses no moment still needs
what it takes **in chance order**: every place is taken again as soon as it is free, the median of ${CHANCE_ORDERS} orders.

${limitedTable(measured.limited)}

## Memory

Resident peak above the idle engine, files in filesystem binary data, the sandbox in another process. The engine's
garbage collector decides when memory is given back, not the node.

${memoryTable(measured.memory)}
`;
	return await format(text, { ...(await resolveConfig(PAGE)), filepath: PAGE });
}
