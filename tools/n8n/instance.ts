// Knows how to start, restart, stop and crash one n8n process in a folder of its own on this machine.
import { appendFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import getPort from 'get-port';

import { n8nEnvironment } from './environment';
import { ensureN8n, type Installation } from './install';
import { installPackage } from './package';
import { ProcessGroup } from './process-group';
import { NEWEST_VERSION, type N8nVersion } from './versions';

export interface N8nOptions {
	/** Default: the newest. */
	readonly version?: N8nVersion;
	/** Where it listens: an address of this machine only. Default 127.0.0.1. */
	readonly address?: string;
	/** Where the browser finds it, when that is somewhere else. */
	readonly publicUrl?: string;
	/** A tarball from `packProject()` to install as a community node, the way n8n's settings page does. */
	readonly tarball?: string;
	/** Environment variables on top of this project's own: queue mode, database, log level. */
	readonly environment?: Readonly<Record<string, string>>;
	/** `worker` for queue mode. Default `start`. */
	readonly command?: 'start' | 'worker';
}

const READY_WITHIN_MS = 120_000;
const READY_LINE = { start: 'Editor is now accessible', worker: 'worker is now ready' };
const KEPT_LOG_CHARACTERS = 1_000_000;
const SHOWN_LINES = 30;
const FILES = '.n8n-files';

export class N8nInstance {
	/** Where it listens. */
	readonly baseUrl: string;
	/** Everything n8n prints, as a file in its folder. */
	readonly logFile: string;
	/** What n8n has printed so far (the last million characters). */
	log = '';
	private group: ProcessGroup | undefined;

	private constructor(
		private readonly options: N8nOptions,
		readonly version: N8nVersion,
		private readonly installation: Installation,
		private readonly place: { readonly address: string; readonly port: number },
		/** Removed by `stop()`. */
		readonly userFolder: string,
	) {
		this.logFile = join(userFolder, 'n8n.log');
		this.baseUrl = `http://${place.address}:${place.port}`;
	}

	/** Installs what is missing, makes the user folder and prepares an n8n that is not running yet. */
	static async prepare(options: N8nOptions = {}): Promise<N8nInstance> {
		const { version = NEWEST_VERSION, address = '127.0.0.1', tarball } = options;
		const installation = await ensureN8n(version);
		const place = { address, port: await getPort({ host: address }) };
		const userFolder = await mkdtemp(join(tmpdir(), 'n8n-seedance-'));
		const instance = new N8nInstance(options, version, installation, place, userFolder);
		try {
			// The one folder that workflows of n8n 2 may write to, and n8n does not make it.
			await mkdir(join(userFolder, FILES));
			if (tarball !== undefined) await installPackage(userFolder, tarball);
			return instance;
		} catch (error) {
			await instance.stop();
			throw error;
		}
	}

	/**
	 * Starts n8n on its user folder and waits until it answers. May be called again after `kill()` or `halt()`.
	 *
	 * @throws Error with n8n's last lines when it ends early or is not ready within two minutes
	 */
	async start(): Promise<this> {
		if (this.group?.hasEnded === false) return this;
		const { command = 'start', environment, publicUrl = this.baseUrl } = this.options;
		const { version, installation, place, userFolder } = this;
		const startedAt = this.log.length;
		const group = new ProcessGroup({
			node: installation.node,
			program: installation.node,
			args: [installation.script, command],
			cwd: userFolder,
			removeWhenOrphaned: userFolder,
			environment: {
				...n8nEnvironment({ version, installation, userFolder, ...place, publicUrl }),
				N8N_RUNNERS_BROKER_PORT: String(await getPort({ host: '127.0.0.1' })),
				...environment,
			},
			onOutput: (text) => {
				this.log = (this.log + text).slice(-KEPT_LOG_CHARACTERS);
				appendFileSync(this.logFile, text);
			},
		});
		this.group = group;
		const until = Date.now() + READY_WITHIN_MS;
		while (!(await this.isReady(startedAt, command))) {
			if (group.hasEnded || Date.now() > until) {
				const why = group.hasEnded ? 'ended while starting' : 'is not ready after two minutes';
				await this.halt();
				const lines = this.log.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
				throw new Error(`n8n ${version} ${why}. Its last lines:\n${lines}`);
			}
			await sleep(100);
		}
		return this;
	}

	/** Stops n8n and keeps its folder. */
	async halt(): Promise<void> {
		await this.group?.stop();
	}

	/** Ends n8n as a crash would, and keeps its folder. */
	async kill(): Promise<void> {
		await this.group?.kill();
	}

	/** Stops n8n and removes its folder. */
	async stop(): Promise<void> {
		await this.halt();
		await rm(this.userFolder, { recursive: true, force: true, maxRetries: 5 });
	}

	private async isReady(startedAt: number, command: 'start' | 'worker'): Promise<boolean> {
		if (!this.log.slice(startedAt).includes(READY_LINE[command])) return false;
		if (command === 'worker') return true;
		const answer = await fetch(`${this.baseUrl}/rest/settings`).catch(() => undefined);
		return answer?.headers.get('content-type')?.includes('json') ?? false;
	}
}

/** Prepares and starts an n8n. */
export async function startN8n(options: N8nOptions = {}): Promise<N8nInstance> {
	const instance = await N8nInstance.prepare(options);
	try {
		return await instance.start();
	} catch (error) {
		await instance.stop();
		throw error;
	}
}
