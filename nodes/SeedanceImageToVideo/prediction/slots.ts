// So many requests of one run at one time, whichever account they go to.

export class RequestSlots {
	private used = 0;
	/** Who wants to know when there is room; whoever was served last comes last. */
	private readonly callers = new Set<() => void>();

	constructor(private readonly max: number) {}

	hasRoom(): boolean {
		return this.used < this.max;
	}

	/** @param caller is called when there is room again */
	join(caller: () => void): void {
		this.callers.delete(caller);
		this.callers.add(caller);
	}

	take(caller: () => void): void {
		this.used++;
		this.join(caller);
	}

	free(): void {
		this.used--;
		for (const caller of [...this.callers]) caller();
	}
}
