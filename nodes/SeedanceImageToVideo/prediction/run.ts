// What the items of one node run share. Small and read-only: each piece of state in it has an owner of its own.
import type { Clock } from './clock';
import type { Ledger } from './ledger';
import type { Session } from './limiter';
import type { Refusal } from './retry';
import type { Semaphore } from './semaphore';
import type { Transport } from './transport';

/** An account an item is sent with, asked for and downloaded with. */
export interface Account {
	/** A hash of base URL and key. */
	readonly id: string;
	readonly transport: Transport;
	readonly session: Session;
}

/** What has to be known outside of the run, as it happens. */
export type RunEvent =
	| { readonly kind: 'accepted'; readonly item: number; readonly predictionId: string }
	| { readonly kind: 'acceptedWhileCancelled'; readonly predictionId: string }
	| { readonly kind: 'responseLost'; readonly item: number; readonly reason: string };

export interface Run {
	readonly clock: Clock;
	/** A number from 0 to 1. */
	readonly random: () => number;
	readonly signal: AbortSignal | undefined;
	readonly ledger: Ledger;
	/** Refusals that meet other items too, by the account or the model they share; submission.ts alone writes to it. */
	readonly refusals: Map<string, Refusal>;
	/** Bytes of pictures in memory. */
	readonly pictures: Semaphore;
	readonly downloads: Semaphore;
	readonly report: (event: RunEvent) => void;
}
