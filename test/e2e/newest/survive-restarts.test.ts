// Survive Restarts beside waiting in memory: what comes out is the same. All cases at the same time, since n8n's wait
// takes 65 seconds; what is killed on the way is in killed-in-a-wait.test.ts.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { PARKED } from '../../../nodes/SeedanceImageToVideo/execute/messages';
import { CREDENTIAL_TYPE } from '../../../tools/n8n/package';
import type { Credential } from '../../../tools/n8n/rest';
import {
	type Execution,
	type Item,
	itemsOf,
	type Workflow,
	type WorkflowDefinition,
	type WorkflowNode,
} from '../../../tools/n8n/workflow';
import { example } from '../example-files';
import { FakeChatModel } from '../fake-chat-model';
import { Place } from '../in-every-n8n';
import { comparable, ended, keepersOf, paid, PARKED_WITHIN_MS, survivor, until } from '../parked';
import { newestStarted } from '../started';
import { Hook, webhook } from '../webhook';
import {
	branch,
	items,
	line,
	node,
	PICTURE_URL,
	prompts,
	SEEDANCE,
	seedance,
	start,
} from '../workflows';

const PICTURE = readFileSync(join(__dirname, '..', '..', '..', 'sandbox', 'watermark.png'));
const place = new Place(newestStarted());

interface Begun {
	readonly workflow: Workflow;
	readonly id: string;
	readonly end: Promise<Execution>;
}

const next = () => node('Next', 'n8n-nodes-base.noOp', 1);
const failures = () => node('Failures', 'n8n-nodes-base.noOp', 1);

/** By name: how the node under test waits, and what its prompts begin with. */
type Make = (
	node: (parameters?: Record<string, unknown>, more?: Partial<WorkflowNode>) => WorkflowNode,
	prefix: string,
) => WorkflowDefinition;

const list = (prefix: string, count = 3) =>
	items(prompts(count).map(({ prompt }) => ({ prompt: `${prefix}: ${prompt}` })));

const withOnError =
	(onError: WorkflowNode['onError'] | undefined): Make =>
	(make, prefix) => {
		const seedanceNode = make({}, onError && { onError });
		return branch(line(start(), list(prefix), seedanceNode, next()), seedanceNode, 1, failures());
	};

/** Each is run parked and in memory. */
const SAME: Record<string, Make> = {
	'one ends without a video, Continue': withOnError('continueRegularOutput'),
	'one ends without a video, error branch': withOnError('continueErrorOutput'),
	'one ends without a video, Stop': withOnError(undefined),
	'one is refused, Continue': withOnError('continueRegularOutput'),
	'one is refused, error branch': withOnError('continueErrorOutput'),
	'one is refused, Stop': withOnError(undefined),
	'all are refused, error branch': withOnError('continueErrorOutput'),
	'a parameter that cannot be used, error branch': (make, prefix) => {
		const duration = "={{ $json.prompt.endsWith('1') ? 99 : 4 }}";
		const seedanceNode = make({ duration }, { onError: 'continueErrorOutput' });
		return branch(line(start(), list(prefix), seedanceNode, next()), seedanceNode, 1, failures());
	},
	'raw answers and a field of its own': (make, prefix) =>
		line(start(), list(prefix), make({ simplify: false, binaryOutputField: 'film' }), next()),
	'no download': (make, prefix) =>
		line(start(), list(prefix), make({ downloadVideo: false }), next()),
	'a picture from a file': (make, prefix) => {
		const file = node('File', 'n8n-nodes-base.convertToFile', 1.1, {
			operation: 'toBinary',
			sourceProperty: 'base64',
			options: { fileName: 'frame.png', mimeType: 'image/png' },
		});
		const picture = items([{ base64: PICTURE.toString('base64') }]);
		const parameters = { imageInputType: 'binary', prompt: `${prefix}: Prompt 0` };
		return line(start(), picture, file, make(parameters), next());
	},
	'two such nodes in a row': (make, prefix) => {
		const again = { ...make({ prompt: "={{ $('Items').item.json.prompt }} again" }), name: 'Next' };
		return line(start(), list(prefix), make(), again);
	},
	'in a loop': (make, prefix) => {
		const loop = node('Loop', 'n8n-nodes-base.splitInBatches', 3, { batchSize: 2 });
		const seedanceNode = make();
		const opening = branch(line(start(), list(prefix, 4), loop, next()), loop, 1, seedanceNode);
		return branch(opening, seedanceNode, 0, loop);
	},
	// The calling node is the one that is compared.
	'in a sub-workflow': (make, prefix) => {
		const called = node('Called', 'n8n-nodes-base.executeWorkflowTrigger', 1.1, {
			inputSource: 'passthrough',
		});
		const call = node(SEEDANCE, 'n8n-nodes-base.executeWorkflow', 1.2, {
			source: 'parameter',
			workflowJson: JSON.stringify(line(called, make())),
			options: {},
		});
		return line(start(), list(prefix), call, next());
	},
	'a credential with a constant expression': (make, prefix) => ({
		...line(start(), list(prefix), withCredential(make(), constant), next()),
	}),
	'Get Result that waits': (make, prefix) => {
		const result = {
			operation: 'getResult',
			predictionId: '={{ $json.predictionId }}',
			waitForCompletion: true,
		};
		const submit = { ...seedance(place.credential, { operation: 'submit' }), name: 'Submit' };
		return line(start(), list(prefix), submit, make(result), next());
	},
};

