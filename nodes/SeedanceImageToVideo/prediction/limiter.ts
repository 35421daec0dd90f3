// What may be sent now, for one account (base URL and key) and for all executions of this process: requests at one
// time, the pauses that a 429 asks for, and as many submissions as the account has places free for.
import { bounds } from './bounds';
import { type Clock, onAbort } from './clock';
import { backoffMs, type Outcome } from './retry';

export type RequestKind = 'submission' | 'question' | 'download';

/** Thrown where a request was not let through before its deadline. It was not sent. */
export class HeldBack extends Error {
	/** @param isRateLimited whether it was a 429 that held it back, and not the requests at one time */
	constructor(readonly isRateLimited: boolean) {
		super();
	}
}
/** Thrown where the execution was cancelled; nobody is left to read it. */
export class Cancelled extends Error {}

/** The requests of one run: counted on their own, paused together with all others of the account. */
export interface Session {
	/**
	 * Sends one request when it may be sent.
	 *
	 * @param deadline on the clock's scale
	 * @throws HeldBack, Cancelled
	 */
	request<Result extends Outcome | null>(
		kind: 'submission' | 'question',
		deadline: number,
		send: () => Promise<Result>,
	): Promise<Result>;
	/** Runs a download when it may begin: it counts among the requests at one time. @throws HeldBack, Cancelled */
	download<Result>(deadline: number, work: () => Promise<Result>): Promise<Result>;
	/** A prediction of the account has ended: its place is free. */
	placeIsFree(): void;
}

/** So many requests at one time, for all accounts of one run. */
export class RequestSlots {
	private used = 0;
	private readonly limiters = new Set<Limiter>();

	constructor(private readonly max: number) {}

	hasRoom(): boolean {
		return this.used < this.max;
	}

	take(limiter: Limiter): void {
		this.limiters.add(limiter);
		this.used++;
	}

	free(): void {
		this.used--;
		for (const limiter of this.limiters) limiter.pump();
	}
}

interface Waiter {
	readonly kind: RequestKind;
	readonly deadline: number;
	/** Whether its run has room for one more request. */
	readonly hasRoom: () => boolean;
	readonly begin: (isProbe: boolean) => void;
	readonly giveUp: () => void;
}

export class Limiter {
	private readonly waiting = new Set<Waiter>();
	private readonly pausedUntil = { submission: 0, question: 0, download: 0 };
	private underWay = 0;
	private lastUsedAt: number;
	private wake: AbortController | null = null;
	private wakeAt = Infinity;

	/** Requests at one time: one after a 429 to a question, twice as many with every good answer. */
	private width = Infinity;
	private questionsRefusedInARow = 0;

	/** Places known to be free. Infinite until a submission is refused; from then on each prediction that ends frees one. */
	private freePlaces = Infinity;
	/** Without a free place one submission may be tried now and then: there may be more places than it seems. */
	private nextProbeAt = 0;
	private probesRefusedInARow = 0;
	/** How many more places a probe that was accepted is taken to show; doubles each time. */
	private growth = 1;

	constructor(
		private readonly clock: Clock,
		private readonly random: () => number,
	) {
		this.lastUsedAt = clock.now();
	}

	isIdle(): boolean {
		const isBusy = this.underWay > 0 || this.waiting.size > 0;
		return !isBusy && this.clock.now() - this.lastUsedAt > bounds.accountIdleMs;
	}

	/** @param slots of the run the session belongs to */
	open(slots: RequestSlots, signal: AbortSignal | undefined): Session {
		const turn = async <Result>(
			kind: RequestKind,
			deadline: number,
			work: (isProbe: boolean) => Promise<Result>,
		): Promise<Result> => {
			const isProbe = await this.enter(kind, deadline, slots, signal);
			try {
				return await work(isProbe);
			} finally {
				this.underWay--;
				this.lastUsedAt = this.clock.now();
				slots.free();
			}
		};
		return {
			request: async (kind, deadline, send) =>
				await turn(kind, deadline, async (isProbe) => {
					const sentAt = this.clock.now();
					const outcome = await send();
					this.learn(kind, outcome, sentAt, isProbe);
					return outcome;
				}),
			download: async (deadline, work) => await turn('download', deadline, work),
			placeIsFree: () => {
				this.freePlaces++;
				this.pump();
			},
		};
	}

