// Knows how to bring Node.js 24 and an n8n version into a cache folder outside the checkout, once, whole or not at all.
import { cp, mkdir, mkdtemp, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import execa from 'execa';
import { lock } from 'proper-lockfile';

import { withProgress } from '../progress';
import { cleanEnvironment, npm } from './npm';
import { type N8nVersion, NODE_RELEASE, recipeFor } from './versions';

// Written last: a folder without it is a half install and is done again.
const MARKER = '.complete.json';
const QUIET = ['--no-audit', '--no-fund'];
/** About how many requests npm makes of the registry (or its cache) for an n8n. */
const TYPICAL_REQUESTS = 4000;

export interface Installation {
	/** The `node` program to run n8n with. */
	readonly node: string;
	/** The script to give it. */
	readonly script: string;
	/** A folder for what Node.js has compiled of n8n: with it n8n starts in two thirds of the time. */
	readonly compileCache: string;
}

/** A folder of the cache. */
interface Cached {
	readonly name: string;
	readonly dependencies: Readonly<Record<string, string>>;
	readonly overrides?: Readonly<Record<string, string>>;
	readonly diskGb: number;
	/** Fills a folder which holds the manifest and nothing else. */
	fill(folder: string): Promise<void>;
}

/** The cache folder: N8N_SEEDANCE_CACHE, else XDG_CACHE_HOME or ~/.cache plus the package's name. */
function cacheRoot(): string {
	const { N8N_SEEDANCE_CACHE: own, XDG_CACHE_HOME: caches } = process.env;
	return own || join(caches || join(homedir(), '.cache'), 'n8n-nodes-gptproto-seedance');
}

const scriptIn = (folder: string) => join(folder, 'node_modules', 'n8n', 'bin', 'n8n');

/**
 * Makes sure that an n8n version and a Node.js to run it are installed, and says where.
 *
 * @throws Error with a sentence for the person at the terminal: no disk space, no network, what npm said
 */
export async function ensureN8n(version: N8nVersion): Promise<Installation> {
	const node = await ensureNode();
	const nodeBin = dirname(node);
	const { dependencies, overrides } = recipeFor(version);
	const folder = await ensure({
		name: `n8n-${version}`,
		dependencies: { n8n: version, ...dependencies },
		overrides,
		diskGb: 3,
		async fill(cwd) {
			await withProgress(`Downloading n8n ${version}, once`, 180, async (say) => {
				let made = 0;
				const onText = (text: string) => {
					made += text.split('npm http').length - 1;
					say(`${made} of about ${TYPICAL_REQUESTS} requests`);
				};
				const args = ['install', '--ignore-scripts', '--legacy-peer-deps', '--loglevel=http'];
				await npm([...args, ...QUIET], { cwd, nodeBin, onText });
			});
			const sqlite = join(cwd, 'node_modules', 'sqlite3');
			const { version: driver } = JSON.parse(
				await readFile(join(sqlite, 'package.json'), 'utf8'),
			) as { version: string };
			const built = await ensureDriver(driver, nodeBin);
			await cp(join(built, 'build'), join(sqlite, 'build'), { recursive: true });
			await withProgress('Checking that it runs', 10, async () => {
				await checkN8n(node, scriptIn(cwd), version);
			});
		},
	});
	return { node, script: scriptIn(folder), compileCache: join(folder, '.compile-cache') };
}

/** The `node` program of release 24: this process's own when it is one, else the one in the cache folder. */
async function ensureNode(): Promise<string> {
	if (process.versions.node.startsWith('24.')) return process.execPath;
	const program = (folder: string) => join(folder, 'node_modules', 'node', 'bin', 'node');
	const folder = await ensure({
		name: 'node24',
		// The package `node` needs an install script to fetch the program; the one that holds it does not.
		dependencies: { node: `npm:node-${process.platform}-${process.arch}@${NODE_RELEASE}` },
		diskGb: 0.5,
		async fill(cwd) {
			const title = `Downloading Node.js ${NODE_RELEASE} for n8n, beside this one (${process.versions.node})`;
			await withProgress(title, 20, async () => {
				await npm(['install', '--ignore-scripts', ...QUIET], { cwd });
				await execa(program(cwd), ['--version']);
			});
		},
	});
	return program(folder);
}

/** The folder of n8n's database driver, SQLite, built once for every n8n that wants the same version of it. */
async function ensureDriver(version: string, nodeBin: string): Promise<string> {
	const folder = await ensure({
		name: `sqlite3-${version}`,
		dependencies: { sqlite3: version },
		diskGb: 0.5,
		async fill(cwd) {
			// Where no built one can be downloaded, it is compiled.
			await withProgress("Building n8n's database driver, SQLite", 120, async (say) => {
				const onText = (text: string) => say(text.trim().split('\n').at(-1) ?? '');
				const args = ['install', '--ignore-scripts=false', '--foreground-scripts', ...QUIET];
				await npm(args, { cwd, nodeBin, onText });
			});
		},
	});
	return join(folder, 'node_modules', 'sqlite3');
}

/**
 * Asks an installed n8n for its version, and loads its database driver and what starts it.
 *
 * @throws Error saying what n8n answered
 */
export async function checkN8n(node: string, script: string, version: N8nVersion): Promise<void> {
	const userFolder = await mkdtemp(join(tmpdir(), 'n8n-seedance-check-'));
	const env = { ...cleanEnvironment(dirname(node)), N8N_USER_FOLDER: userFolder };
	const ask = async (...args: string[]) =>
		(await execa(node, args, { cwd: dirname(script), env, extendEnv: false })).stdout;
	try {
		const told = await ask(script, '--version');
		if (!told.includes(version)) {
			throw new Error(`${script} says it is version ${told} instead of ${version}.`);
		}
		await ask('-e', "require('sqlite3')");
		// What n8n cannot load it calls not found: a dependency that does not fit shows here.
		const help = await ask(script, 'start', '--help');
		if (!help.includes('n8n start')) {
			throw new Error(`n8n ${version} cannot load its start command: ${help}`);
		}
	} finally {
		await rm(userFolder, { recursive: true, force: true });
	}
}

/** Fills a folder of the cache unless it is complete. @returns its path */
async function ensure({ name, dependencies, overrides, diskGb, fill }: Cached): Promise<string> {
	const folder = join(cacheRoot(), name);
	const manifest = `${JSON.stringify({ private: true, dependencies, overrides })}\n`;
	const isComplete = async () =>
		(await readFile(join(folder, MARKER), 'utf8').catch(() => '')) === manifest;
	if (await isComplete()) return folder;
	await checkDisk(diskGb);
	const release = await lockOf(folder);
	const beside = `${folder}.new`;
	try {
		if (await isComplete()) return folder;
		await rm(beside, { recursive: true, force: true });
		await mkdir(beside, { recursive: true });
		await writeFile(join(beside, 'package.json'), manifest);
		await fill(beside);
		await writeFile(join(beside, MARKER), manifest);
		await rm(folder, { recursive: true, force: true });
		await rename(beside, folder);
		return folder;
	} finally {
		await rm(beside, { recursive: true, force: true });
		await release();
	}
}

/** Keeps other processes out of a folder; waits for the one that is at it. @returns the way to let them in again */
async function lockOf(folder: string): Promise<() => Promise<void>> {
	const options = { realpath: false, lockfilePath: `${folder}.installing`, stale: 30_000 };
	try {
		return await lock(folder, options);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
	}
	console.error(`Another process is installing into ${folder}. Waiting for it …`);
	return await lock(folder, { ...options, retries: { forever: true, maxTimeout: 2_000 } });
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
