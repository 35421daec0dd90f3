// Time that does not jump, and a sleep that cancelling ends. Tests put a clock of their own in its place.
import { sleep } from 'n8n-workflow';
import { bounds } from './bounds';
import { onAbort } from './cancellation';

export interface Clock {
	/** Monotonic milliseconds; only differences mean anything. */
	now(): number;
	/** The wall clock, in milliseconds since 1970; only for dates that come from outside. */
	epochMs(): number;
	/** Resolves after `ms`, or at once when the signal aborts; never rejects. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** n8n's `sleep` rejects on abort in current versions and ignores the signal in older ones: racing it serves both. */
async function abortableSleep(ms: number, signal?: AbortSignal): Promise<void> {
	if (signal?.aborted) return;
	const slept = sleep(Math.min(Math.max(ms, 0), bounds.longestSleepMs), signal).catch(
		() => undefined,
	);
	let forget = (): void => undefined;
	const woken = new Promise<void>((wake) => (forget = onAbort(signal, wake)));
	await Promise.race([slept, woken]).finally(forget);
}

export const systemClock: Clock = {
	now: () => performance.now(),
	epochMs: () => Date.now(),
	sleep: abortableSleep,
};
