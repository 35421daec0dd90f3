// Knows what has been started and has to end, the latest first.

export class Closing {
	/** Ctrl-C was pressed, or something went wrong: nothing new should start. */
	hasBegun = false;
	private readonly steps: Array<() => Promise<unknown>> = [];

	/** Remembers how something just started ends. When the ending has begun it ends at once. */
	async add(end: () => Promise<unknown>): Promise<void> {
		if (this.hasBegun) await end();
		else this.steps.push(end);
	}

	/** Ends everything, each part whether or not the others could. @throws the first part's error */
	async close(): Promise<void> {
		this.hasBegun = true;
		const errors: unknown[] = [];
		for (const step of this.steps.reverse()) await step().catch((error) => errors.push(error));
		if (errors.length > 0) throw errors[0];
	}
}
