// Writes docs/benchmarks.md from the figures: nothing in that file is typed by hand.
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join, resolve } from 'node:path';
import { type LimitedRun, tableOf } from './limited';
import type { Makespans } from './makespan';
import type { MemoryCase } from './memory';
import { DRAW, type Plan, SCALE } from './plan';
import { type Compared, medians } from './real';
import { median } from './statistics';
import { printed, type Table } from './table';

const PROJECT = resolve(__dirname, '..', '..');

export interface Figures {
	readonly makespans: Makespans;
	readonly real: Compared;
	readonly schedules: Table;
	readonly limited: readonly LimitedRun[];
	readonly memory: { readonly table: Table; readonly cases: readonly MemoryCase[] };
	readonly polls: Table;
	readonly package: Table;
	readonly profile: { readonly owners: Table; readonly functions: Table; readonly items: number };
	readonly minutes: number;
}

function versionOf(name: string): string {
	const file = name === '' ? 'package.json' : join('node_modules', name, 'package.json');
	return (JSON.parse(readFileSync(join(PROJECT, file), 'utf8')) as { version: string }).version;
}

function machine(real: Compared): Table {
	const [processor] = cpus();
	const memory = `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`;
	return {
		head: ['Measured', 'With'],
		rows: [
			['date', new Date().toISOString().slice(0, 10)],
			['processor', `${cpus().length} × ${processor?.model.trim() ?? 'unknown'}`],
			['memory', memory],
			['system', `${type()} ${release()}`],
			['this package', versionOf('')],
			['Node.js', `${process.versions.node} (engine), 24 (real n8n)`],
			['n8n-core', versionOf('n8n-core')],
			['n8n', real.version],
			['undici', versionOf('undici')],
		],
	};
}

function verdict(value: number, aim: number, unit = ''): string {
	const text = `${value.toFixed(2)}${unit}`;
	return value <= aim
		? `reached: ${text}`
		: `missed by ${(value - aim).toFixed(2)}${unit}: ${text}`;
}

const COMPARED = [
	['makespan', 'makespan'],
	['requests a video', 'requests'],
	['mean lag in seconds', 'lagSeconds'],
] as const;

function aims({ makespans, real, limited, memory }: Figures): Table {
	const rows = [...makespans.ours].map(([items, ratios]) => [
		`${items} items within 1.10 of the limit`,
		verdict(median(ratios), 1.1),
	]);
	for (const match of real.decisive) {
		const speed = match.scale === 1 ? 'at real speed' : `${match.scale} times as fast`;
		for (const [name, figure] of COMPARED) {
			const { ours, other } = medians(match, figure);
			const missed = `missed by ${(100 * (ours / other - 1)).toFixed(0)} %`;
			rows.push([
				`${match.items} items in n8n, ${speed}: ${name} below the do-it-yourself loop's`,
				`${ours < other ? 'reached' : missed}: ${ours.toFixed(3)} against ${other.toFixed(3)}`,
			]);
		}
	}
	rows.push([
		'under the rate limit within 1.15 of what it allows',
		verdict(limited[0]?.ratio ?? NaN, 1.15),
	]);
	for (const { name, aimMiB, aboveIdleMiB } of memory.cases) {
		rows.push([
			`${name}: peak below ${aimMiB} MiB`,
			verdict(median(aboveIdleMiB), aimMiB, ' MiB').replace(/\.\d+/g, ''),
		]);
	}
	return { head: ['Aim', 'Outcome'], rows };
}

/** The whole page. */
export function report(figures: Figures, plan: Plan): string {
	const { makespans, real, schedules, limited, memory, polls, profile } = figures;
	const time = `Render times: ${DRAW}, drawn once. Polling Interval: 5 s.`;
	return `# Benchmarks

Written by \`npm run bench\`${plan.quick ? ' with `--quick`' : ''} in ${figures.minutes.toFixed(0)} minutes; nothing here is typed by hand. Every contender meets the same
sandbox with the same render times, in turn, each in a process of its own. Figures are the median, with minimum and
maximum in brackets, and where they compare they are ratios.

${printed(machine(real))}

## Aims

${printed(aims(figures))}

## A batch, in n8n's engine

${time}
Everything runs ${SCALE} times as fast; lags are given in seconds of real life. **limit** is a bare undici client that
submits everything at once and takes the end from the sandbox's own clock; **one by one** is this node fed item by item,
as n8n's Loop Over Items does and as n8n's built-in video nodes work. No video is downloaded. What n8n itself needs for a
request is not ${SCALE} times as fast: with 1000 items that, and not the waiting, sets the pace.

${printed(makespans.table)}

## Beside n8n's own nodes, in a real n8n

**do it yourself** is what users build: HTTP Request, Wait, HTTP Request, IF, and back to Wait. Both run in the same n8n, the
package installed from its tarball. Counted by the sandbox's clock, from the first request to the answer that told of the
last end. A loop round costs n8n some time beside the wait, and where everything else is ${SCALE} times as fast that weighs
${SCALE} times as much: the loop asks later and less often than it would. The rows at real speed are the ones to go by.

${printed(real.table)}

With at least 5 s between two questions about one video and render times that vary by much more than that, no schedule
can have a mean lag much below half the interval, 2.5 s: learning cannot foresee when one video ends. What it can do is
leave out the questions that come too early. One draw leaves much to luck: it moves the mean lag of n videos by about
1.4 s / √n, which is 0.5 s with ten of them, and the makespan, which hangs on the last question alone, by up to 2.5 s
either way. What to expect without luck is in the next table.

## What was tried

Schedules played through in pure code, without a network, over many draws: requests a video and mean lag. The first row is
the do-it-yourself loop. To wait longer until the first video has ended saves more, but the first ones are then noticed
late; the more videos there are, the sooner one of them tells, so the node stretches its first pauses by their number.

${printed(schedules)}

## Under a rate limit

20 predictions in flight and 10 requests a second, 429 without Retry-After beyond. Allowed: every place is taken again the
moment it is free, at no question but the last. In the last row time runs 10 times as fast and the limit does not: then 20
videos want 40 questions a second where 10 are allowed, so places stay taken by videos whose end nobody could ask about.

${printed(tableOf(limited))}

## Memory

Resident peak above the idle engine, files in filesystem binary data, the sandbox in another process.

${printed(memory.table)}

The engine's garbage collector decides when memory is given back, not the node: a picture exists as the file's bytes, as
base64 (a third more), as JSON and as the buffer that is sent, one picture at a time.

## Cost

${printed(polls)}

${printed(figures.package)}

## Profile

Own processor time of the engine's process in a run of ${profile.items} items, from V8's sampling profiler. \`connect\` is there
because n8n's HTTP helper opens a connection for every request, which a node cannot change.

${printed(profile.owners)}

${printed(profile.functions)}
`;
}
