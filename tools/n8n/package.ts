// Knows how this package gets to a user: packed by npm, and the tarball installed under n8n's folder for nodes.
import { access, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import packageJson from '../../package.json';
import { PROJECT } from '../project';
import { npm } from './npm';

export const NODE_TYPE = `${packageJson.name}.seedanceImageToVideo`;
export const TOOL_TYPE = `${NODE_TYPE}Tool`;
export const CREDENTIAL_TYPE = 'gptProtoApi';

/**
 * Packs the built project as it would be published.
 *
 * @returns the path of the tarball, in `folder`
 * @throws Error when the project has not been built
 */
export async function packProject(folder: string): Promise<string> {
	const { nodes, credentials } = packageJson.n8n;
	for (const file of [...nodes, ...credentials]) {
		await access(join(PROJECT, file)).catch(() => {
			throw new Error(`${file} is missing. Build the package first: npm run build`);
		});
	}
	await mkdir(folder, { recursive: true });
	const printed = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
		cwd: PROJECT,
	});
	const [packed] = JSON.parse(printed) as Array<{ filename: string }>;
	if (packed === undefined) throw new Error('npm pack named no file.');
	return join(folder, packed.filename);
}

/** Packs the built project into a temporary folder, which is removed when the work is done. */
export async function withPackedProject<Result>(
	work: (tarball: string) => Promise<Result>,
): Promise<Result> {
	const folder = await mkdtemp(join(tmpdir(), 'seedance-package-'));
	try {
		return await work(await packProject(folder));
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** Installs a tarball where n8n keeps community nodes. Needs no network: the package has no dependencies. */
export async function installPackage(userFolder: string, tarball: string): Promise<void> {
	const nodes = await nodesFolder(userFolder);
	const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
	await npm(['install', tarball, '--legacy-peer-deps', '--omit=peer', ...quiet], { cwd: nodes });
}

/** Puts the build where `installPackage` would, without npm: in an instant, for development. */
export async function copyPackage(userFolder: string): Promise<void> {
	const folder = join(await nodesFolder(userFolder), 'node_modules', packageJson.name);
	await rm(folder, { recursive: true, force: true });
	for (const part of ['package.json', ...packageJson.files]) {
		await cp(join(PROJECT, part), join(folder, part), { recursive: true });
	}
}

async function nodesFolder(userFolder: string): Promise<string> {
	const nodes = join(userFolder, '.n8n', 'nodes');
	await mkdir(nodes, { recursive: true });
	await writeFile(join(nodes, 'package.json'), '{"name":"installed-nodes","private":true}\n');
	return nodes;
}
