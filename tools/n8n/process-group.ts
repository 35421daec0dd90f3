// Knows how to start a program with all its children as one process group, and how to end that group for certain.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import execa, { type ExecaChildProcess, type ExecaError } from 'execa';

export interface GroupOptions {
	/** The `node` program for the supervisor. */
	readonly node: string;
	readonly program: string;
	readonly args: readonly string[];
	readonly cwd: string;
	readonly environment: NodeJS.ProcessEnv;
	/** A folder that is removed when this process ends without having ended the group. */
	readonly removeWhenOrphaned: string;
	readonly onOutput: (text: string) => void;
}

const TERM_PATIENCE_MS = 10_000;
const KILL_PATIENCE_MS = 5_000;

export class ProcessGroup {
	hasEnded = false;
	private readonly child: ExecaChildProcess;

	constructor({ node, program, args, removeWhenOrphaned, ...options }: GroupOptions) {
		const { cwd, environment, onOutput } = options;
		const supervisor = join(__dirname, 'supervise.mjs');
		this.child = execa(node, [supervisor, removeWhenOrphaned, program, ...args], {
			cwd,
			env: environment,
			extendEnv: false,
			detached: true, // a process group of its own, whose id is the child's
			all: true,
			buffer: false,
			reject: false,
		});
		this.child.all?.on('data', (chunk: Buffer) => onOutput(chunk.toString()));
		this.child.stdin?.on('error', () => {}); // closing a pipe to something already killed
		void this.child.then((result) => {
			this.hasEnded = true;
			if (this.child.pid !== undefined) return;
			onOutput(`${node} could not be started: ${(result as ExecaError).shortMessage}\n`);
		});
	}

	/** Asks the group to end, and ends it when it has not within ten seconds. */
	async stop(): Promise<void> {
		this.signal('SIGTERM');
		if (!(await this.isGoneWithin(TERM_PATIENCE_MS))) await this.kill();
	}

	/** Ends the group at once, as a crash or a power cut would. */
	async kill(): Promise<void> {
		this.signal('SIGKILL');
		if (!(await this.isGoneWithin(KILL_PATIENCE_MS))) {
			throw new Error(`Process group ${this.child.pid} is still there after SIGKILL.`);
		}
	}

	/** @returns whether there is anybody left in the group */
	private signal(signal: NodeJS.Signals | 0): boolean {
		if (this.child.pid === undefined) return false;
		try {
			return process.kill(-this.child.pid, signal);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
			throw error;
		}
	}

	private async isGoneWithin(patienceMs: number): Promise<boolean> {
		const until = Date.now() + patienceMs;
		while (!this.hasEnded || this.signal(0)) {
			if (Date.now() > until) return false;
			await sleep(50);
		}
		return true;
	}
}
