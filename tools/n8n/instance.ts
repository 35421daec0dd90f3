// Knows how to start, restart, stop and crash one n8n process in a folder of its own on this machine.
import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
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
	/** A folder to use and to keep. Default: a temporary one, removed by `stop()`. */
	readonly userFolder?: string;
	/** Called with everything n8n prints. */
	readonly onOutput?: (text: string) => void;
}

const READY_WITHIN_MS = 120_000;
const READY_LINE = { start: 'Editor is now accessible', worker: 'worker is now ready' };
const KEPT_LOG_CHARACTERS = 1_000_000;

export class N8nInstance {
	readonly version: N8nVersion;
	/** Where it listens. */
	readonly baseUrl: string;
	readonly userFolder: string;
	/** Everything n8n prints, as a file in its folder. */
	readonly logFile: string;
	private group: ProcessGroup | undefined;
	private output = '';

	private constructor(
		private readonly options: N8nOptions,
		private readonly installation: Installation,
		private readonly place: { address: string; port: number },
		userFolder: string,
	) {
		this.version = options.version ?? NEWEST_VERSION;
		this.userFolder = userFolder;
		this.logFile = join(userFolder, 'n8n.log');
		this.baseUrl = `http://${place.address}:${place.port}`;
	}

	/** Installs what is missing, makes the user folder and prepares an n8n that is not running yet. */
	static async prepare(options: N8nOptions = {}): Promise<N8nInstance> {
		const { version = NEWEST_VERSION, address = '127.0.0.1', tarball } = options;
		const installation = await ensureN8n(version);
		const port = await getPort({ host: address });
		const userFolder = options.userFolder ?? (await mkdtemp(join(tmpdir(), 'n8n-seedance-')));
		const instance = new N8nInstance(options, installation, { address, port }, userFolder);
		try {
			if (tarball !== undefined) await installPackage(userFolder, tarball);
		} catch (error) {
			await instance.stop();
			throw error;
		}
		return instance;
	}

	/** What n8n has printed so far (the last million characters). */
	get log(): string {
		return this.output;
	}

	get processGroupId(): number | undefined {
		return this.group?.id;
	}

	/**
	 * Starts n8n on its user folder and waits until it answers. May be called again after `kill()` or `halt()`.
	 *
	 * @throws Error with n8n's last lines when it ends early or is not ready within two minutes
	 */
	async start(): Promise<this> {
		if (this.group !== undefined && !this.group.hasEnded) return this;
		const { command = 'start', environment, userFolder, onOutput } = this.options;
		const startedAt = this.output.length;
		this.group = new ProcessGroup({
			node: this.installation.node,
			program: this.installation.node,
			args: [this.installation.script, command],
			cwd: this.userFolder,
			environment: n8nEnvironment({
				version: this.version,
				installation: this.installation,
				userFolder: this.userFolder,
				...this.place,
				publicUrl: this.options.publicUrl ?? this.baseUrl,
				brokerPort: await getPort({ host: '127.0.0.1' }),
				extra: environment,
			}),
			removeWhenOrphaned: userFolder === undefined ? this.userFolder : undefined,
			onOutput: (text) => {
				this.output = (this.output + text).slice(-KEPT_LOG_CHARACTERS);
				appendFileSync(this.logFile, text);
				onOutput?.(text);
			},
		});
		const until = Date.now() + READY_WITHIN_MS;
		while (!(await this.isReady(startedAt, READY_LINE[command]))) {
			const why = this.group.hasEnded ? 'ended while starting' : 'is not ready after two minutes';
			if (this.group.hasEnded || Date.now() > until) {
				await this.halt();
				throw new Error(`n8n ${this.version} ${why}. Its last lines:\n${this.lastLines(30)}`);
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

	/** Stops n8n and removes its folder, unless the folder was given. */
	async stop(): Promise<void> {
		await this.halt();
		if (this.options.userFolder !== undefined) return;
		await rm(this.userFolder, { recursive: true, force: true, maxRetries: 5 });
	}

	/** The last lines n8n printed. */
	lastLines(count: number): string {
		return this.output.trimEnd().split('\n').slice(-count).join('\n');
	}

	private async isReady(startedAt: number, line: string): Promise<boolean> {
		if (!this.output.slice(startedAt).includes(line)) return false;
		if (this.options.command === 'worker') return true;
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