/** An example names its credential; here there is another. */
function useCredential(one: WorkflowNode): void {
	if (!one.credentials?.gptProtoApi) return;
	const { id, name } = place.credential;
	one.credentials.gptProtoApi = { id, name };
}

const withCredential = (one: WorkflowNode, { id, name }: Credential): WorkflowNode => ({
	...one,
	credentials: { [CREDENTIAL_TYPE]: { id, name } },
});

let constant: Credential;
let ofTheItem: Credential;
const inMemory = new Map<string, Promise<Execution>>();
const parked = new Map<string, Begun>();

async function begin(definition: WorkflowDefinition): Promise<Begun> {
	const workflow = await place.rest.createWorkflow(definition);
	const trigger = workflow.nodes.find(({ type }) => type.endsWith('.manualTrigger'));
	const id = await place.rest.run(workflow, trigger?.name ?? '');
	const end = ended(place.rest, id);
	end.catch(() => {}); // said by the test that waits for it
	return { workflow, id, end };
}

const begun = (name: string): Begun => {
	const found = parked.get(name);
	if (!found) throw new Error(`No case "${name}" was begun.`);
	return found;
};

/** A workflow that n8n keeps nothing of hands its videos to this server. */
let server: Server;
let keptNothing: string;
const received: Buffer[] = [];

beforeAll(async () => {
	await place.open({
		sandbox: {
			renderMs: ({ prompt }) => (prompt.startsWith('endless') ? 3_600_000 : 500),
			outcome: ({ prompt }) =>
				/(ends without.*Prompt 1|window)/.test(prompt)
					? { status: 'failed', error: 'Face in the picture' }
					: 'succeeded',
		},
	});
	place.sandbox.plan({
		on: 'submit',
		kind: 'contentPolicy',
		times: Infinity,
		match: ({ prompt }) => /(one is refused.*Prompt 1|all are refused)/.test(prompt),
	});
	const { apiKey, baseUrl } = place.sandbox;
	constant = await place.rest.createCredential({
		name: 'Constant expressions',
		type: CREDENTIAL_TYPE,
		data: { apiKey: `={{ '${apiKey}' }}`, baseUrl: `={{ '${baseUrl}' }}` },
	});
	ofTheItem = await place.rest.createCredential({
		name: 'Expressions of the item',
		type: CREDENTIAL_TYPE,
		data: { apiKey: '={{ $json.key }}', baseUrl },
	});
	for (const [name, make] of Object.entries(SAME)) {
		const { credential } = place;
		parked.set(
			name,
			await begin(make((p, more) => survivor(credential, p, more), `${name} parked`)),
		);
	}
	for (const [name, make] of Object.entries(SAME)) {
		const { credential } = place;
		const { end } = await begin(
			make((p, more) => seedance(credential, p, more), `${name} in memory`),
		);
		inMemory.set(name, end);
	}
	const tooLate = survivor(place.credential, { options: { timeoutMinutes: 0.5 } });
	const endless = { ...tooLate, onError: 'continueErrorOutput' as const };
	parked.set('endless', await begin(line(start(), list('endless', 1), endless)));

	const pictures = example('pictures-to-videos');
	pictures.nodes.forEach(useCredential);
	parked.set('the example', await begin(pictures));

	const cutOff = await begin(
		withOnError('continueErrorOutput')((p, more) => survivor(place.credential, p, more), 'cut off'),
	);
	parked.set('cut off', cutOff);
	await place.rest.waitFor(cutOff.id, ['waiting']);
	const [keeper = ''] = await keepersOf(place.rest, cutOff.workflow);
	await place.rest.stop(keeper);

	server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			received.push(Buffer.concat(chunks));
			response.end();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const post = node('Post', 'n8n-nodes-base.httpRequest', 4.2, {
		method: 'POST',
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
		sendBody: true,
		contentType: 'binaryData',
		inputDataFieldName: 'data',
		options: {},
	});
	const hook = await Hook.open(place.rest, 'survive-none', {
		...line(webhook('survive-none'), list('none', 2), survivor(place.credential), post),
		settings: {
			executionOrder: 'v1',
			saveDataSuccessExecution: 'none',
			callerPolicy: 'none',
		},
	});
	await hook.call({});
	keptNothing = hook.workflow.id;
}, PARKED_WITHIN_MS);

