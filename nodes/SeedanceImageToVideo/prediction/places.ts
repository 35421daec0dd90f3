// How many more predictions an account has room for, learnt from the answers to its submissions alone: the simplest rule
// that keeps its places full with few submissions too many.
import type { Clock } from './clock';
import { backoffMs, type Outcome } from './retry';

/** From here on the pause between two probes is the longest there is. */
const MOST_CAUTIOUS = 5;

export class Places {
	/** Known to be free. Infinite until a submission is refused; from then on each prediction that ends frees one. */
	private free = Infinity;
	/** Without a free place one submission is tried now and then: there may be more places than it seems. */
	private nextProbeAt = 0;
	/** How seldom that is. Grows with a probe that is refused, shrinks with one that is accepted. */
	private caution = 0;
	/** How many more places an accepted probe is taken to show; doubles each time. */
	private growth = 1;

	constructor(
		private readonly clock: Clock,
		private readonly random: () => number,
	) {}

	areLimited(): boolean {
		return this.free < Infinity;
	}

	/** When a submission may be sent, on the clock's scale. */
	readyAt(): number {
		return this.free >= 1 ? 0 : this.nextProbeAt;
	}

	/** Takes a place. @returns whether it is a probe, sent without a place known to be free */
	take(): boolean {
		const isProbe = this.free < 1;
		if (isProbe) this.probeIn(0);
		else this.free--;
		return isProbe;
	}

	/** A prediction has ended. */
	release(): void {
		this.free++;
	}

	/**
	 * @param outcome of a submission; null where it was not sent after all
	 * @param retryAfterMs how long the server asked to wait
	 */
	learn(outcome: Outcome | null, wasProbe: boolean, retryAfterMs: number): void {
		if (outcome?.kind === 'rateLimited') {
			if (wasProbe) this.caution = Math.min(this.caution + 1, MOST_CAUTIOUS);
			this.free = 0;
			this.growth = 1;
			this.probeIn(retryAfterMs);
		} else if (outcome?.kind !== 'prediction') {
			// It has taken no place; where it was not sent either, the next one may try.
			if (!wasProbe) this.free++;
			else if (outcome === null) this.nextProbeAt = 0;
		} else if (wasProbe) {
			// Only a little less: it may have taken the place of a prediction whose end nobody has noticed yet.
			this.caution = Math.max(0, this.caution - 2);
			this.free += this.growth;
			this.growth *= 2;
		}
	}

	private probeIn(atLeastMs: number): void {
		const pauseMs = backoffMs(this.caution + 1, this.random());
		this.nextProbeAt = this.clock.now() + Math.max(atLeastMs, pauseMs);
	}
}
