// What the items of one node run share, and the account and the time that each item has.
import type { Clock } from './clock';
import type { Ledger } from './ledger';
import type { Session } from './limiter';
import type { RateLimited, Refusal } from './retry';
import type { Semaphore } from './semaphore';
import type { Transport } from './transport';

/**
 * An account an item is submitted, polled and downloaded with. Owned by the run, which opens each once; items with the same
 * credential share it.
 */
export interface Account {
	/** A hash of base URL and key. */
	readonly id: string;
	/** Where its requests go; without a slash at its end. */
	readonly baseUrl: string;
	readonly transport: Transport;
	readonly session: Session;
}

/** How long one item may take. Made when the item is read. */
export interface Timing {
	/** On the clock's scale. */
	readonly startedAt: number;
	readonly timeoutMs: number;
	/** The shortest pause between two polls. */
	readonly pollingIntervalMs: number;
}

/** When an item's time is up, on the clock's scale. */
export function deadlineOf({ startedAt, timeoutMs }: Timing): number {
	return startedAt + timeoutMs;
}

/** What has to be known outside of the run, as it happens. */
export type RunEvent =
	| { readonly kind: 'accepted'; readonly item: number; readonly predictionId: string }
	| { readonly kind: 'acceptedWhileCancelled'; readonly predictionId: string }
	| { readonly kind: 'responseLost'; readonly item: number; readonly reason: string }
	| { readonly kind: 'rateLimited'; readonly limit: RateLimited };

/** One node run. Owned by the batch; each piece of state in it has an owner of its own. */
export interface Run {
	readonly clock: Clock;
	/** A number from 0 to 1. */
	readonly random: () => number;
	readonly signal: AbortSignal | undefined;
	readonly ledger: Ledger;
	/** Refusals that meet other items too, by the account or the model they share; submission.ts alone writes to it. */
	readonly refusals: Map<string, Refusal>;
	/**
	 * How often a model's submissions met a limit that waiting does not lift, and when it was last counted, on the clock's
	 * scale; submission.ts alone writes to it.
	 */
	readonly lastingLimits: Map<string, { readonly times: number; readonly at: number }>;
	/** Bytes of pictures in memory. */
	readonly pictures: Semaphore;
	readonly downloads: Semaphore;
	readonly report: (event: RunEvent) => void;
}