afterAll(async () => {
	await place.close();
	await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
});

/** Ids replaced by prompts, and the two ways to wait made alike. */
function words(text: string | null | undefined): string {
	let known = text ?? '';
	for (const { id, body } of place.sandbox.predictions) known = known.replaceAll(id, body.prompt);
	return known.replace(/ (parked|in memory):/g, ':');
}

test(
	'stopped by a person while it is parked: it ends at once, its ids stay, and the wait ends on its own',
	async () => {
		const stopping = line(start(), list('stopped', 2), survivor(place.credential));
		const { id, workflow } = await begin(stopping);
		await place.rest.waitFor(id, ['waiting']);
		const [keeper = ''] = await keepersOf(place.rest, workflow);

		await place.rest.stop(id);

		const stopped = await place.rest.waitFor(id, ['canceled'], 15_000);
		expect(stopped.runs[SEEDANCE]?.at(-1)?.metadata?.subExecution).toEqual({
			executionId: keeper,
			workflowId: workflow.id,
		});
		const ids = itemsOf(stopped, SEEDANCE).map(({ json }) => json.predictionId);
		expect(ids).toEqual(
			place.sandbox.predictions
				.filter(({ body }) => body.prompt.startsWith('stopped'))
				.map((prediction) => prediction.id),
		);
		const kept = await ended(place.rest, keeper);
		expect(kept.status).toBe('success');
		expect(itemsOf(kept, kept.lastNodeExecuted ?? '')).toMatchObject(
			ids.map((predictionId) => ({
				json: { predictionId, status: 'succeeded' },
				binary: { data: { mimeType: 'video/mp4' } },
			})),
		);
		expect((await place.rest.getExecution(id)).status).toBe('canceled');
	},
	PARKED_WITHIN_MS,
);

test('a credential whose expressions depend on the item is refused before anything is sent', async () => {
	const list = items([{ prompt: 'of the item', key: place.sandbox.apiKey }]);
	const seedanceNode = withCredential(survivor(place.credential), ofTheItem);
	const execution = await place.run(line(start(), list, seedanceNode));

	expect(execution.status).toBe('error');
	expect(execution.error?.message).toContain('depend on the item');
	expect(paid(place.sandbox, 'of the item')).toEqual({});
});

test('as an AI agent’s tool the option has no effect', async () => {
	const model = await FakeChatModel.start({
		imageUrl: PICTURE_URL,
		prompt: 'by an agent',
		aspectRatio: '1:1',
	});
	const openAi = await place.rest.createCredential({
		name: 'A chat model',
		type: 'openAiApi',
		data: { apiKey: 'sk-a-stand-in', url: model.baseUrl, header: false },
	});
	const workflow = example('ai-agent-tool');
	const { id, name } = openAi;
	for (const one of workflow.nodes) {
		if (one.credentials?.openAiApi) one.credentials.openAiApi = { id, name };
		if (one.credentials?.gptProtoApi) one.parameters.options = { surviveRestarts: true };
		useCredential(one);
	}
	const saved = await place.rest.createWorkflow(workflow);
	const trigger = workflow.nodes.find(({ type }) => type.endsWith('.manualTrigger'));
	const execution = await place.rest.waitFor(await place.rest.run(saved, trigger?.name ?? ''));

	expect(execution.status).toBe('success');
	expect(JSON.stringify(model.toolAnswers)).toContain(`${place.sandbox.mediaUrl}/videos/`);
	expect(await keepersOf(place.rest, saved)).toEqual([]);
	await place.rest.deleteCredential(openAi);
	await model.close();
}, 60_000);

/**
 * Once a minute n8n looks for parents whose sub-execution has ended. It may then write what it has read of one over what
 * that one, resumed by the sub-execution itself, has stored meanwhile: a success whose next node never ran. The workflow
 * did go on, with what the sub-execution put out; its record is old.
 */
const isRecordOld = (here: Execution, there: Execution) =>
	here.status === 'success' && there.runs.Next !== undefined && here.runs.Next === undefined;

const statusOf = ({ json }: Item) =>
	String(json.status ?? Object(json.details).status ?? Object(json.prediction).status);

