// A clock whose time passes only when everybody sleeps, so that an hour's wait is a test of a moment.
import type { Clock } from '../../nodes/SeedanceImageToVideo/run/clock';

interface Sleeper {
	readonly at: number;
	readonly wake: () => void;
}

export class FakeClock implements Clock {
	private time = 1_000_000;
	private readonly sleepers = new Set<Sleeper>();

	now(): number {
		return this.time;
	}

	epochMs(): number {
		return this.time;
	}

	async sleep(ms: number, signal?: AbortSignal): Promise<void> {
		if (ms <= 0 || signal?.aborted) return;
		await new Promise<void>((resolve) => {
			const sleeper: Sleeper = {
				at: this.time + ms,
				wake: () => {
					this.sleepers.delete(sleeper);
					resolve();
				},
			};
			this.sleepers.add(sleeper);
			signal?.addEventListener('abort', sleeper.wake, { once: true });
		});
	}

	/** Lets time pass until the work is done. @throws Error where it waits for something that is no sleep */
	async until<Result>(work: Promise<Result>): Promise<Result> {
		let settled = false;
		const done = work.finally(() => (settled = true));
		done.catch(() => undefined);
		for (let idle = 0; !settled;) {
			await new Promise((resolve) => setImmediate(resolve));
			if (settled) break;
			const next = [...this.sleepers].sort((a, b) => a.at - b.at)[0];
			if (next) {
				idle = 0;
				this.time = Math.max(this.time, next.at);
				next.wake();
			} else if (++idle > 50) {
				throw new Error('Nobody sleeps and nothing happens');
			}
		}
		return await done;
	}
}
