// Measures a batch under an API that allows 20 predictions in flight and 10 requests a second, and says 429 beyond.
import { add, cells, COLUMNS, type Figures, noFigures, spread, type Table } from './figures';
import { type Plan, POLLING_SECONDS, renderTimes } from './plan';
import { runNode, withEngine, withSandbox } from './stage';

const IN_FLIGHT = 20;
const REQUESTS_PER_SECOND = 10;

export interface LimitedFigures extends Figures {
	readonly scale: number;
	readonly items: number;
	/** What the API allows, in seconds. */
	readonly allowed: number[];
}

/** When all are done if each starts the moment a place is free, in order, and nobody has to ask. */
function allowedMs(renderMs: readonly number[], rate: number): number {
	const freeAt = Array<number>(IN_FLIGHT).fill(0);
	let last = 0;
	renderMs.forEach((duration, index) => {
		freeAt.sort((a, b) => a - b);
		const window = Math.floor(index / rate) * 1000;
		const end = Math.max(freeAt.shift() ?? 0, window) + duration;
		freeAt.push(end);
		last = Math.max(last, end);
	});
	// Each video takes a submission and at least one question.
	return Math.max(last, ((2 * renderMs.length) / rate - 1) * 1000);
}

/** Measures one row of the plan; time and the limits run `scale` times as fast. */
export async function measureLimited(
	{ scale, items, draws }: Plan['limited'][number],
	say: (howFar: string) => void,
): Promise<LimitedFigures> {
	const figures: LimitedFigures = { scale, items, allowed: [], ...noFigures() };
	const rate = REQUESTS_PER_SECOND * scale;
	const job = { pollingIntervalMs: (POLLING_SECONDS * 1000) / scale };
	await withSandbox((stage) =>
		withEngine(async (engine) => {
			for (let draw = 1; draw <= draws; draw++) {
				say(`${items} items, draw ${draw} of ${draws}`);
				const renderMs = renderTimes(items, scale, draw);
				const limitMs = allowedMs(renderMs, rate);
				const rules = { renderMs, maxInFlight: IN_FLIGHT, requestsPerSecond: rate };
				const seen = await runNode(stage, engine, rules, job);
				add(figures, seen, { items, limitMs, scale });
				figures.allowed.push((limitMs * scale) / 1000);
			}
		}),
	);
	return figures;
}

export function limitedTable(measured: readonly LimitedFigures[]): Table {
	const [, ...columns] = COLUMNS;
	return {
		head: ['Speed', 'Items', 'Allowed', 'Makespan / allowed', ...columns, 'Refused (429)'],
		rows: measured.map((figures) => [
			figures.scale === 1 ? 'real' : `${figures.scale} times`,
			String(figures.items),
			spread(figures.allowed, 0, ' s'),
			...cells(figures),
			spread(figures.refused, 0),
		]),
	};
}
