// What the items of one node run share: the way to GPTProto, its pace, the ledger, the clock and the cancel signal.
import type { Admission } from './admission';
import type { Clock } from './clock';
import type { ItemFailure } from './failure';
import type { Ledger } from './ledger';
import type { Lane, Pace } from './pace';
import type { RenderTimes } from './renderTimes';
import type { Transport } from './transport';

export interface Run {
	readonly transport: Transport;
	readonly pace: Pace;
	readonly admission: Admission;
	readonly ledger: Ledger;
	readonly renderTimes: RenderTimes;
	readonly clock: Clock;
	/** A number from 0 to 1. */
	readonly random: () => number;
	readonly signal: AbortSignal | undefined;
	/** Whether an AI agent runs the node as its tool. */
	readonly isTool: boolean;
	/** Pictures are loaded, and videos downloaded, only so many at one time. */
	readonly pictures: Lane;
	readonly downloads: Lane;
	/** Predictions accepted and not yet ended, by item; named when the run is cancelled. */
	readonly rendering: Map<number, string>;
	/** Items whose prediction an earlier try had paid for. */
	readonly pickedUp: Map<number, string>;
	/** A refusal that will meet every item alike; nothing further is submitted. */
	refusedForAll: ItemFailure | null;
	/** Writes to n8n's log what has to outlive this process: an id that is paid for. */
	readonly note: (message: string) => void;
	/** Tells the person about a prediction that must not be lost. */
	readonly warn: (message: string) => void;
}

/** Thrown where the execution was cancelled; nobody is left to read it. */
export class Cancelled extends Error {}

/** @throws Cancelled */
export function throwIfCancelled({ signal }: Pick<Run, 'signal'>): void {
	if (signal?.aborted) throw new Cancelled('The execution was cancelled');
}
