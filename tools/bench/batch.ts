// Measures a batch in the engine: how long it takes beside the limit, requests a video, lag.
import { add, cells, COLUMNS, type Figures, noFigures, spread, type Table } from './figures';
import { type Plan, POLLING_SECONDS, renderTimes } from './plan';
import { runNode, withEngine, withSandbox } from './stage';

export interface BatchFigures extends Figures {
	readonly items: number;
	/** The longest render, in seconds: no client can be done before. */
	readonly limits: number[];
	/** The sum of all renders over the longest: what it takes to make one video after the other. */
	readonly inTurn: number[];
}

export async function measureBatches(
	{ engine: { scale, draws, sizes } }: Plan,
	say: (howFar: string) => void,
): Promise<BatchFigures[]> {
	const measured = sizes.map((items): BatchFigures => ({
		items,
		limits: [],
		inTurn: [],
		...noFigures(),
	}));
	const job = { pollingIntervalMs: (POLLING_SECONDS * 1000) / scale };
	await withSandbox((stage) =>
		withEngine(async (engine) => {
			// What is loaded for the first run is not to count.
			await runNode(stage, engine, { renderMs: [100] }, job);
			for (const figures of measured) {
				for (let draw = 1; draw <= draws; draw++) {
					say(`${figures.items} items, draw ${draw} of ${draws}`);
					const renderMs = renderTimes(figures.items, scale, draw);
					const limitMs = Math.max(...renderMs);
					add(figures, await runNode(stage, engine, { renderMs }, job), {
						items: figures.items,
						limitMs,
						scale,
					});
					figures.limits.push((limitMs * scale) / 1000);
					figures.inTurn.push(renderMs.reduce((sum, one) => sum + one, 0) / limitMs);
				}
			}
		}),
	);
	return measured;
}

export function batchTable(measured: readonly BatchFigures[]): Table {
	return {
		head: ['Items', 'Limit', ...COLUMNS, 'One after the other / limit'],
		rows: measured.map((figures) => [
			String(figures.items),
			spread(figures.limits, 0, ' s'),
			...cells(figures),
			spread(figures.inTurn, 1),
		]),
	};
}
