// Survive Restarts in an n8n that is killed and updated while executions are parked. Its own n8n, since the others must
// live; all cases at the same time, since n8n waits in steps of 65 seconds.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PARKED } from '../../../nodes/SeedanceImageToVideo/execute/messages';
import { probeVideo, type Sandbox, startSandbox } from '../../../sandbox';
import { type N8nInstance, startN8n } from '../../../tools/n8n/instance';
import { CREDENTIAL_TYPE } from '../../../tools/n8n/package';
import { type Credential, RestClient } from '../../../tools/n8n/rest';
import {
	type Execution,
	itemsOf,
	type Workflow,
	type WorkflowDefinition,
	type WorkflowNode,
} from '../../../tools/n8n/workflow';
import { ended, keepersOf, paid, PARKED_WITHIN_MS, survivor, until } from '../parked';
import { newestStarted, tarball } from '../started';
import { Hook, webhook } from '../webhook';
import { branch, items, line, node, prompts, SEEDANCE, seedance, start } from '../workflows';

const TRIGGERS = ['webhook', 'hand'] as const;
/** When n8n is killed or stopped: in the first wait, in the second, and by an update. */
const KILLED = ['first', 'second', 'update'] as const;
/** Of a crash n8n tells the parent at its next sweep, one a minute. */
const SWEPT_WITHIN_MS = 120_000;

/** For all executions; the workflows here are without a limit, which what keeps their waits has to be as well. Seconds. */
const LIMIT = '60';

interface Case {
	readonly workflow: Workflow;
	readonly id: string;
}

let sandbox: Sandbox;
let n8n: N8nInstance;
let rest: RestClient;
let credential: Credential;
let folder: string;
let isAnswering = false;
const cases = new Map<string, Case>();
const results = new Map<string, Promise<Execution>>();

const caseOf = (name: string): Case => {
	const found = cases.get(name);
	if (!found) throw new Error(`No case "${name}" was begun.`);
	return found;
};

const withoutLimit = (workflow: WorkflowDefinition): WorkflowDefinition => ({
	...workflow,
	settings: { ...workflow.settings, executionTimeout: -1 },
});

/** Items of the next node name the item they come from, which n8n finds through `pairedItem`. */
function origin(): WorkflowNode {
	const value = "={{ $('Items').item.json.prompt }}";
	const assignments = [{ id: 'from', name: 'from', type: 'string', value }];
	const parameters = { assignments: { assignments }, includeOtherFields: true, options: {} };
	return node('Next', 'n8n-nodes-base.set', 3.4, parameters);
}

/** Three items; by hand with an error branch. */
async function begin(name: string, by: (typeof TRIGGERS)[number], count = 3): Promise<void> {
	const label = `${name} ${by}`;
	const list = items(prompts(count).map(({ prompt }) => ({ prompt: `${label}: ${prompt}` })));
	if (by === 'webhook') {
		const path = `survive-${name}`;
		const hook = await Hook.open(
			rest,
			path,
			withoutLimit(line(webhook(path), list, survivor(credential), origin())),
		);
		await hook.call({});
		await until(async () => (await hook.executionIds()).length > 0);
		const [id = ''] = await hook.executionIds();
		cases.set(label, { workflow: hook.workflow, id });
	} else {
		const seedanceNode = survivor(credential, {}, { onError: 'continueErrorOutput' });
		const failures = node('Failures', 'n8n-nodes-base.noOp', 1);
		const opening = line(start(), list, seedanceNode, origin());
		const workflow = await rest.createWorkflow(
			withoutLimit(branch(opening, seedanceNode, 1, failures)),
		);
		cases.set(label, { workflow, id: await rest.run(workflow, 'Start') });
	}
}

const parked = async (label: string) => await rest.waitFor(caseOf(label).id, ['waiting']);
const idsOf = (label: string) =>
	sandbox.predictions.filter(({ body }) => body.prompt.startsWith(label)).map(({ id }) => id);

