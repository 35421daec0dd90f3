// As an AI agent's tool: n8n calls execute() in a context of another kind, with a new run index on every retry.
import { SupplyDataContext } from 'n8n-core';
import {
	createRunExecutionData,
	type INode,
	type INodeExecutionData,
	type ISupplyDataFunctions,
	type IRunExecutionData,
	Workflow,
} from 'n8n-workflow';
import { additionalData } from '../../tools/engine/engine';
import { EngineNodeTypes } from '../../tools/engine/node-types';
import { PAST_THE_TIMEOUT_MS, product, SAMPLE, until, useEngine } from './harness';

const engine = useEngine();

/** Calls the node as n8n's agents do: `round` counts up with every call and every retry. */
async function invoke(
	data: IRunExecutionData,
	round: number,
	parameters: object = {},
	onError?: INode['onError'],
): Promise<INodeExecutionData[]> {
	const node: INode = {
		id: 'tool',
		name: 'Tool',
		type: 'seedanceImageToVideoTool',
		typeVersion: 1,
		position: [0, 0],
		parameters: { ...SAMPLE, downloadVideo: true, ...parameters } as INode['parameters'],
		credentials: { gptProtoApi: { id: '1', name: 'GPTProto' } },
		...(onError && { onError }),
	};
	const tool = {
		...product.nodeType,
		description: { ...product.nodeType.description, name: 'seedanceImageToVideoTool' },
		execute: product.nodeType.execute,
	};
	const { apiKey, baseUrl } = engine.sandbox;
	const options = { product: { ...product, nodeType: tool }, credential: { apiKey, baseUrl } };
	const workflow = new Workflow({
		id: 'workflow',
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes: new EngineNodeTypes(tool),
	});
	const input: INodeExecutionData[] = [{ json: {} }];
	const context = new SupplyDataContext(
		workflow,
		node,
		additionalData(options, { id: 'workflow', name: 'workflow', nodes: [node] } as never),
		'trigger',
		data,
		round,
		input,
		{ ai_tool: [input] },
		'ai_tool',
		{ node, data: { main: [input] }, source: null },
		[],
	) as ISupplyDataFunctions;
	const output = await tool.execute?.call(context as never);
	return (output as INodeExecutionData[][])[0] ?? [];
}

const newExecution = () => createRunExecutionData({});

it('answers an agent in JSON, the address of the video in it, and downloads nothing', async () => {
	const [item] = await invoke(newExecution(), 0);
	expect(item?.json).toMatchObject({
		status: 'succeeded',
		videoUrl: expect.stringContaining('http'),
	});
	expect(item?.binary).toBeUndefined();
	expect(engine.sandbox.requests.filter(({ origin }) => origin === 'media')).toEqual([]);
});

it('picks up, in a retry, what the call before it had submitted', async () => {
	engine.sandbox.options.renderMs = 1000;
	const data = newExecution();
	const impatient = invoke(data, 0);
	await until(() => (engine.sandbox.predictions[0]?.resultRequests ?? 0) > 0);
	engine.leap(PAST_THE_TIMEOUT_MS);
	await expect(impatient).rejects.toThrow('is not finished');
	const [item] = await invoke(data, 1);
	expect(item?.json.predictionId).toBe(engine.sandbox.predictions[0]?.id);
	expect(engine.sandbox.predictions).toHaveLength(1);
});

it('takes a second call with the same request for a second video', async () => {
	const data = newExecution();
	await invoke(data, 0);
	await invoke(data, 1);
	expect(engine.sandbox.predictions).toHaveLength(2);
});

it('takes two calls at the same time for two videos', async () => {
	const data = newExecution();
	const [first, second] = await Promise.all([invoke(data, 0), invoke(data, 1)]);
	expect(first?.[0]?.json.predictionId).not.toBe(second?.[0]?.json.predictionId);
	expect(engine.sandbox.predictions).toHaveLength(2);
});

it('leaves a submission whose answer was lost alone when n8n retries the tool', async () => {
	engine.sandbox.plan({ on: 'submit', kind: 'resetAfter' });
	const data = newExecution();
	await expect(invoke(data, 0)).rejects.toThrow('may exist and may be billed');
	await expect(invoke(data, 1)).rejects.toThrow('may exist and may be billed');
	expect(engine.sandbox.predictions).toHaveLength(1);
});

describe('an agent reads nothing but the message', () => {
	it("which carries GPTProto's own words and what to change", async () => {
		const answer = {
			status: 400,
			type: 'application/json',
			body: JSON.stringify({ error: { message: 'image must be at least 300 px wide' } }),
		};
		engine.sandbox.plan({ on: 'submit', kind: 'custom', answer });
		const refused = invoke(newExecution(), 0);
		await expect(refused).rejects.toThrow('image must be at least 300 px wide');
		await expect(refused).rejects.toThrow('Check the image');
	});

	it.each([
		['a bad parameter', { duration: 99 }, 'Enter whole seconds'],
		['an empty prompt', { prompt: ' ' }, 'Describe what happens'],
		['a limit', { options: { spendingLimit: 1 } }, 'Nothing was submitted'],
	])('which says what to do about %s', async (_what, parameters, words) => {
		await expect(invoke(newExecution(), 0, parameters)).rejects.toThrow(words);
	});

	it('which says why a prediction failed', async () => {
		engine.sandbox.options.outcome = () => ({ status: 'failed', error: 'The face is covered' });
		await expect(invoke(newExecution(), 0)).rejects.toThrow('The face is covered');
	});

	it('of an item as well, where the node continues on fail', async () => {
		engine.sandbox.plan({ on: 'submit', kind: 'contentPolicy' });
		const [item] = await invoke(newExecution(), 0, {}, 'continueRegularOutput');
		expect(item?.json.error).toContain('Input may not meet the guidelines');
		expect(item?.json.error).toContain('Change the image or the prompt');
	});
});
