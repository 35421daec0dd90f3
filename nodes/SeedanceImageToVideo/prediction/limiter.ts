// What may be sent now, for one account (base URL and key) and for all executions of this process: requests at one
// time, the pauses that a 429 asks for, and as many submissions as the account has places free for.
import { bounds } from './bounds';
import { type Clock, onAbort } from './clock';
import { Places } from './places';
import { backoffMs, type Outcome } from './retry';
import type { RequestSlots } from './slots';

type RequestKind = 'submission' | 'question' | 'download';

/** Thrown where a request was not let through before its deadline. It was not sent. */
export class HeldBack extends Error {
	/** @param isRateLimited whether it was a 429 that held it back, and not the requests at one time */
	constructor(readonly isRateLimited: boolean) {
		super();
	}
}
/** Thrown where the execution was cancelled; nobody is left to read it. */
export class Cancelled extends Error {}

interface Waiter {
	readonly kind: RequestKind;
	/** On the clock's scale. */
	readonly deadline: number;
	readonly slots: RequestSlots;
	/** Lets it through; `isProbe` where a submission has no place that is known to be free. */
	readonly begin: (isProbe: boolean) => void;
	readonly fail: (reason: HeldBack | Cancelled) => void;
}

/** The requests of one run: counted on their own, paused together with all others of the account. */
export type Session = ReturnType<Limiter['open']>;

export class Limiter {
	private readonly places: Places;
	private readonly waiting = new Set<Waiter>();
	/** Downloads come from another host: they are neither paused nor too many. */
	private readonly pausedUntil = { submission: 0, question: 0, download: 0 };
	private readonly underWay = { submission: 0, question: 0, download: 0 };
	/**
	 * Submissions at one time, and questions, which wait for no upload: one after a 429 to a question, twice as many with
	 * every good answer.
	 */
	private width = Infinity;
	private lastBegun: RequestKind | null = null;
	private questionsRefusedInARow = 0;
	private lastUsedAt: number;
	private wake = new AbortController();
	private wakeAt = Infinity;

	constructor(
		private readonly clock: Clock,
		private readonly random: () => number,
	) {
		this.places = new Places(clock, random);
		this.lastUsedAt = clock.now();
	}

	/** In order of arrival, but each kind in its turn: many submissions must not keep what they brought from being fetched. */
	private *inTurn(): Iterable<Waiter> {
		const { lastBegun } = this;
		for (const isAgain of [false, true]) {
			for (const waiter of this.waiting) {
				if ((waiter.kind === lastBegun) === isAgain) yield waiter;
			}
		}
	}

	/** Lets through what may be sent now, and comes back when more may be. */
	private readonly pump = (): void => {
		const now = this.clock.now();
		let next = Infinity;
		for (const waiter of this.inTurn()) {
			const { kind, deadline, slots } = waiter;
			const placeAt = kind === 'submission' ? this.places.readyAt() : 0;
			const readyAt = Math.max(this.pausedUntil[kind], placeAt);
			if (now >= deadline) {
				this.waiting.delete(waiter);
				waiter.fail(new HeldBack(this.isRateLimited(kind)));
			} else if (readyAt > now) {
				next = Math.min(next, readyAt, deadline);
			} else if (this.isTooWide(kind) || !slots.hasRoom()) {
				next = Math.min(next, deadline);
			} else {
				// Counted at once: whoever is looked at next must see it.
				this.waiting.delete(waiter);
				slots.take(this.pump);
				this.underWay[kind]++;
				this.lastBegun = kind;
				waiter.begin(kind === 'submission' && this.places.take());
			}
		}
		this.wakeUpAt(next);
	};

	isIdle(): boolean {
		const isBusy = Object.values(this.underWay).some((count) => count > 0) || this.waiting.size > 0;
		return !isBusy && this.clock.now() - this.lastUsedAt > bounds.accountIdleMs;
	}

