// Knows the order of things in `npm run dev`: the address, the sandbox, the build, n8n and what is in it, the watch.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { DEFAULT_BASE_URL } from '../../nodes/SeedanceImageToVideo/gptproto/reference';
import { type Sandbox, startSandbox } from '../../sandbox';
import { N8nInstance } from '../n8n/instance';
import { copyPackage, CREDENTIAL_TYPE } from '../n8n/package';
import { RestClient } from '../n8n/rest';
import { OWNER, Session } from '../n8n/session';
import type { N8nVersion } from '../n8n/versions';
import type { WorkflowDefinition } from '../n8n/workflow';
import { withProgress } from '../progress';
import { build, isBuilt, PROJECT } from '../project';
import type { Closing } from './closing';
import { Front, hiddenAddress } from './front';
import { watchSources } from './watch';

export interface DevOptions {
	readonly port: number;
	readonly sandboxPort: number;
	readonly version: N8nVersion;
	readonly watch: boolean;
	/** For GPTProto itself; undefined for the sandbox. Never printed. */
	readonly apiKey: string | undefined;
}

type Api = Pick<Sandbox, 'baseUrl' | 'apiKey'>;

/** The name the example workflows refer to. */
const CREDENTIAL_NAME = 'GPTProto API';
const EXAMPLES = join(PROJECT, 'examples');

/**
 * Brings everything up and returns; what was started ends with `closing`.
 *
 * @throws Error with a sentence for the person at the terminal
 */
export async function dev(options: DevOptions, closing: Closing): Promise<void> {
	const { port, version, watch } = options;
	const startedAt = performance.now();
	const front = await Front.open(port).catch(portInUse(port, '--port'));
	await closing.add(() => front.close());
	const api = await startApi(options, closing);
	const address = hiddenAddress();
	const n8n = await N8nInstance.prepare({ version, address, publicUrl: front.url });
	await closing.add(() => n8n.stop());

	if (!(await isBuilt())) await withProgress('Building the node', 8, build);
	await withProgress(`Starting n8n ${version}`, 10, async () => {
		await copyPackage(n8n.userFolder);
		if (!closing.hasBegun) await n8n.start();
	});
	if (closing.hasBegun) return;
	const workflows = await fill(n8n, api);
	const door = front.openTo(n8n.baseUrl, async () => {
		const anyBrowser = new Session(n8n.baseUrl, '');
		const cookies = await anyBrowser.logIn().finally(() => anyBrowser.close());
		return { cookies, path: '/home/workflows' };
	});
	const seconds = Math.round((performance.now() - startedAt) / 1000);
	console.log(`
n8n ${version} is ready after ${seconds} s, with the node, its credential and ${workflows} example workflows:

    ${door}

That address logs in the first browser that opens it, and no other.
Later: ${front.url}, as ${OWNER.email} with the password ${OWNER.password}
Videos come from ${whereFrom(options)}.
n8n's log: ${n8n.logFile}
${watch ? 'A change under nodes/ or credentials/ rebuilds the node and restarts n8n.' : ''}
Ctrl-C ends everything and removes it, workflows included: download what you want to keep.
`);

	if (!watch) return;
	const unwatch = watchSources(async () => {
		await build().catch((error: Error) => {
			throw new Error(`${error.message}\nn8n goes on with the build before.`);
		});
		await copyPackage(n8n.userFolder);
		await n8n.halt();
		await n8n.start();
	});
	await closing.add(unwatch);
}

function whereFrom({ apiKey, sandboxPort }: DevOptions): string {
	if (apiKey !== undefined) return 'GPTProto itself: every video costs money';
	return `the sandbox on http://127.0.0.1:${sandboxPort}, which costs nothing`;
}

async function startApi({ apiKey, sandboxPort }: DevOptions, closing: Closing): Promise<Api> {
	if (apiKey !== undefined) return { baseUrl: DEFAULT_BASE_URL, apiKey };
	const sandbox = await startSandbox({
		port: sandboxPort,
		queueMs: 1_000,
		renderMs: 4_000,
		log: (line) => console.log(`sandbox  ${line}`),
	}).catch(portInUse(sandboxPort, '--sandbox-port'));
	await closing.add(() => sandbox.close());
	return sandbox;
}

function portInUse(port: number, option: string) {
	return (error: NodeJS.ErrnoException): never => {
		if (error.code !== 'EADDRINUSE') throw error;
		throw new Error(
			`Port ${port} on 127.0.0.1 is in use. Stop what uses it, or choose another with ${option}.`,
		);
	};
}

/** Makes the owner's account, the credential and the example workflows. @returns how many workflows there are */
async function fill({ baseUrl }: N8nInstance, api: Api): Promise<number> {
	const rest = await RestClient.connect(baseUrl);
	const data = { apiKey: api.apiKey, baseUrl: api.baseUrl };
	await rest.createCredential({ name: CREDENTIAL_NAME, type: CREDENTIAL_TYPE, data });
	const files = (await readdir(EXAMPLES)).filter((file) => file.endsWith('.json'));
	for (const file of files) {
		const workflow = JSON.parse(await readFile(join(EXAMPLES, file), 'utf8')) as WorkflowDefinition;
		await rest.createWorkflow(workflow);
	}
	await rest.close();
	return files.length;
}
