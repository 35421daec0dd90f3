// Knows how to run a throw-away Redis and PostgreSQL: own port on 127.0.0.1, own folder, nothing left behind.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import getPort from 'get-port';

import { ProcessGroup } from '../../tools/n8n/process-group';

const execute = promisify(execFile);

const REDIS = '/usr/bin/redis-server';
const REDIS_CLIENT = '/usr/bin/redis-cli';
const POSTGRES_VERSIONS = '/usr/lib/postgresql';
/** The database's only user, who needs no password: the folder and the port are this test's own. */
export const DATABASE_USER = 'n8n';

const READY_WITHIN_MS = 30_000;

export interface Service {
	readonly port: number;
	/** Ends it and removes its folder. */
	stop(): Promise<void>;
}

/** @throws Error naming the Debian packages to install */
export function requireServices(): void {
	if (existsSync(REDIS) && postgresFolder() !== undefined) return;
	throw new Error(
		'This suite needs Redis and PostgreSQL. Install them: apt-get install redis-server postgresql. ' +
			'They need not be running.',
	);
}

export async function startRedis(): Promise<Service> {
	const port = await getPort({ host: '127.0.0.1' });
	const folder = await mkdtemp(join(tmpdir(), 'seedance-redis-'));
	const settings = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
	return await start(
		{ name: 'Redis', port, folder },
		[REDIS, '--port', `${port}`, ...settings],
		[REDIS_CLIENT, '-h', '127.0.0.1', '-p', `${port}`, 'ping'],
	);
}

export async function startPostgres(): Promise<Service> {
	const port = await getPort({ host: '127.0.0.1' });
	const folder = await mkdtemp(join(tmpdir(), 'seedance-postgres-'));
	const bin = postgresFolder() ?? '';
	const asUser = await unprivileged(folder);
	const data = join(folder, 'data');
	try {
		const [program = '', ...args] = [
			...asUser,
			join(bin, 'initdb'),
			...['-D', data, '-U', DATABASE_USER, '--auth=trust', '--no-sync'],
			...['--encoding=UTF8', '--locale=C.UTF-8'],
		];
		await execute(program, args, { cwd: folder });
	} catch (error) {
		await rm(folder, { recursive: true, force: true });
		throw error;
	}
	const settings = [
		`listen_addresses=127.0.0.1`,
		`port=${port}`,
		`unix_socket_directories=${folder}`,
		'fsync=off',
		'max_connections=50',
	].flatMap((setting) => ['-c', setting]);
	return await start(
		{ name: 'PostgreSQL', port, folder },
		[...asUser, join(bin, 'postgres'), '-D', data, ...settings],
		[join(bin, 'pg_isready'), '-h', '127.0.0.1', '-p', `${port}`, '-U', DATABASE_USER],
	);
}

/** The programs of the newest PostgreSQL there is. */
function postgresFolder(): string | undefined {
	if (!existsSync(POSTGRES_VERSIONS)) return undefined;
	const newest = readdirSync(POSTGRES_VERSIONS).sort((a, b) => Number(b) - Number(a));
	return newest
		.map((version) => join(POSTGRES_VERSIONS, version, 'bin'))
		.find((folder) => existsSync(join(folder, 'initdb')));
}

/** PostgreSQL refuses to run as root: what to put in front of its commands, the folder made over to that user. */
async function unprivileged(folder: string): Promise<string[]> {
	if (process.getuid?.() !== 0) return [];
	const idOf = async (flag: string) => Number((await execute('id', [flag, 'postgres'])).stdout);
	await chown(folder, await idOf('-u'), await idOf('-g'));
	return ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', '--'];
}

async function start(
	{ name, port, folder }: { name: string; port: number; folder: string },
	command: readonly string[],
	probe: readonly string[],
): Promise<Service> {
	let output = '';
	const [program = '', ...args] = command;
	const group = new ProcessGroup({
		node: process.execPath,
		program,
		args,
		cwd: folder,
		environment: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' },
		removeWhenOrphaned: folder,
		onOutput: (text) => (output = (output + text).slice(-10_000)),
	});
	const stop = async () => {
		// Its data is thrown away: no reason to wait for a tidy end.
		await group.kill();
		await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	};
	const until = Date.now() + READY_WITHIN_MS;
	while (!(await answers(probe))) {
		if (!group.hasEnded && Date.now() < until) {
			await sleep(100);
			continue;
		}
		await stop();
		throw new Error(`${name} did not start. Its last words:\n${output}`);
	}
	return { port, stop };
}

async function answers([program = '', ...args]: readonly string[]): Promise<boolean> {
	try {
		await execute(program, args);
		return true;
	} catch {
		return false;
	}
}
