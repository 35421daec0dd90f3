// What was tried: schedules of questions, played through in pure code on the same kind of draw, in seconds of real
// life. The last one is the node's own, imported.
import { pauseBeforeNextQuestion } from '../../nodes/SeedanceImageToVideo/run/schedule';
import { createRenderTimes, type Watch } from '../../nodes/SeedanceImageToVideo/run/renderTimes';
import { renderTimes, seeded } from './plan';
import { mean } from './statistics';
import type { Table } from './table';

const INTERVAL = 5;
/** What a loop round of n8n's own nodes takes beside the wait itself. */
const LOOP_ROUND = 0.1;
const ROUND_TRIP = 0.05;

/** @returns the pause wanted after a question at the age `age` */
type Candidate = (age: number, random: number, watch: Watch) => number;

function within(pause: number): number {
	return Math.min(Math.max(pause, INTERVAL), 3 * INTERVAL);
}

const own: Candidate = (age, random, watch) => {
	const { others, earliestMs, latestMs } = watch.known();
	const known = { others, earliestMs, latestMs };
	return pauseBeforeNextQuestion({ pollingIntervalMs: INTERVAL }, age, random, known);
};

const CANDIDATES: ReadonlyArray<readonly [name: string, candidate: Candidate, learns: boolean]> = [
	['every 5 s, and a loop round of 0.1 s', () => INTERVAL + LOOP_ROUND, false],
	['every 5 s', () => INTERVAL, false],
	['8 % of the wait, 10 % jitter', (age, random) => within(age * 0.08 * (1 + 0.1 * random)), false],
	['8 % of the wait', (age) => within(age * 0.08), false],
	[
		'every 5 s from the earliest end seen on',
		(age, random, watch) =>
			watch.known().earliestMs === null ? within(age * 0.08) : own(age, random, watch),
		true,
	],
	[
		'the same; until one has ended, 15 s',
		(age, random, watch) =>
			watch.known().earliestMs === null ? 3 * INTERVAL : own(age, random, watch),
		true,
	],
	['the same; until one has ended, 5 s to 10 s by the number of others (ours)', own, true],
];

interface Waiting {
	readonly render: number;
	readonly startedAt: number;
	readonly watch: Watch;
	random: number;
	askedAt: number;
	lookAt: number;
}

interface Played {
	readonly requests: number;
	readonly lag: number;
}

/** Plays one batch; `places` may render at one time. Learning candidates think a pause over, as the node does. */
function play(
	candidate: Candidate,
	learns: boolean,
	draw: readonly number[],
	places: number,
	random: () => number,
): Played {
	const kinds = createRenderTimes();
	const queue = [...draw];
	const waiting = new Set<Waiting>();
	const lags: number[] = [];
	let requests = 0;
	const submit = (at: number) => {
		const render = queue.shift();
		if (render === undefined) return;
		requests++;
		const entry = {
			render,
			startedAt: at,
			watch: kinds.watch('one'),
			random: random(),
			askedAt: at,
		};
		waiting.add({ ...entry, lookAt: at + INTERVAL });
	};
	for (let place = 0; place < places; place++) submit(0);
	while (waiting.size > 0) {
		const next = [...waiting].reduce((a, b) => (b.lookAt < a.lookAt ? b : a));
		const now = next.lookAt;
		const due = next.askedAt + candidate(next.askedAt - next.startedAt, next.random, next.watch);
		if (due > now + 1e-9) {
			next.lookAt = learns ? Math.min(due, now + INTERVAL / 4) : due;
			continue;
		}
		requests++;
		const age = now - next.startedAt;
		if (age < next.render) {
			next.watch.stillWorking(age);
			Object.assign(next, { askedAt: now, lookAt: now + INTERVAL, random: random() });
			continue;
		}
		next.watch.succeeded(age);
		next.watch.leave();
		waiting.delete(next);
		lags.push(age - next.render + ROUND_TRIP / 2);
		submit(now + ROUND_TRIP);
	}
	return { requests: requests / draw.length, lag: mean(lags) };
}

const BATCHES = [
	{ name: '10 at once', items: 10, places: 10, draws: 300 },
	{ name: '100 at once', items: 100, places: 100, draws: 40 },
	{ name: '200, 20 at a time', items: 200, places: 20, draws: 20 },
] as const;

/** Requests a video and mean lag of every candidate, over many draws so that luck evens out. */
export function trySchedules(): Table {
	const rows = CANDIDATES.map(([name, candidate, learns]) => [
		name,
		...BATCHES.map(({ items, places, draws }) => {
			const random = seeded(99);
			const played = Array.from({ length: draws }, (_, index) =>
				play(candidate, learns, renderTimes(items, 1000, 1000 + index), places, random),
			);
			const requests = mean(played.map((one) => one.requests)).toFixed(1);
			return `${requests}, ${mean(played.map((one) => one.lag)).toFixed(2)} s`;
		}),
	]);
	return { head: ['Schedule', ...BATCHES.map(({ name }) => name)], rows };
}
