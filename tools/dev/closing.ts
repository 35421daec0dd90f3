// Knows what has been started and has to end, the latest first.

export class Closing {
	private readonly steps: Array<() => Promise<unknown>> = [];
	private begun = false;

	/** Ctrl-C was pressed, or something went wrong: nothing new should start. */
	get hasBegun(): boolean {
		return this.begun;
	}

	/** Remembers how something just started ends. When the ending has begun it ends at once. */
	async add(end: () => Promise<unknown>): Promise<void> {
		if (this.begun) await end();
		else this.steps.push(end);
	}

	/** Ends everything, each part whether or not the others could. @throws the first part's error */
	async close(): Promise<void> {
		this.begun = true;
		const errors: unknown[] = [];
		for (const step of this.steps.reverse()) await step().catch((error) => errors.push(error));
		if (errors.length > 0) throw errors[0];
	}
}
