// What n8n tells the next node of this node's output before anything ran: its files are found as n8n looks for them, and
// say what the node puts out. As with n8n's own nodes, they are of the simplified output.
import Ajv from 'ajv';
import { loadOutputSchema } from 'n8n-core';
import type { INodeExecutionData } from 'n8n-workflow';
import { join } from 'node:path';
import type { Operation } from '../../nodes/SeedanceImageToVideo/description/operation';
import { itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { useEngine } from './harness';

const engine = useEngine();
const nodeDir = join(__dirname, '../../nodes/SeedanceImageToVideo');

async function put(parameters: Record<string, string>): Promise<INodeExecutionData[]> {
	return itemsOf(await engine.run({ parameters }), SUCCESS);
}

/** Items of Get Result, of a prediction that has a video, one that ended without, and one that is at work. */
async function ofGetResult(): Promise<INodeExecutionData[]> {
	Object.assign(engine.sandbox.options, { queueMs: 0, renderMs: 0 });
	const ids = [await engine.submitted()];
	engine.sandbox.options.outcome = () => ({ status: 'failed', error: 'The picture shows a face' });
	ids.push(await engine.submitted());
	engine.sandbox.options.renderMs = 60_000;
	ids.push(await engine.submitted());
	const got = ids.map(async (predictionId) => await put({ operation: 'getResult', predictionId }));
	const items = (await Promise.all(got)).flat();
	const statuses = items.map(({ json }) => json.status);
	expect(statuses).toEqual(['succeeded', 'failed', 'running']);
	return items;
}

const ITEMS: Record<Operation, () => Promise<INodeExecutionData[]>> = {
	submitAndWait: async () => await put({ operation: 'submitAndWait' }),
	submit: async () => await put({ operation: 'submit' }),
	getResult: ofGetResult,
};

it.each(Object.entries(ITEMS))('%s puts out what its file says', async (operation, items) => {
	const schema = loadOutputSchema({ nodeDir, version: 1, operation });
	// `version` is n8n's own word.
	const validate = new Ajv({ keywords: ['version'] }).compile(schema ?? false);
	const jsons = (await items()).map(({ json }) => json);
	expect(jsons).not.toEqual([]);
	for (const json of jsons) {
		validate(json);
		expect(validate.errors).toBeNull();
		expect(Object.keys(json)).toEqual(Object.keys(Object(schema?.properties)));
	}
});
