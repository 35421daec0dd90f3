// Knows how to run ffmpeg: at most two at a time, and none left behind. Must not know what it is asked for.
import { spawn, type ChildProcess } from 'node:child_process';
import { path as binary } from '@ffmpeg-installer/ffmpeg';

const mostAtOnce = 2;

export interface FfmpegResult {
	readonly exitCode: number | null;
	/** What it said, which ffmpeg does on stderr. */
	readonly output: string;
}

export class Ffmpeg {
	private readonly children = new Set<ChildProcess>();
	private readonly waiting: Array<() => void> = [];
	private running = 0;
	private closed = false;

	/**
	 * Runs ffmpeg to its end.
	 * @throws when it cannot be started, or after `close()`
	 */
	async run(args: readonly string[]): Promise<FfmpegResult> {
		while (this.running >= mostAtOnce) {
			await new Promise<void>((resolve) => this.waiting.push(resolve));
		}
		if (this.closed) throw new Error('The sandbox is closed');
		this.running += 1;
		try {
			return await this.spawn(args);
		} finally {
			this.running -= 1;
			this.waiting.shift()?.();
		}
	}

	/** Ends every ffmpeg at once, and waits for that. */
	async close(): Promise<void> {
		this.closed = true;
		const ended = [...this.children].map(
			(child) => new Promise((resolve) => child.once('close', resolve)),
		);
		for (const child of this.children) child.kill('SIGKILL');
		for (const resume of this.waiting.splice(0)) resume();
		await Promise.all(ended);
	}

	private spawn(args: readonly string[]): Promise<FfmpegResult> {
		return new Promise((resolve, reject) => {
			const child = spawn(binary, ['-hide_banner', '-nostdin', ...args], {
				stdio: ['ignore', 'ignore', 'pipe'],
			});
			this.children.add(child);
			let output = '';
			child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
			child.once('error', (error) => {
				this.children.delete(child);
				reject(error);
			});
			child.once('close', (exitCode) => {
				this.children.delete(child);
				resolve({ exitCode, output });
			});
		});
	}
}
