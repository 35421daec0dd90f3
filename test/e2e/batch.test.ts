// Twenty items in one run of the node.
import { itemsOf } from '../../tools/n8n/workflow';
import { inEveryN8n } from './in-every-n8n';
import { items, line, prompts, SEEDANCE, seedance, start } from './workflows';

const RENDER_MS = 1_500;

inEveryN8n(
	(place) => {
		test('20 items are rendered at the same time, and come out in the order they went in', async () => {
			const execution = await place.run(
				line(start(), items(prompts(20)), seedance(place.credential)),
			);

			const output = itemsOf(execution, SEEDANCE);
			expect(output).toHaveLength(20);
			const promptOf = new Map(place.sandbox.predictions.map(({ id, body }) => [id, body.prompt]));
			expect(output.map(({ json }) => promptOf.get(String(json.predictionId)))).toEqual(
				prompts(20).map(({ prompt }) => prompt),
			);
			expect(output.map(({ pairedItem }) => pairedItem)).toEqual(
				prompts(20).map((_, item) => ({ item })),
			);
			expect(output.every(({ binary }) => binary?.data?.mimeType === 'video/mp4')).toBe(true);
			expect(place.sandbox.predictions).toHaveLength(20);
			// One after the other they would take twenty times as long.
			expect(execution.runs[SEEDANCE]?.[0]?.executionTime).toBeLessThan(10 * RENDER_MS);
		});
	},
	{ sandbox: { renderMs: RENDER_MS } },
);
