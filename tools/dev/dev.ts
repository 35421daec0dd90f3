// Knows the order of things in `npm run dev`: check the ports, build, sandbox, n8n, its content, the door, the watch.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startSandbox } from '../../sandbox';
import { N8nInstance } from '../n8n/instance';
import { installPackage, packProject } from '../n8n/package';
import { isPortFree } from '../n8n/ports';
import { RestClient } from '../n8n/rest';
import { OWNER } from '../n8n/session';
import type { N8nVersion } from '../n8n/versions';
import { build } from './build';
import type { Closing } from './closing';
import { fill } from './content';
import { openDoor } from './door';
import { watchSources } from './watch';

export interface DevOptions {
	readonly port: number;
	readonly sandboxPort: number;
	readonly version: N8nVersion;
	readonly watch: boolean;
	/** For GPTProto itself; undefined for the sandbox. Never printed. */
	readonly apiKey: string | undefined;
}

const LIVE_URL = 'https://gptproto.com';

/**
 * Brings everything up and returns; what was started ends with `closing`.
 *
 * @throws Error with a sentence for the person at the terminal
 */
export async function dev(options: DevOptions, closing: Closing): Promise<void> {
	const { port, version, watch } = options;
	await checkPort(port, '--port');
	if (options.apiKey === undefined) await checkPort(options.sandboxPort, '--sandbox-port');

	const packages = await mkdtemp(join(tmpdir(), 'seedance-dev-'));
	await closing.add(() => rm(packages, { recursive: true, force: true }));
	console.log('Building the node …');
	await build();
	const tarball = await packProject(packages);

	const api = await startApi(options, closing);
	console.log(`Starting n8n ${version} …`);
	const n8n = await N8nInstance.prepare({ version, port, tarball });
	await closing.add(() => n8n.stop());
	if (closing.hasBegun) return;
	await n8n.start();
	const rest = await RestClient.connect(n8n.baseUrl);
	await closing.add(() => rest.close());
	const workflows = await fill(rest, api);
	const door = await openDoor(n8n.baseUrl);
	await closing.add(() => door.close());

	console.log(greeting(options, n8n, door.url, workflows));
	if (!watch) return;
	const watching = watchSources(async () => {
		await build().catch((error: Error) => {
			throw new Error(`${error.message}\nn8n goes on with the build before.`);
		});
		await installPackage(n8n.userFolder, await packProject(packages));
		await n8n.halt();
		await n8n.start();
	});
	await closing.add(() => watching.close());
}

interface Api {
	readonly baseUrl: string;
	readonly apiKey: string;
}

async function startApi({ apiKey, sandboxPort }: DevOptions, closing: Closing): Promise<Api> {
	if (apiKey !== undefined) return { baseUrl: LIVE_URL, apiKey };
	const sandbox = await startSandbox({
		port: sandboxPort,
		queueMs: 1_000,
		renderMs: 4_000,
		log: (line) => console.log(`sandbox  ${line}`),
	});
	await closing.add(() => sandbox.close());
	return sandbox;
}

async function checkPort(port: number, option: string): Promise<void> {
	if (await isPortFree(port)) return;
	throw new Error(
		`Port ${port} on 127.0.0.1 is in use. Stop what uses it, or choose another with ${option}.`,
	);
}

function greeting(
	{ apiKey, sandboxPort, watch }: DevOptions,
	n8n: N8nInstance,
	door: string,
	workflows: number,
): string {
	const api =
		apiKey === undefined
			? `the sandbox on http://127.0.0.1:${sandboxPort}, which costs nothing`
			: 'GPTProto itself: every video costs money';
	return [
		'',
		`n8n ${n8n.version} is ready, with the node, its credential and ${workflows} example workflows:`,
		'',
		`    ${door}`,
		'',
		`That address logs the browser in. The editor is at ${n8n.baseUrl} (${OWNER.email}, ${OWNER.password}).`,
		`Videos come from ${api}.`,
		`n8n's log: ${n8n.logFile}`,
		watch ? 'A change under nodes/ or credentials/ rebuilds the node and restarts n8n.' : '',
		'Ctrl-C ends everything and removes it, workflows included: download what you want to keep.',
		'',
	].join('\n');
}
