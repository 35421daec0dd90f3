// Survive Restarts where n8n can keep a wait in its database, and where it cannot. What becomes of the wait is tried in
// newest/survive-restarts.test.ts.
import { compareVersions } from '../../tools/n8n/versions';
import { inEveryN8n } from './in-every-n8n';
import { keepersOf, survivor } from './parked';
import { line, START, start } from './workflows';

inEveryN8n((place) => {
	const isKept = compareVersions(place.version, '2.41.0') >= 0;
	const says = isKept ? 'waits in n8n’s database' : 'says what it needs, before anything is sent';

	test(`Survive Restarts ${says}`, async () => {
		const workflow = await place.rest.createWorkflow(line(start(), survivor(place.credential)));
		const id = await place.rest.run(workflow, START);
		const { status, error } = await place.rest.waitFor(id, ['waiting', 'error', 'success']);

		expect(status).toBe(isKept ? 'waiting' : 'error');
		if (isKept) {
			expect(place.sandbox.predictions).toHaveLength(1);
			const keepers = await keepersOf(place.rest, workflow);
			for (const one of [...keepers, id]) await place.rest.stop(one);
		} else {
			expect(error?.message).toContain('2.41');
			expect(error?.description).toMatch(/durable batch/i);
			expect(place.sandbox.requests).toEqual([]);
		}
	});
});
