// How many predictions GPTProto lets this account have at one time, learnt from its 429s: when it says no, the next
// submission waits until a prediction of this run has ended, or until a while has passed and one may try its luck.
import type { Clock } from './clock';
import { backoffMs } from './retry';

export interface Admission {
	/** Resolves when a submission may be tried. Ends at once when the run is cancelled or given up. */
	enter(): Promise<void>;
	/** Whether one that has entered may still be sent, when its turn comes after all that was learnt meanwhile. */
	stillFits(): boolean;
	/** What became of the submission that had entered. */
	left(how: 'accepted' | 'limited' | 'otherwise'): void;
	/** A prediction that an earlier try submitted counts as well. */
	pickedUp(): void;
	/** A prediction of this run has ended, or is no longer waited for. */
	ended(): void;
	/** Lets everyone in: there is nothing left to wait for. */
	giveUp(): void;
	/** When something was last accepted or ended, on the clock's scale; the run's start before that. */
	progressAt(): number;
}

export function createAdmission(
	clock: Clock,
	random: () => number,
	signal: AbortSignal | undefined,
): Admission {
	const waiting: Array<() => void> = [];
	let ceiling = Infinity;
	let step = 1;
	let rendering = 0;
	let trying = 0;
	let limitedInARow = 0;
	let probing = false;
	let luck = false;
	let isGrowing = false;
	let progress = clock.now();

	function letOneIn(): void {
		const proceed = waiting.shift();
		if (!proceed) return;
		trying++;
		proceed();
	}

	function pump(): void {
		while (waiting.length > 0 && (rendering + trying < ceiling || signal?.aborted)) letOneIn();
		if (waiting.length > 0) void probe();
	}

	/** One at a time may try its luck beyond the ceiling, ever less often while the answer stays no. */
	async function probe(): Promise<void> {
		if (probing) return;
		probing = true;
		await clock.sleep(backoffMs(Math.max(1, limitedInARow), random()), signal);
		probing = false;
		if (trying === 0 && waiting.length > 0) {
			luck = true;
			letOneIn();
		}
		pump();
	}

	signal?.addEventListener('abort', pump, { once: true });

	return {
		async enter() {
			await new Promise<void>((resolve) => {
				waiting.push(resolve);
				pump();
			});
		},
		stillFits() {
			const fits = luck || rendering < ceiling;
			luck = false;
			return fits;
		},
		left(how) {
			trying--;
			if (how === 'accepted') {
				rendering++;
				progress = clock.now();
				// The one that tried its luck had some: the limit lies higher, and is looked for until the next 429.
				isGrowing ||= rendering > ceiling;
				if (isGrowing && rendering >= ceiling) {
					// One alone may only have found a place whose prediction had ended unnoticed.
					if (step > 1) limitedInARow = 0;
					ceiling = rendering + step;
					step *= 2;
				}
			} else if (how === 'limited') {
				limitedInARow++;
				ceiling = Math.max(1, Math.min(ceiling, rendering));
				step = 1;
				isGrowing = false;
			}
			pump();
		},
		pickedUp() {
			rendering++;
		},
		ended() {
			rendering = Math.max(0, rendering - 1);
			progress = clock.now();
			pump();
		},
		giveUp() {
			ceiling = Infinity;
			pump();
		},
		progressAt: () => progress,
	};
}
