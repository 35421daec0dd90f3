// The items of a node that continues on fail, in the shape every version of n8n sends down the error branch.
import type { INodeExecutionData } from 'n8n-workflow';
import { runSeedance } from '../../tools/engine/seedance';
import { product, SAMPLE, useEngine } from './harness';

const engine = useEngine();

it('gives error items an `error` that the engine of n8n 1.100 may write to', async () => {
	engine.sandbox.plan({ on: 'submit', kind: 'contentPolicy' });
	const { nodeType } = product;
	let written: INodeExecutionData | undefined;
	const asEngineOf1100 = {
		...nodeType,
		async execute(this: never) {
			const output = (await nodeType.execute.call(this)) as INodeExecutionData[][];
			// As that engine does to every item on its way to the error branch.
			for (const item of output.flat()) Object.assign(item, { error: undefined });
			written = output[0]?.[0];
			return output;
		},
	};
	const run = await runSeedance({
		product: { ...product, nodeType: asEngineOf1100 as never },
		credential: { apiKey: engine.sandbox.apiKey, baseUrl: engine.sandbox.baseUrl },
		parameters: { ...SAMPLE },
		onError: 'continueErrorOutput',
	}).finished;
	expect(run.data.resultData.error).toBeUndefined();
	expect(written?.json).toEqual({
		error: expect.stringContaining('content policy'),
		details: expect.objectContaining({ httpCode: '400' }),
	});
});