async function restart(how: 'kill' | 'halt'): Promise<void> {
	await n8n[how]();
	await n8n.start();
}

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'seedance-parked-'));
	sandbox = await startSandbox({
		pictureTimeoutMs: 500,
		renderMs: ({ prompt }) => (prompt.startsWith('second') ? 115_000 : 20_000),
		outcome: ({ prompt }) =>
			prompt === 'second hand: Prompt 1'
				? { status: 'failed', error: 'Face in the picture' }
				: 'succeeded',
	});
	n8n = await startN8n({
		version: newestStarted(),
		tarball: tarball(),
		environment: { EXECUTIONS_TIMEOUT: LIMIT },
	});
	rest = await RestClient.connect(n8n.baseUrl);
	credential = await rest.createCredential({
		name: 'GPTProto',
		type: CREDENTIAL_TYPE,
		data: { apiKey: sandbox.apiKey, baseUrl: sandbox.baseUrl },
	});

	// Together, since all have to be parked before the first wakes up.
	await Promise.all(
		TRIGGERS.flatMap((by) => [
			begin('first', by),
			begin('second', by),
			begin('awake', by, 1),
			begin('asking', by, 2),
		]),
	);
	await Promise.all([...cases.keys()].map(parked));
	const awake = idsOf('awake');
	sandbox.plan({
		on: 'download',
		kind: 'hangBefore',
		match: (id, count) => awake.includes(id) && count === 0,
		times: Infinity,
	});
	const asking = idsOf('asking');
	sandbox.plan({
		on: 'result',
		kind: 'hangBefore',
		match: (id) => asking.includes(id) && !isAnswering,
		times: Infinity,
	});
	await restart('kill');

	// The first are through, the second wait anew, one is downloading, and one is asking.
	for (const by of TRIGGERS) await ended(rest, caseOf(`first ${by}`).id);
	const isDownloading = () =>
		sandbox.predictions.every(({ id, downloads }) => !awake.includes(id) || downloads > 0);
	await until(isDownloading);
	const isAsking = () =>
		sandbox.predictions.some(({ id, resultRequests }) => asking.includes(id) && resultRequests > 0);
	await until(isAsking);
	for (const by of TRIGGERS) {
		const [keeper = ''] = await keepersOf(rest, caseOf(`second ${by}`).workflow);
		await rest.waitFor(keeper, ['waiting']);
	}
	await restart('kill');
	isAnswering = true;

	await Promise.all(TRIGGERS.map(async (by) => await begin('update', by)));
	for (const by of TRIGGERS) await parked(`update ${by}`);
	await restart('halt');

	for (const [label, { id }] of cases) {
		const result = ended(rest, id);
		result.catch(() => {}); // said by the test that waits for it
		results.set(label, result);
	}
}, PARKED_WITHIN_MS);

afterAll(async () => {
	await rest?.close();
	await n8n?.stop();
	await sandbox?.close();
	await rm(folder, { recursive: true, force: true });
});

const WHEN = {
	first: 'killed with SIGKILL in the first wait',
	second: 'killed with SIGKILL in the first and in the second wait',
	update: 'stopped with SIGTERM and started again',
};

describe.each(KILLED)('%s', (name) => {
	test.each(TRIGGERS)(
		`${WHEN[name]}, started by %s: success, each prediction paid once, videos in the next node`,
		async (by) => {
			const label = `${name} ${by}`;
			const execution = await results.get(label);

			expect(execution?.error).toBeUndefined();
			expect(execution?.status).toBe('success');
			const all = prompts(3).map(({ prompt }) => `${label}: ${prompt}`);
			expect(paid(sandbox, label)).toEqual(Object.fromEntries(all.map((prompt) => [prompt, 1])));
			const failed = sandbox.predictions.filter(({ status }) => status === 'failed');
			const fails = (prompt: string) => failed.some(({ body }) => body.prompt === prompt);

			const output = itemsOf(execution as Execution, 'Next');
			expect(output.map(({ json }) => json.from)).toEqual(all.filter((prompt) => !fails(prompt)));
			for (const { json, binary } of output) {
				const prediction = sandbox.predictions.find(({ body }) => body.prompt === json.from);
				expect(json).toMatchObject({
					predictionId: prediction?.id,
					status: 'succeeded',
					width: 864,
					height: 496,
				});
				const file = join(folder, `${prediction?.id}.mp4`);
				await writeFile(file, await rest.download(binary?.data?.id ?? ''));
				expect(await probeVideo(file)).toMatchObject({ width: 864, height: 496, codec: 'h264' });
			}
			if (label !== 'second hand') return;
			expect(itemsOf(execution as Execution, 'Failures')).toMatchObject([
				{
					json: {
						error: expect.stringContaining('[Item 1]'),
						details: {
							predictionId: failed[0]?.id,
							status: 'failed',
							description: expect.stringContaining('Face in the picture'),
						},
					},
					pairedItem: expect.anything(),
				},
			]);
		},
		PARKED_WITHIN_MS,
	);
});

