// Before all end-to-end tests: packs the package and starts n8n of each version with it installed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import getPort from 'get-port';

import { startN8n } from '../../tools/n8n/instance';
import { packProject } from '../../tools/n8n/package';
import { RestClient } from '../../tools/n8n/rest';
import { N8N_VERSIONS } from '../../tools/n8n/versions';
import { googleAt } from './services/google';
import { running, type StartedByVersion, type StartedN8n, tell } from './started';
import stopAll from './stop-n8n';

export default async function startAll(): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), 'n8n-seedance-package-'));
	try {
		const tarball = await packProject(folder);
		const environment = googleAt(await getPort({ host: '127.0.0.1' }));
		// Side by side, since much of a start is waiting; all of them to their end, so that all can be stopped.
		const started = await Promise.allSettled(
			N8N_VERSIONS.map(async (version): Promise<[string, StartedN8n]> => {
				const n8n = await startN8n({ version, tarball, environment });
				running.push(n8n);
				const rest = await RestClient.connect(n8n.baseUrl);
				await rest.close();
				return [version, { login: rest.session.state, logFile: n8n.logFile }];
			}),
		);
		const entries = started.map((one) => {
			if (one.status === 'rejected') throw one.reason;
			return one.value;
		});
		tell(Object.fromEntries(entries) as StartedByVersion, tarball);
	} catch (error) {
		await stopAll();
		await rm(folder, { recursive: true, force: true });
		throw error;
	}
}
