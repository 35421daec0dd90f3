// How many requests may be under way at one time, and the pause that all of them keep when GPTProto says 429.
import type { Clock } from './clock';
import { backoffMs, type Outcome } from './retry';

export interface Pace {
	/** Runs one request when its turn has come. The caller looks at the cancel signal itself, inside `send`. */
	request<Result extends Outcome | null>(send: () => Promise<Result>): Promise<Result>;
}

/**
 * @param maxConcurrent requests at one time; one at a time right after a pause, doubling with each good answer
 */
export function createPace(
	maxConcurrent: number,
	clock: Clock,
	random: () => number,
	signal: AbortSignal | undefined,
): Pace {
	const waiting: Array<() => void> = [];
	let width = maxConcurrent;
	let underWay = 0;
	let pausedUntil = 0;
	let limitedInARow = 0;
	let pausing = false;

	function pump(): void {
		if (!signal?.aborted && clock.now() < pausedUntil) {
			void waitOutPause();
			return;
		}
		while (underWay < width || signal?.aborted) {
			const proceed = waiting.shift();
			if (!proceed) return;
			underWay++;
			proceed();
		}
	}

	async function waitOutPause(): Promise<void> {
		if (pausing) return;
		pausing = true;
		while (clock.now() < pausedUntil && !signal?.aborted) {
			await clock.sleep(pausedUntil - clock.now(), signal);
		}
		pausing = false;
		pump();
	}

	function learn(outcome: Outcome | null, startedAt: number): void {
		if (outcome?.kind === 'rateLimited') {
			// Several requests of one burst may be refused together: that is one refusal, not many.
			if (startedAt >= pausedUntil) limitedInARow++;
			const pauseMs = outcome.retryAfterMs ?? backoffMs(limitedInARow, random());
			pausedUntil = Math.max(pausedUntil, clock.now() + pauseMs);
			width = 1;
		} else if (outcome && outcome.kind !== 'noAnswer') {
			if (startedAt < pausedUntil) return;
			limitedInARow = 0;
			width = Math.min(maxConcurrent, width * 2);
		}
	}

	signal?.addEventListener('abort', pump, { once: true });

	return {
		async request(send) {
			await new Promise<void>((resolve) => {
				waiting.push(resolve);
				pump();
			});
			const startedAt = clock.now();
			try {
				const outcome = await send();
				learn(outcome, startedAt);
				return outcome;
			} finally {
				underWay--;
				pump();
			}
		},
	};
}

/** Lets at most `width` tasks run at one time, in order of arrival. */
export function createLane(width: number) {
	const waiting: Array<() => void> = [];
	let underWay = 0;
	return async function run<Result>(task: () => Promise<Result>): Promise<Result> {
		if (underWay >= width) await new Promise<void>((resolve) => waiting.push(resolve));
		else underWay++;
		try {
			return await task();
		} finally {
			const next = waiting.shift();
			if (next) next();
			else underWay--;
		}
	};
}
export type Lane = ReturnType<typeof createLane>;