describe('killed while it is awake and downloading', () => {
	test(
		'n8n fails the execution, or takes the error branch where there is one, and pays for nothing again',
		async () => {
			const [stopped, continued] = await Promise.all(
				TRIGGERS.map((by) => rest.waitFor(caseOf(`awake ${by}`).id, undefined, SWEPT_WITHIN_MS)),
			);
			expect(stopped?.status).toBe('error');
			expect(stopped?.error?.message).toContain('did not finish');
			expect(stopped?.runs.Next).toBeUndefined();
			expect(continued?.status).toBe('success');
			expect(continued?.runs.Next).toBeUndefined();
			expect(itemsOf(continued as Execution, 'Failures')).toMatchObject([
				{ json: { error: expect.stringContaining('did not finish') } },
			]);
			expect(Object.values(paid(sandbox, 'awake'))).toEqual([1, 1]);
		},
		PARKED_WITHIN_MS,
	);

	test.each(TRIGGERS)(
		'started by %s: the note beside it names the prediction, and Get Result with it gets the video',
		async (by) => {
			const [predictionId = ''] = idsOf(`awake ${by}`);
			const [keeper = ''] = await keepersOf(rest, caseOf(`awake ${by}`).workflow);
			const { status, workflowData } = await rest.getExecution(keeper);
			expect(status).toBe('crashed');
			const note = workflowData.nodes.find(({ type }) => type.endsWith('.stickyNote'));
			expect(note?.parameters.content).toContain(predictionId);
			expect(note?.parameters.content).toContain('Get Result');

			const parameters = { operation: 'getResult', predictionId, waitForCompletion: true };
			const workflow = await rest.createWorkflow(line(start(), seedance(credential, parameters)));
			const execution = await rest.waitFor(await rest.run(workflow, 'Start'));
			expect(itemsOf(execution, SEEDANCE)).toMatchObject([
				{ json: { predictionId }, binary: { data: { mimeType: 'video/mp4' } } },
			]);
			expect(Object.values(paid(sandbox, 'awake'))).toEqual([1, 1]);
		},
	);
});

describe.each(['awake', 'asking'])(
	'"Retry execution" of the one that kept the wait: %s',
	(name) => {
		test.each(TRIGGERS)(
			'started by %s: gets all videos and pays for nothing',
			async (by) => {
				const label = `${name} ${by}`;
				await results.get(label);
				const [keeper = ''] = await keepersOf(rest, caseOf(label).workflow);
				expect((await rest.getExecution(keeper)).status).toBe('crashed');

				const { id } = await rest.retry(keeper, ['success', 'error', 'waiting']);
				const retried = await ended(rest, id);
				expect(retried.error).toBeUndefined();
				expect(retried.status).toBe('success');
				expect(itemsOf(retried, PARKED.deliver)).toMatchObject(
					idsOf(label).map((predictionId) => ({
						json: { predictionId, status: 'succeeded' },
						binary: { data: { mimeType: 'video/mp4' } },
					})),
				);
				expect(Object.values(paid(sandbox, label))).toEqual(idsOf(label).map(() => 1));
			},
			PARKED_WITHIN_MS,
		);
	},
);
