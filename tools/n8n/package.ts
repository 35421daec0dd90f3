// Knows how this package gets to a user: packed by npm, and the tarball installed under n8n's folder for nodes.
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { npm } from './npm';

const PROJECT = resolve(__dirname, '..', '..');

const PACKAGE_NAME = 'n8n-nodes-gptproto-seedance';
export const NODE_TYPE = `${PACKAGE_NAME}.seedanceImageToVideo`;
export const TOOL_TYPE = `${NODE_TYPE}Tool`;
export const CREDENTIAL_TYPE = 'gptProtoApi';

/**
 * Packs the built project as it would be published.
 *
 * @returns the path of the tarball, in `folder`
 * @throws Error when the project has not been built
 */
export async function packProject(folder: string): Promise<string> {
	const manifest = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8')) as {
		n8n: { nodes: string[]; credentials: string[] };
	};
	for (const file of [...manifest.n8n.nodes, ...manifest.n8n.credentials]) {
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

/** Installs a tarball where n8n keeps community nodes. Needs no network: the package has no dependencies. */
export async function installPackage(userFolder: string, tarball: string): Promise<void> {
	const nodes = join(userFolder, '.n8n', 'nodes');
	await mkdir(nodes, { recursive: true });
	await writeFile(join(nodes, 'package.json'), '{"name":"installed-nodes","private":true}\n');
	const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
	await npm(['install', tarball, '--legacy-peer-deps', '--omit=peer', ...quiet], { cwd: nodes });
}
