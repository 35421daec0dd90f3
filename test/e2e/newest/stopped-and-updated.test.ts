// What an n8n that is stopped in order (SIGTERM) does with executions in memory, and a failed execution that is retried
// after an update of this package. Its own n8n, since the others must live.
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type Sandbox, startSandbox } from '../../../sandbox';
import { type N8nInstance, startN8n } from '../../../tools/n8n/instance';
import { CREDENTIAL_TYPE, NODE_TYPE } from '../../../tools/n8n/package';
import { type Credential, RestClient } from '../../../tools/n8n/rest';
import { type Execution, itemsOf, type WorkflowDefinition } from '../../../tools/n8n/workflow';
import { paid, until } from '../parked';
import { newestStarted, tarball } from '../started';
import { items, line, prompts, SEEDANCE, seedance, start } from '../workflows';

/** An account renders a few of them at a time, so that the others wait for places. */
const MANY = 60;
const PLACES = 3;

/** A field of the video, and an option, that a later version of the package might have. */
const LATER_VERSION = `
exports.submissionFields.push({
	displayName: 'Style', name: 'style', type: 'string', default: '',
	displayOptions: { show: { operation: ['submit', 'submitAndWait'] } },
});`;

let sandbox: Sandbox;
let n8n: N8nInstance;
let rest: RestClient;
let credential: Credential;
let failed: Execution;
let ended: Execution;
let cutOff: Execution;
let acceptedBefore: number;
let log: string;

const named = (prefix: string, count: number) =>
	items(prompts(count).map(({ prompt }) => ({ prompt: `${prefix}: ${prompt}` })));

async function begin(workflow: WorkflowDefinition): Promise<string> {
	return await rest.run(await rest.createWorkflow(workflow), 'Start');
}

beforeAll(async () => {
	sandbox = await startSandbox({
		video: { kind: 'bytes', size: 1000 },
		renderMs: ({ prompt }) => (prompt.startsWith('quick') ? 1500 : 700),
	});
	n8n = await startN8n({ version: newestStarted(), tarball: tarball() });
	rest = await RestClient.connect(n8n.baseUrl);
	credential = await rest.createCredential({
		name: 'GPTProto',
		type: CREDENTIAL_TYPE,
		data: { apiKey: sandbox.apiKey, baseUrl: sandbox.baseUrl },
	});
	sandbox.plan({
		on: 'submit',
		kind: 'contentPolicy',
		match: ({ prompt }) => prompt === 'failed: Prompt 1',
	});
	const failing = line(start(), named('failed', 2), seedance(credential));
	failed = await rest.waitFor(await begin(failing));

	const quick = await begin(line(start(), named('quick', 1), seedance(credential)));
	await until(() => sandbox.predictions.some(({ body }) => body.prompt.startsWith('quick')));
	sandbox.options.maxInFlight = PLACES;
	const many = await begin(line(start(), named('many', MANY), seedance(credential)));
	await until(() => Object.keys(paid(sandbox, 'many')).length >= PLACES);
	acceptedBefore = Object.keys(paid(sandbox, 'many')).length;
	await n8n.halt();
	log = n8n.log;

	const description = join(
		...[n8n.userFolder, '.n8n', 'nodes', 'node_modules', 'n8n-nodes-gptproto-seedance'],
		...['dist', 'nodes', 'SeedanceImageToVideo', 'description', 'submission.js'],
	);
	await appendFile(description, LATER_VERSION);
	await n8n.start();
	ended = await rest.waitFor(quick);
	cutOff = await rest.waitFor(many);
}, 240_000);

afterAll(async () => {
	await rest?.close();
	await n8n?.stop();
	await sandbox?.close();
});

test('an execution that ends within n8n’s grace ends well', () => {
	expect(ended.status).toBe('success');
	expect(itemsOf(ended, SEEDANCE)).toMatchObject([{ json: { status: 'succeeded' } }]);
});

test('one that does not goes on submitting until n8n ends, and n8n’s log names all that it paid for', () => {
	expect(cutOff.status).toBe('crashed');
	const accepted = sandbox.predictions.filter(({ body }) => body.prompt.startsWith('many'));
	expect(accepted.length).toBeGreaterThan(acceptedBefore);
	expect(accepted.length).toBeLessThan(MANY);
	for (const { id } of accepted) expect(log).toContain(id);
});

test('a retry after an update that brings a field of the video pays for nothing twice', async () => {
	const types = await rest.nodeTypes();
	const updated = types.find(({ name }) => name === NODE_TYPE);
	expect(updated?.properties.map(({ name }) => name)).toContain('style');
	expect(failed.status).toBe('error');

	const retried = await rest.retry(failed.id);
	expect(retried.status).toBe('success');
	expect(itemsOf(retried, SEEDANCE)).toHaveLength(2);
	expect(paid(sandbox, 'failed')).toEqual({ 'failed: Prompt 0': 1, 'failed: Prompt 1': 1 });
});