	/** @param slots of the run the session belongs to */
	open(slots: RequestSlots, signal: AbortSignal | undefined) {
		slots.join(this.pump);
		const turn = async <Result>(
			kind: RequestKind,
			deadline: number,
			work: (isProbe: boolean) => Promise<Result>,
		): Promise<Result> => {
			const isProbe = await this.enter(kind, deadline, slots, signal);
			try {
				return await work(isProbe);
			} finally {
				this.underWay[kind]--;
				this.lastUsedAt = this.clock.now();
				slots.free();
			}
		};
		return {
			/** Sends one request when it may be sent. @throws HeldBack at the deadline; Cancelled */
			request: async (
				kind: 'submission' | 'question',
				deadline: number,
				send: () => Promise<Outcome>,
			): Promise<Outcome> =>
				await turn(kind, deadline, async (isProbe) => {
					const sentAt = this.clock.now();
					let outcome: Outcome | null = null;
					try {
						return (outcome = await send());
					} finally {
						this.learn(kind, outcome, sentAt, isProbe);
					}
				}),
			/** Runs a download when it may begin. @throws HeldBack at the deadline; Cancelled */
			download: async <Result>(deadline: number, work: () => Promise<Result>): Promise<Result> =>
				await turn('download', deadline, work),
			/** Whether it is a 429, and not the requests at one time, that holds submissions back now. */
			isRateLimited: (): boolean => this.isRateLimited('submission'),
			/** A prediction of the account has ended: its place is free. */
			placeIsFree: (): void => {
				this.places.release();
				this.pump();
			},
		};
	}

	/** Waits for a turn. @returns whether it is a probe */
	private async enter(
		kind: RequestKind,
		deadline: number,
		slots: RequestSlots,
		signal: AbortSignal | undefined,
	): Promise<boolean> {
		let forget = (): void => undefined;
		const turn = new Promise<boolean>((begin, fail) => {
			const waiter: Waiter = { kind, deadline, slots, begin, fail };
			this.waiting.add(waiter);
			forget = onAbort(signal, () => {
				this.waiting.delete(waiter);
				if (this.waiting.size === 0) this.wakeUpAt(Infinity);
				fail(new Cancelled());
			});
		});
		this.pump();
		return await turn.finally(forget);
	}

	private isTooWide(kind: RequestKind): boolean {
		return kind !== 'download' && this.underWay[kind] >= this.width;
	}

	private isRateLimited(kind: RequestKind): boolean {
		const lacksPlaces = kind === 'submission' && this.places.areLimited();
		return lacksPlaces || this.pausedUntil[kind] > this.clock.now() || this.isTooWide(kind);
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

	private learn(
		kind: 'submission' | 'question',
		outcome: Outcome | null,
		sentAt: number,
		isProbe: boolean,
	): void {
		const refusal = outcome?.kind === 'rateLimited' ? outcome : null;
		const retryAfterMs = Math.min(refusal?.retryAfterMs ?? 0, bounds.longestPauseMs);
		if (kind === 'submission') {
			// A 429 may be about the predictions at work alone, so questions go on.
			this.places.learn(outcome, isProbe, retryAfterMs);
			this.pause('submission', retryAfterMs);
		} else if (refusal) {
			// Several questions of one burst may be refused together: that is one refusal, not many.
			if (sentAt >= this.pausedUntil.question) this.questionsRefusedInARow++;
			const ms = Math.max(retryAfterMs, backoffMs(this.questionsRefusedInARow, this.random()));
			this.pause('question', ms);
			this.pause('submission', ms);
			this.width = 1;
		}
		const isGood = outcome && outcome.kind !== 'noAnswer' && !refusal;
		if (!isGood || sentAt < this.pausedUntil.question) return;
		if (kind === 'question') this.questionsRefusedInARow = 0;
		this.width *= 2;
	}

	private pause(kind: 'submission' | 'question', ms: number): void {
		this.pausedUntil[kind] = Math.max(this.pausedUntil[kind], this.clock.now() + ms);
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
