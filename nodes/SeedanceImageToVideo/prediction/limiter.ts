// What may be sent now, for one account (base URL and key) and for all executions of this process: requests at one
// time, the pauses that a 429 asks for, and as many submissions as the account has places free for.
import type { Prediction } from '../gptproto/prediction';
import { bounds } from './bounds';
import { Cancelled, onAbort } from './cancellation';
import type { Clock } from './clock';
import { backoffMs, type Outcome, type RateLimited } from './retry';

type RequestKind = 'submission' | 'poll' | 'download';

/** Thrown where a request was not let through before its deadline. It was not sent. */
export class HeldBack extends Error {
	/** @param limit the 429 that held it back; null where it was the requests at one time */
	constructor(readonly limit: RateLimited | null) {
		super();
	}
}

/** So many requests of one run at one time, whichever account they go to. */
export class RequestSlots {
	used = 0;
	/** Called when there is room again: one for each account of the run; whichever was served last comes last. */
	readonly pumps = new Set<() => void>();

	constructor(readonly max: number) {}
}

interface Waiter {
	readonly kind: RequestKind;
	/** On the clock's scale. */
	readonly deadline: number;
	readonly slots: RequestSlots;
	/** Lets it through; `isProbe` where a submission has no place that is known to be free. */
	readonly begin: (isProbe: boolean) => void;
	readonly fail: (reason: HeldBack | Cancelled) => void;
}

/**
 * The requests that one run makes with one account: counted with all others of the run, paused together with all others of
 * the account. Opened by the run; the limiter behind it outlives it.
 */
export interface Session {
	/** Sends one request when it may be sent. @throws HeldBack at the deadline; Cancelled */
	request<Result extends Outcome>(
		kind: 'submission' | 'poll',
		deadline: number,
		send: () => Promise<Result>,
	): Promise<Result>;
	/** Runs a download when it may begin. @throws HeldBack at the deadline; Cancelled */
	download<Result>(deadline: number, work: () => Promise<Result>): Promise<Result>;
	/** The 429 that holds submissions back now; null where none does. */
	limit(): RateLimited | null;
}

/** From here on the pause between two probes is the longest there is. */
const MOST_CAUTIOUS = 5;

export class Limiter {
	private readonly waiting = new Set<Waiter>();
	/** Downloads come from another host: they are neither paused nor too many. */
	private readonly pausedUntil = { submission: 0, poll: 0, download: 0 };
	private readonly inFlight = { submission: 0, poll: 0, download: 0 };
	/**
	 * Submissions at one time, and polls, which wait for no upload: one after a 429 to a poll, twice as many with every good
	 * response.
	 */
	private width = Infinity;
	private lastBegun: RequestKind | null = null;
	private pollsRefusedInARow = 0;
	/** Places known to be free. Infinite until a submission is refused; from then on each prediction that is seen to end frees one. */
	private freePlaces = Infinity;
	/** Without a free place one submission is tried now and then: there may be more places than it seems. */
	private nextProbeAt = 0;
	/** How seldom that is. Grows with a probe that is refused, shrinks with one that is accepted. */
	private caution = 0;
	/** Ids of predictions that were seen to work and not yet to end. */
	private readonly rendering = new Set<string>();
	private lastLimit: RateLimited | null = null;
	private lastUsedAt: number;
	private wake = new AbortController();
	private wakeAt = Infinity;

	constructor(
		private readonly clock: Clock,
		private readonly random: () => number,
	) {
		this.lastUsedAt = clock.now();
	}

	isIdle(): boolean {
		const isBusy = Object.values(this.inFlight).some((count) => count > 0) || this.waiting.size > 0;
		return !isBusy && this.clock.now() - this.lastUsedAt > bounds.accountIdleMs;
	}

	/** @param slots of the run the session belongs to */
	open(slots: RequestSlots, signal: AbortSignal | undefined): Session {
		slots.pumps.add(this.pump);
		return {
			request: async (kind, deadline, send) =>
				await this.inTurn(kind, deadline, slots, signal, async (isProbe) => {
					const sentAt = this.clock.now();
					let outcome: Outcome | null = null;
					try {
						const result = await send();
						outcome = result;
						return result;
					} finally {
						if (kind === 'submission') this.learnPlaces(outcome, isProbe);
						if (outcome?.kind === 'prediction') this.follow(kind, outcome.prediction);
						this.learnPace(kind, outcome, sentAt);
					}
				}),
			download: async (deadline, work) =>
				await this.inTurn('download', deadline, slots, signal, work),
			limit: () => this.limitOn('submission'),
		};
	}

	private async inTurn<Result>(
		kind: RequestKind,
		deadline: number,
		slots: RequestSlots,
		signal: AbortSignal | undefined,
		work: (isProbe: boolean) => Promise<Result>,
	): Promise<Result> {
		let forget = (): void => undefined;
		const turn = new Promise<boolean>((begin, fail) => {
			const waiter: Waiter = { kind, deadline, slots, begin, fail };
			this.waiting.add(waiter);
			forget = onAbort(signal, () => {
				this.waiting.delete(waiter);
				if (this.waiting.size === 0) this.wakeUpAt(Infinity);
				fail(new Cancelled());
			});
			this.pump();
		});
		const isProbe = await turn.finally(forget);
		try {
			return await work(isProbe);
		} finally {
			this.inFlight[kind]--;
			this.lastUsedAt = this.clock.now();
			slots.used--;
			for (const pump of [...slots.pumps]) pump();
		}
	}

