// Stopping a running execution with the editor's button.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { inEveryN8n } from './in-every-n8n';
import { items, line, prompts, seedance, start } from './workflows';

inEveryN8n(
	(place) => {
		test('requests cease within a second, and n8n’s log names what is still being rendered', async () => {
			const id = await place.begin(line(start(), items(prompts(5)), seedance(place.credential)));
			while (place.sandbox.predictions.some(({ resultRequests }) => resultRequests < 2)) {
				await sleep(50);
			}
			while (place.sandbox.predictions.length < 5) await sleep(50);

			const stoppedAtMs = performance.now();
			await place.rest.stop(id);
			await sleep(3_000);

			const late = place.sandbox.requests.filter(({ atMs }) => atMs > stoppedAtMs + 1_000);
			expect(late).toEqual([]);
			expect((await place.rest.getExecution(id)).status).toBe('canceled');
			const log = await readFile(place.logFile, 'utf8');
			for (const prediction of place.sandbox.predictions) expect(log).toContain(prediction.id);
		});
	},
	{ sandbox: { renderMs: 60_000 } },
);
