// Knows how to bring Node.js 24 and an n8n version into the cache folder, once, whole or not at all.
import { execFile } from 'node:child_process';
import { access, mkdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { cacheRoot, n8nFolder, n8nScript, nodeBinFolder, nodeFolder } from './cache';
import { withLock } from './lock';
import { cleanEnvironment, isRequest, npm } from './npm';
import { type Progress, showProgress } from './progress';
import { type N8nVersion, NODE_RELEASE, RECIPES } from './versions';

const execute = promisify(execFile);

const N8N_DISK_GB = 3;
const NODE_DISK_GB = 0.5;
// Written last: a folder without it is a half install and is done again.
const MARKER = '.complete.json';

export interface Installation {
	/** The `node` program to run n8n with. */
	readonly node: string;
	/** The script to give it. */
	readonly script: string;
}

/**
 * Makes sure that an n8n version and a Node.js to run it are installed, and says where.
 *
 * @throws Error with a sentence for the person at the terminal: no disk space, no network, what npm said
 */
export async function ensureN8n(version: N8nVersion): Promise<Installation> {
	const node = await ensureNode();
	const recipe = RECIPES[version];
	const manifest = { private: true, dependencies: { n8n: version }, overrides: recipe.overrides };
	await ensure(n8nFolder(version), manifest, N8N_DISK_GB, async (folder, progress) => {
		const nodeBin = dirname(node);
		let requests = 0;
		progress.step(`Installing n8n ${version} (once, about 3 minutes)`, recipe.requests);
		await npm(
			[
				'install',
				'--ignore-scripts',
				'--legacy-peer-deps',
				'--loglevel=http',
				'--no-audit',
				'--no-fund',
			],
			{ cwd: folder, nodeBin, onLine: (line) => isRequest(line) && progress.at(++requests) },
		);
		progress.step('Building its database driver');
		await npm(['rebuild', 'sqlite3', '--ignore-scripts=false'], { cwd: folder, nodeBin });
		progress.step('Checking that it runs');
		await checkN8n(node, folder, version);
	});
	return { node, script: n8nScript(version) };
}

/** The `node` program of release 24: this process's own when it is one, else the one in the cache folder. */
async function ensureNode(): Promise<string> {
	if (process.versions.node.startsWith('24.')) return process.execPath;
	// The package `node` needs an install script to fetch the program; the one that holds it does not.
	const holder = `npm:node-${process.platform}-${process.arch}@${NODE_RELEASE}`;
	const manifest = { private: true, dependencies: { node: holder } };
	await ensure(nodeFolder(), manifest, NODE_DISK_GB, async (folder, progress) => {
		progress.step(`Installing Node.js ${NODE_RELEASE} beside this one (${process.versions.node})`);
		await npm(['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
		await execute(join(folder, 'node_modules', 'node', 'bin', 'node'), ['--version']);
	});
	return join(nodeBinFolder(), 'node');
}

/** Asks an installed n8n for its version, and loads its database driver and what starts it. */
async function checkN8n(node: string, folder: string, version: N8nVersion): Promise<void> {
	const env = { ...cleanEnvironment(dirname(node)), N8N_USER_FOLDER: join(folder, '.check') };
	const script = join(folder, 'node_modules', 'n8n', 'bin', 'n8n');
	const { stdout } = await execute(node, [script, '--version'], { env });
	if (!stdout.includes(version)) {
		throw new Error(`n8n in ${folder} says it is version ${stdout.trim()} instead of ${version}.`);
	}
	await execute(node, ['-e', "require('sqlite3')"], { env, cwd: folder });
	// What n8n cannot load it calls not found: a dependency that does not fit shows here.
	const help = await execute(node, [script, 'start', '--help'], { env });
	if (!help.stdout.includes('n8n start')) {
		throw new Error(`n8n ${version} cannot load its start command: ${help.stdout.trim()}`);
	}
	await rm(join(folder, '.check'), { recursive: true, force: true });
}

/** Marks a folder as wholly installed from this manifest. */
async function markComplete(folder: string, manifest: object): Promise<void> {
	await writeFile(join(folder, MARKER), `${JSON.stringify(manifest)}\n`);
}

async function isComplete(folder: string, manifest: object): Promise<boolean> {
	const marker = await readFile(join(folder, MARKER), 'utf8').catch(() => '');
	return marker.trim() === JSON.stringify(manifest);
}

async function ensure(
	folder: string,
	manifest: object,
	diskGb: number,
	install: (folder: string, progress: Progress) => Promise<void>,
): Promise<void> {
	if (await isComplete(folder, manifest)) return;
	const progress = showProgress();
	const work = async () => {
		if (await isComplete(folder, manifest)) return;
		await checkDisk(diskGb);
		const beside = `${folder}.new`;
		await rm(beside, { recursive: true, force: true });
		await mkdir(beside, { recursive: true });
		try {
			await writeFile(join(beside, 'package.json'), `${JSON.stringify(manifest)}\n`);
			await install(beside, progress);
			await markComplete(beside, manifest);
			await rm(folder, { recursive: true, force: true });
			await rename(beside, folder);
			progress.end();
		} catch (error) {
			progress.abandon();
			await rm(beside, { recursive: true, force: true });
			throw error;
		}
	};
	await withLock(`${folder}.lock`, work, (processId) =>
		progress.step(`Waiting for process ${processId}, which is installing into ${folder}`),
	);
	progress.end();
	await access(folder);
}

async function checkDisk(neededGb: number): Promise<void> {
	await mkdir(cacheRoot(), { recursive: true });
	const { bavail, bsize } = await statfs(cacheRoot());
	const freeGb = (bavail * bsize) / 1e9;
	if (freeGb >= neededGb) return;
	throw new Error(
		`Installing needs about ${neededGb} GB in ${cacheRoot()}, and ${freeGb.toFixed(1)} GB are free. Free some ` +
			'space, or set N8N_SEEDANCE_CACHE to a folder on another disk.',
	);
}
