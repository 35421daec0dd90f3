// Knows how to start a program with all its children as one process group, and how to end that group for certain.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface GroupOptions {
	/** The `node` program for the supervisor. */
	readonly node: string;
	readonly program: string;
	readonly args: readonly string[];
	readonly cwd: string;
	readonly environment: NodeJS.ProcessEnv;
	/** Removed when this process ends without having ended the group. */
	readonly removeWhenOrphaned?: string | undefined;
	readonly onOutput: (text: string) => void;
}

const TERM_PATIENCE_MS = 10_000;
const KILL_PATIENCE_MS = 5_000;

export class ProcessGroup {
	private readonly child: ChildProcess;
	private ended = false;

	constructor(options: GroupOptions) {
		const { node, program, args, cwd, environment, removeWhenOrphaned = '', onOutput } = options;
		const supervisor = join(__dirname, 'supervise.mjs');
		this.child = spawn(node, [supervisor, removeWhenOrphaned, program, ...args], {
			cwd,
			env: environment,
			detached: true, // a process group of its own, whose id is the child's
			stdio: ['pipe', 'pipe', 'pipe'],
		});
		this.child.stdout?.on('data', (chunk: Buffer) => onOutput(chunk.toString()));
		this.child.stderr?.on('data', (chunk: Buffer) => onOutput(chunk.toString()));
		this.child.stdin?.on('error', () => {}); // closing a pipe to something already killed
		this.child.once('exit', () => (this.ended = true));
		this.child.once('error', (error) => {
			this.ended = true;
			onOutput(`${program} could not be started: ${error.message}\n`);
		});
	}

	/** The process group's id, undefined when it never started. */
	get id(): number | undefined {
		return this.child.pid;
	}

	get hasEnded(): boolean {
		return this.ended;
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
			throw new Error(`Process group ${this.id} is still there after SIGKILL.`);
		}
	}

	private signal(signal: NodeJS.Signals | 0): boolean {
		if (this.id === undefined) return false;
		try {
			return process.kill(-this.id, signal);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
			throw error;
		}
	}

	private async isGoneWithin(patienceMs: number): Promise<boolean> {
		const until = Date.now() + patienceMs;
		while (Date.now() < until) {
			if (this.ended && !this.signal(0)) return true;
			await sleep(50);
		}
		return this.ended && !this.signal(0);
	}
}
