// Lets only so much work be under way at one time, in order of arrival: counted in pieces, or weighed, as in bytes.

export type Semaphore = ReturnType<typeof createSemaphore>;

/** @param capacity how much weight may be under way at one time; a piece of work weighs 1 unless told */
export function createSemaphore(capacity: number) {
	const waiting: Array<{ readonly weight: number; readonly begin: () => void }> = [];
	let inFlight = 0;

	function pump(): void {
		for (let next = waiting[0]; next; next = waiting[0]) {
			if (inFlight > 0 && inFlight + next.weight > capacity) return;
			waiting.shift();
			inFlight += next.weight;
			next.begin();
		}
	}

	return {
		/** Runs the work when there is room for its weight. Work that outweighs everything runs alone. */
		async use<Result>(work: () => Promise<Result>, weight = 1): Promise<Result> {
			await new Promise<void>((begin) => {
				waiting.push({ weight, begin });
				pump();
			});
			try {
				return await work();
			} finally {
				inFlight -= weight;
				pump();
			}
		},
	};
}
