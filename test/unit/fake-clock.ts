// A clock whose time passes only when everybody sleeps, so that an hour's wait is a test of a moment.
import { onAbort } from '../../nodes/SeedanceImageToVideo/prediction/cancellation';
import type { Clock } from '../../nodes/SeedanceImageToVideo/prediction/clock';

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
		let forget = (): void => undefined;
		await new Promise<void>((resolve) => {
			const sleeper: Sleeper = {
				at: this.time + ms,
				wake: () => {
					this.sleepers.delete(sleeper);
					resolve();
				},
			};
			this.sleepers.add(sleeper);
			forget = onAbort(signal, sleeper.wake);
		});
		forget();
	}

	/** Lets time pass until the work is done. @throws Error where it waits for something that is no sleep */
	async until<Result>(work: Promise<Result>): Promise<Result> {
		let settled = false;
		const done = work.finally(() => (settled = true));
		done.catch(() => undefined);
		for (let idle = 0; ;) {
			await new Promise((resolve) => setImmediate(resolve));
			if (settled) return await done;
			if (this.wakeNext()) idle = 0;
			else if (++idle > 50) throw new Error('Nobody sleeps and nothing happens');
		}
	}

	/** Wakes whoever sleeps until the next moment. @returns whether anybody slept */
	private wakeNext(): boolean {
		let next = Infinity;
		for (const { at } of this.sleepers) next = Math.min(next, at);
		if (next === Infinity) return false;
		this.time = Math.max(this.time, next);
		for (const sleeper of [...this.sleepers]) if (sleeper.at <= this.time) sleeper.wake();
		return true;
	}
}
