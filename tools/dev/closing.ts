// Knows what has been started and has to end, the latest first.

export class Closing {
	private readonly steps: Array<() => Promise<unknown>> = [];
	private ending: Promise<boolean> | undefined;

	/** Ctrl-C was pressed, or something failed: nothing new should start. */
	get hasBegun(): boolean {
		return this.ending !== undefined;
	}

	/** Remembers how something just started ends. When the ending has begun it ends at once. */
	async add(end: () => Promise<unknown>): Promise<void> {
		if (this.hasBegun) await end();
		else this.steps.push(end);
	}

	/** Ends everything, once. Gives false when a part would not end, after saying so. */
	close(): Promise<boolean> {
		this.ending ??= this.closeAll();
		return this.ending;
	}

	private async closeAll(): Promise<boolean> {
		let clean = true;
		for (const step of this.steps.reverse()) {
			try {
				await step();
			} catch (error) {
				clean = false;
				console.error((error as Error).message);
			}
		}
		return clean;
	}
}
