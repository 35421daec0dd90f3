// The node inside a loop: a second round is a second set of predictions, even with the same request.
import { itemsOf } from '../../tools/n8n/workflow';
import { inEveryN8n } from './in-every-n8n';
import { branch, items, line, node, SEEDANCE, seedance, start } from './workflows';

inEveryN8n((place) => {
	test('two rounds make two sets of predictions', async () => {
		const same = Array.from({ length: 4 }, () => ({ prompt: 'The same prompt' }));
		const list = items(same);
		const loop = node('Loop', 'n8n-nodes-base.splitInBatches', 3, { batchSize: 2 });
		const done = node('Done', 'n8n-nodes-base.noOp', 1);
		const seedanceNode = seedance(place.credential);
		// Output 0 of the loop is its end, output 1 its body, which leads back to it.
		const opening = branch(line(start(), list, loop, done), loop, 1, seedanceNode);
		const workflow = branch(opening, seedanceNode, 0, loop);

		const execution = await place.run(workflow);

		expect(execution.error).toBeUndefined();
		expect(execution.runs[SEEDANCE]).toHaveLength(2);
		expect(itemsOf(execution, 'Done')).toHaveLength(4);
		const ids = [0, 1].flatMap((round) =>
			itemsOf(execution, SEEDANCE, 0, round).map(({ json }) => json.predictionId),
		);
		expect(new Set(ids).size).toBe(4);
		expect(place.sandbox.predictions).toHaveLength(4);
	});
});