test.each(Object.keys(SAME))(
	'%s: the same as without the option',
	async (name) => {
		const [there, here] = [await inMemory.get(name), await begun(name).end];
		if (!there) throw new Error(`No case "${name}" was begun.`);

		expect(here.status).toBe(there.status);
		expect(words(here.error?.message)).toBe(words(there.error?.message));
		expect(here.error?.httpCode).toBe(there.error?.httpCode);
		expect(here.runs[SEEDANCE]).toHaveLength(there.runs[SEEDANCE]?.length ?? 0);
		if (isRecordOld(here, there)) {
			const [keeper = ''] = await keepersOf(place.rest, begun(name).workflow);
			const put = itemsOf(await place.rest.getExecution(keeper), PARKED.deliver);
			const expected = [0, 1].flatMap((output) => itemsOf(there, SEEDANCE, output));
			expect(put.map(statusOf).sort()).toEqual(expected.map(statusOf).sort());
		} else if (there.status === 'success') {
			for (const one of [SEEDANCE, 'Next', 'Failures']) {
				const { sandbox } = place;
				expect(comparable(sandbox, here, one)).toEqual(comparable(sandbox, there, one));
			}
		} else {
			expect(here.runs.Next).toBeUndefined();
		}
		const counts = paid(place.sandbox, `${name} parked`);
		expect(Object.values(counts).every((count) => count === 1)).toBe(true);
		expect(Object.keys(counts).map(words)).toEqual(
			Object.keys(paid(place.sandbox, `${name} in memory`)).map(words),
		);
	},
	PARKED_WITHIN_MS,
);

test.each(['one ends without a video, Stop', 'one is refused, Stop'])(
	'%s: the message names every video there is and how to get it, and a retry pays for nothing',
	async (name) => {
		const { id, end } = begun(name);
		const { error } = await end;
		const good = place.sandbox.predictions.filter(
			({ body }) => body.prompt.startsWith(`${name} parked`) && !body.prompt.endsWith('1'),
		);
		expect(good).toHaveLength(2);
		for (const prediction of good) {
			expect(error?.description).toContain(`${prediction.id} ${place.sandbox.mediaUrl}/videos/`);
		}
		expect(error?.description).toContain('Get Result');
		expect(error?.description).not.toMatch(/picks? up|retry (submits|picks)/i);
		const before = paid(place.sandbox, name);

		const retried = await place.rest.retry(id);

		expect(retried.status).toBe('error');
		expect(retried.error?.message).toBe(error?.message);
		expect(paid(place.sandbox, name)).toEqual(before);
	},
	PARKED_WITHIN_MS,
);

test(
	'the execution that keeps the wait is stopped by a person: the error branch, and nothing is paid for twice',
	async () => {
		const { id, workflow } = begun('cut off');
		const [keeper = ''] = await keepersOf(place.rest, workflow);
		expect((await place.rest.getExecution(keeper)).status).toBe('canceled');
		// n8n looks once a minute for executions whose sub-execution has ended.
		const execution = await ended(place.rest, id);
		expect(execution.runs.Next).toBeUndefined();
		// What n8n puts out then is its own: one item that names no prediction. The note beside the wait names them all.
		expect(itemsOf(execution, 'Failures')[0]?.json.error).toMatch(/cancel|cut off/);
		const all = place.sandbox.predictions.filter(({ body }) => body.prompt.startsWith('cut off'));
		expect(new Set(all.map(({ body }) => body.prompt)).size).toBe(all.length);
	},
	PARKED_WITHIN_MS,
);

test(
	'the example with a list of pictures, as it is: videos, and what fails on the error branch',
	async () => {
		const { end, workflow } = begun('the example');
		const execution = await end;
		expect(execution.error).toBeUndefined();
		expect(await keepersOf(place.rest, workflow)).toHaveLength(1);
		expect(itemsOf(execution, 'Save Video')).toHaveLength(2);
		expect(itemsOf(execution, 'What Went Wrong')).toMatchObject([
			{ json: { message: expect.stringContaining('[Item 1]') } },
		]);
	},
	PARKED_WITHIN_MS,
);

test('all are refused: nothing is parked', async () => {
	const { workflow, end } = begun('all are refused, error branch');
	await end;
	expect(await keepersOf(place.rest, workflow)).toEqual([]);
});

test(
	'a timeout is an item on the error branch, with the prediction it gives up on',
	async () => {
		const execution = await begun('endless').end;
		const [prediction] = place.sandbox.predictions.filter(({ body }) =>
			body.prompt.startsWith('endless'),
		);
		expect(itemsOf(execution, SEEDANCE, 1)).toMatchObject([
			{
				json: {
					error: expect.stringContaining('not finished after'),
					details: { predictionId: prediction?.id },
				},
			},
		]);
	},
	PARKED_WITHIN_MS,
);

test(
	'a workflow that keeps no executions and may not be called by others gets its videos',
	async () => {
		await until(() => received.length >= 2);
		for (const video of received) expect(video.subarray(4, 8).toString()).toBe('ftyp');
		await until(async () => {
			const listed = await place.rest.listExecutions(keptNothing);
			return listed.every(({ mode }) => mode === 'integrated');
		});
		expect(Object.values(paid(place.sandbox, 'none'))).toEqual([1, 1]);
	},
	PARKED_WITHIN_MS,
);
