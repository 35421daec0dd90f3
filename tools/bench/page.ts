// Writes docs/benchmarks.md from the figures: nothing in that file is typed by hand.
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';

import packageJson from '../../package.json';
import { PROJECT } from '../project';
import { type BatchFigures, batchTable } from './batch';
import { median, printed, type Table } from './figures';
import { type LimitedFigures, limitedTable } from './limited';
import { type MemoryFigures, memoryTable } from './memory';
import { type Match, n8nTable } from './n8n';
import { DRAW, LOOP_SECONDS, type Plan, POLLING_SECONDS } from './plan';

export interface Measured {
	readonly batches: readonly BatchFigures[];
	readonly n8n: { readonly matches: readonly Match[]; readonly version: string };
	readonly limited: readonly LimitedFigures[];
	readonly memory: readonly MemoryFigures[];
	readonly minutes: number;
}

function machine({ n8n }: Measured): Table {
	const [processor] = cpus();
	return {
		head: ['Measured', 'With'],
		rows: [
			['date', new Date().toISOString().slice(0, 10)],
			['processor', `${cpus().length} × ${processor?.model.trim() ?? 'unknown'}`],
			['memory', `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`],
			['system', `${type()} ${release()}`],
			['this package', packageJson.version],
			['Node.js', `${process.versions.node} (engine), 24 (real n8n)`],
			['n8n-core', packageJson.devDependencies['n8n-core']],
			['n8n', n8n.version],
		],
	};
}

function verdict(value: number, aim: number, digits = 2, unit = ''): string {
	const text = (one: number) => `${one.toFixed(digits)}${unit}`;
	if (value <= aim) return `reached: ${text(value)}`;
	return `missed by ${text(value - aim)}: ${text(value)}`;
}

const count = (items: number) => (items === 1 ? '1 item' : `${items} items`);

function aims({ batches, n8n, limited, memory }: Measured): Table {
	const rows = batches.map(({ items, ratio }) => [
		`${count(items)} in the engine: within 1.10 of the limit`,
		verdict(median(ratio), 1.1),
	]);
	for (const { items, figures } of n8n.matches) {
		const loop = median(figures['do it yourself'].ratio);
		const outcome = verdict(median(figures.ours.ratio), loop, 3);
		rows.push([`${count(items)} in n8n: sooner than the loop (${loop.toFixed(3)})`, outcome]);
	}
	for (const { scale, ratio } of limited) {
		const speed = scale === 1 ? 'real speed' : `${scale} times as fast`;
		const name = `under a rate limit, ${speed}: within 1.15 of what it allows`;
		rows.push([name, verdict(median(ratio), 1.15)]);
	}
	for (const { name, aimMiB, aboveIdleMiB } of memory) {
		rows.push([
			`${name}: peak below ${aimMiB} MiB`,
			verdict(median(aboveIdleMiB), aimMiB, 0, ' MiB'),
		]);
	}
	return { head: ['Aim', 'Outcome'], rows };
}

/** Where the page is written. */
export const PAGE = join(PROJECT, 'docs', 'benchmarks.md');

/** The whole page. */
export function page(measured: Measured, { quick, engine, n8n }: Plan): string {
	const speed = n8n.scale === 1 ? 'At real speed' : `${n8n.scale} times as fast as in real life`;
	return `# Benchmarks

Written by \`npm run bench\`${quick ? ' with `--quick`' : ''} in ${measured.minutes.toFixed(0)} minutes; nothing here is typed by hand. Every contender meets the same
sandbox with the same render times, each in a process of its own. Render times are ${DRAW}; several draws
where there are brackets. Figures are the median, with minimum and maximum in brackets.

The **limit** is the longest render of a batch: no client can be done before. The **lag** is the time from the end of a
render to the answer that tells of it, in seconds of real life. No video is downloaded. Polling Interval: ${POLLING_SECONDS} s, the default.

${printed(machine(measured))}

## Aims

${printed(aims(measured))}

## A batch, in n8n's engine

${engine.scale} times as fast as in real life. **One after the other** is what it takes where each item waits for the one before, as
n8n's Loop Over Items and most of its video nodes do: the sum of all renders.

${printed(batchTable(measured.batches))}

## Beside n8n's own nodes, in a real n8n

**do it yourself** is what users build: HTTP Request, Wait ${LOOP_SECONDS} s, HTTP Request, IF, and back to Wait. Both run in the same n8n,
the package installed from its tarball. ${speed}, counted by the sandbox's clock, from the first request to the
answer that told of the last end. One draw leaves much to luck: the makespan hangs on the last question alone.

${printed(n8nTable(measured.n8n.matches))}

## Under a rate limit

20 predictions in flight and 10 requests a second, 429 without Retry-After beyond; where time runs faster, so does the limit.
Allowed: every place is taken again the moment it is free, at no question but the last.

${printed(limitedTable(measured.limited))}

## Memory

Resident peak above the idle engine, files in filesystem binary data, the sandbox in another process. The engine's
garbage collector decides when memory is given back, not the node.

${printed(memoryTable(measured.memory))}
`;
}
