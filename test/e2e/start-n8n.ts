// Before all end-to-end tests: packs the package and starts the n8n asked for with it installed.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import getPort from 'get-port';

import { ensureN8n } from '../../tools/n8n/install';
import { startN8n } from '../../tools/n8n/instance';
import { packProject } from '../../tools/n8n/package';
import { RestClient } from '../../tools/n8n/rest';
import { GATE_VERSIONS, type N8nVersion, WHOLE_VERSIONS } from '../../tools/n8n/versions';
import { googleAt } from './services/google';
import { allStarted, own, type StartedN8n, tell } from './started';
import stopAll from './stop-n8n';

export type Wanted = Pick<StartedN8n, 'version' | 'isWhole'>;

export const isWholeVersion = (version: N8nVersion) =>
	WHOLE_VERSIONS.some((one) => one === version);

/** A list cut into lists of at most `size`, in its order. */
export function inGroups<T>(list: readonly T[], size: number): T[][] {
	return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
		list.slice(index * size, (index + 1) * size),
	);
}

/** A start is mostly work for one processor, and has two minutes. */
const STARTED_TOGETHER = 2;

/**
 * Installs and starts them, and tells the test files. They run until `stopAll`.
 *
 * @returns why some are not there, by their versions
 */
export async function startAll(wanted: readonly Wanted[]): Promise<Map<N8nVersion, Error>> {
	own.folder = await mkdtemp(join(tmpdir(), 'n8n-seedance-package-'));
	const reasons = new Map<N8nVersion, Error>();
	const started: StartedN8n[] = [];
	try {
		const tarball = await packProject(own.folder);
		const environment = googleAt(await getPort({ host: '127.0.0.1' }));
		// One after the other: npm alone keeps a machine busy.
		for (const { version } of wanted) {
			await ensureN8n(version).catch((reason: Error) => reasons.set(version, reason));
		}
		const start = async (one: Wanted) => {
			const n8n = await startN8n({ version: one.version, tarball, environment });
			own.running.push(n8n);
			const rest = await RestClient.connect(n8n.baseUrl);
			await rest.close();
			started.push({ ...one, login: rest.session.state, logFile: n8n.logFile });
		};
		const installed = wanted.filter(({ version }) => !reasons.has(version));
		for (const group of inGroups(installed, STARTED_TOGETHER)) {
			await Promise.all(
				group.map((one) => start(one).catch((reason: Error) => reasons.set(one.version, reason))),
			);
		}
		tell(started, tarball);
		return reasons;
	} catch (error) {
		await stopAll();
		throw error;
	}
}

/** Starts versions which all have to be there. */
export async function startRequired(versions: readonly N8nVersion[]): Promise<void> {
	// The command line has started what was asked for.
	if (allStarted().length > 0) return;
	const reasons = await startAll(
		versions.map((version) => ({ version, isWhole: isWholeVersion(version) })),
	);
	const [reason] = reasons.values();
	if (!reason) return;
	await stopAll();
	throw reason;
}

/** For jest, where it is called by itself. */
export default async function startGate(): Promise<void> {
	await startRequired(GATE_VERSIONS);
}
