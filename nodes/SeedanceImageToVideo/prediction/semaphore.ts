// Lets only so much work be in flight at one time, in order of arrival: counted in pieces, or weighed, as in bytes.

interface Waiter {
	readonly weight: number;
	readonly begin: () => void;
}

export class Semaphore {
	private readonly waiting: Waiter[] = [];
	private inFlight = 0;

	/** @param capacity how much weight may be in flight at one time; a piece of work weighs 1 unless told */
	constructor(private readonly capacity: number) {}

	/** Runs the work when there is room for its weight. Work that outweighs everything runs alone. */
	async use<Result>(work: () => Promise<Result>, weight = 1): Promise<Result> {
		await new Promise<void>((begin) => {
			this.waiting.push({ weight, begin });
			this.pump();
		});
		try {
			return await work();
		} finally {
			this.inFlight -= weight;
			this.pump();
		}
	}

	private pump(): void {
		for (let next = this.waiting[0]; next; next = this.waiting[0]) {
			if (this.inFlight > 0 && this.inFlight + next.weight > this.capacity) return;
			this.waiting.shift();
			this.inFlight += next.weight;
			next.begin();
		}
	}
}