	/** Waits for a turn. @returns whether a submission is let through beyond the places known to be free */
	private async enter(
		kind: RequestKind,
		deadline: number,
		slots: RequestSlots,
		signal: AbortSignal | undefined,
	): Promise<boolean> {
		if (signal?.aborted) throw new Cancelled();
		let forget = (): void => undefined;
		try {
			return await new Promise<boolean>((resolve, reject) => {
				const waiter: Waiter = {
					kind,
					deadline,
					hasRoom: () => slots.hasRoom(),
					begin: (isProbe) => {
						// Counted at once: whoever is looked at next must see it.
						slots.take(this);
						this.underWay++;
						resolve(isProbe);
					},
					giveUp: () => reject(new HeldBack(this.isRateLimited(kind))),
				};
				this.waiting.add(waiter);
				forget = onAbort(signal, () => {
					this.waiting.delete(waiter);
					reject(new Cancelled());
					this.pump();
				});
				this.pump();
			});
		} finally {
			forget();
		}
	}

	/** Lets through what may be sent now, in order of arrival, and comes back when more may be. */
	pump(): void {
		const now = this.clock.now();
		let next = Infinity;
		for (const waiter of this.waiting) {
			const { kind, deadline } = waiter;
			const isProbe = kind === 'submission' && this.freePlaces < 1;
			const readyAt = Math.max(this.pausedUntil[kind], isProbe ? this.nextProbeAt : 0);
			if (now >= deadline) {
				this.waiting.delete(waiter);
				waiter.giveUp();
			} else if (readyAt > now) {
				next = Math.min(next, readyAt, deadline);
			} else if (this.underWay < this.width && waiter.hasRoom()) {
				this.waiting.delete(waiter);
				this.take(kind, isProbe, now);
				waiter.begin(isProbe);
			} else {
				next = Math.min(next, deadline);
			}
		}
		this.wakeUpAt(next);
	}

	private isRateLimited(kind: RequestKind): boolean {
		const lacksPlaces = kind === 'submission' && this.freePlaces < Infinity;
		return lacksPlaces || this.pausedUntil[kind] > this.clock.now() || this.width < Infinity;
	}

	private take(kind: RequestKind, isProbe: boolean, now: number): void {
		if (kind !== 'submission') return;
		if (isProbe) this.nextProbeAt = now + this.probeIntervalMs();
		else this.freePlaces--;
	}

	private probeIntervalMs(): number {
		return backoffMs(this.probesRefusedInARow + 1, this.random());
	}

	private wakeUpAt(time: number): void {
		if (time === this.wakeAt) return;
		this.wake?.abort();
		this.wake = null;
		this.wakeAt = time;
		if (time === Infinity) return;
		const wake = new AbortController();
		this.wake = wake;
		void this.clock.sleep(time - this.clock.now(), wake.signal).then(() => {
			if (wake.signal.aborted) return;
			this.wakeAt = Infinity;
			this.pump();
		});
	}

	private learn(
		kind: 'submission' | 'question',
		outcome: Outcome | null,
		sentAt: number,
		isProbe: boolean,
	): void {
		if (outcome?.kind === 'rateLimited') {
			const now = this.clock.now();
			const asked = Math.min(outcome.retryAfterMs ?? 0, bounds.longestPauseMs);
			if (kind === 'submission') {
				// It may be about the predictions at work alone, so questions go on.
				if (isProbe) this.probesRefusedInARow++;
				this.freePlaces = 0;
				this.growth = 1;
				this.nextProbeAt = now + Math.max(asked, this.probeIntervalMs());
				this.pausedUntil.submission = Math.max(this.pausedUntil.submission, now + asked);
			} else {
				// Several questions of one burst may be refused together: that is one refusal, not many.
				if (sentAt >= this.pausedUntil.question) this.questionsRefusedInARow++;
				const pause = Math.max(asked, backoffMs(this.questionsRefusedInARow, this.random()));
				const until = Math.max(this.pausedUntil.question, now + pause);
				Object.assign(this.pausedUntil, { question: until, submission: until });
				this.width = 1;
			}
			return;
		}
		const isAnswer = outcome !== null && outcome.kind !== 'noAnswer';
		if (isAnswer && kind === 'question' && sentAt >= this.pausedUntil.question) {
			this.questionsRefusedInARow = 0;
			this.width *= 2;
		}
		if (kind === 'submission' && isProbe && outcome?.kind === 'prediction') {
			this.probesRefusedInARow = 0;
			this.freePlaces += this.growth;
			this.growth *= 2;
		} else if (kind === 'submission' && !isProbe && outcome?.kind !== 'prediction') {
			// It has taken no place.
			this.freePlaces++;
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
	for (const [other, limiter] of limiters) {
		if (other !== account && limiter.isIdle()) limiters.delete(other);
	}
	const known = limiters.get(account);
	if (known && !known.isIdle()) return known;
	const limiter = new Limiter(clock, random);
	limiters.set(account, limiter);
	return limiter;
}