	/** Lets through what may be sent now, and comes back when more may be. */
	private readonly pump = (): void => {
		const now = this.clock.now();
		let next = Infinity;
		// In order of arrival, but each kind in its turn: many submissions must not keep what they brought from being fetched.
		const isAgain = ({ kind }: Waiter) => Number(kind === this.lastBegun);
		for (const waiter of [...this.waiting].sort((one, other) => isAgain(one) - isAgain(other))) {
			const { kind, deadline, slots } = waiter;
			const isProbe = kind === 'submission' && this.freePlaces < 1;
			const readyAt = Math.max(this.pausedUntil[kind], isProbe ? this.nextProbeAt : 0);
			if (now >= deadline) {
				this.waiting.delete(waiter);
				waiter.fail(new HeldBack(this.limitOn(kind)));
			} else if (readyAt > now) {
				next = Math.min(next, readyAt, deadline);
			} else if (this.isTooWide(kind) || slots.used >= slots.max) {
				next = Math.min(next, deadline);
			} else {
				// Counted at once: whoever is looked at next must see it.
				this.waiting.delete(waiter);
				slots.used++;
				slots.pumps.delete(this.pump);
				slots.pumps.add(this.pump);
				this.inFlight[kind]++;
				this.lastBegun = kind;
				if (isProbe) this.probeLater();
				else if (kind === 'submission') this.freePlaces--;
				waiter.begin(isProbe);
			}
		}
		this.wakeUpAt(next);
	};

	private isTooWide(kind: RequestKind): boolean {
		return kind !== 'download' && this.inFlight[kind] >= this.width;
	}

	private wakeUpAt(time: number): void {
		if (time === this.wakeAt) return;
		this.wake.abort();
		this.wakeAt = time;
		if (time === Infinity) return;
		const { signal } = (this.wake = new AbortController());
		void this.clock.sleep(time - this.clock.now(), signal).then(() => {
			if (signal.aborted) return;
			this.wakeAt = Infinity;
			this.pump();
		});
	}

	private limitOn(kind: RequestKind): RateLimited | null {
		const lacksPlaces = kind === 'submission' && this.freePlaces < Infinity;
		const isLimited =
			lacksPlaces || this.pausedUntil[kind] > this.clock.now() || this.isTooWide(kind);
		return isLimited ? this.lastLimit : null;
	}

	/** A prediction that is seen to work takes a place; when it is seen to have ended, that place is free. */
	private follow(kind: RequestKind, { id, state }: Prediction): void {
		const { rendering } = this;
		if (state !== 'working') {
			if (rendering.delete(id) || kind === 'submission') this.freePlaces++;
			return;
		}
		rendering.add(id);
		const [oldest = id] = rendering;
		if (rendering.size > bounds.predictionsInFlight) rendering.delete(oldest);
	}

	/** Learns how many places there are, from submissions alone. @param outcome null where it was not sent after all */
	private learnPlaces(outcome: Outcome | null, wasProbe: boolean): void {
		if (outcome?.kind === 'rateLimited') {
			if (wasProbe) this.caution = Math.min(this.caution + 1, MOST_CAUTIOUS);
			this.freePlaces = 0;
			this.probeLater();
		} else if (outcome?.kind !== 'prediction') {
			// It has taken no place; where it was not sent either, the next one may try.
			if (!wasProbe) this.freePlaces++;
			else if (outcome === null) this.nextProbeAt = 0;
		} else if (wasProbe) {
			// Only a little less: it may have taken the place of a prediction whose end nobody has noticed yet.
			this.caution = Math.max(0, this.caution - 2);
			this.freePlaces++;
		}
	}

	private probeLater(): void {
		this.nextProbeAt = this.clock.now() + backoffMs(this.caution + 1, this.random());
	}

	/** Learns how long to pause, and how many requests may then be sent at one time. */
	private learnPace(kind: RequestKind, outcome: Outcome | null, sentAt: number): void {
		const { pausedUntil } = this;
		if (outcome?.kind === 'rateLimited') {
			this.lastLimit = outcome;
			let ms = Math.min(outcome.retryAfterMs ?? 0, bounds.longestPauseMs);
			// A 429 to a submission may be about the predictions at work alone, so polls go on.
			if (kind === 'poll') {
				// Several polls of one burst may be refused together: that is one refusal, not many.
				if (sentAt >= pausedUntil.poll) this.pollsRefusedInARow++;
				ms = Math.max(ms, backoffMs(this.pollsRefusedInARow, this.random()));
				pausedUntil.poll = Math.max(pausedUntil.poll, this.clock.now() + ms);
				this.width = 1;
			}
			pausedUntil.submission = Math.max(pausedUntil.submission, this.clock.now() + ms);
		} else if (outcome && outcome.kind !== 'noResponse' && sentAt >= pausedUntil.poll) {
			if (kind === 'poll') this.pollsRefusedInARow = 0;
			this.width *= 2;
		}
	}
}

const limiters = new Map<string, Limiter>();

/**
 * The limiter of an account in this process. Accounts that were idle for long are forgotten.
 *
 * @param account a hash of base URL and key, never the key
 */
export function limiterOf(account: string, clock: Clock, random: () => number): Limiter {
	for (const [id, limiter] of limiters) if (limiter.isIdle()) limiters.delete(id);
	const limiter = limiters.get(account) ?? new Limiter(clock, random);
	limiters.set(account, limiter);
	return limiter;
}
