// Knows whether another request fits the rate limit. Must not know what the request wants.

/** A window of one second that slides over the requests let through. */
export class RateLimit {
	private readonly passed: number[] = [];

	/**
	 * @param requestsPerSecond how many fit the window
	 * @returns whether this request, now, does; refused ones do not count
	 */
	admits(requestsPerSecond: number): boolean {
		if (!Number.isFinite(requestsPerSecond)) return true;
		const now = performance.now();
		while (this.passed.length > 0 && (this.passed[0] ?? now) <= now - 1000) this.passed.shift();
		if (this.passed.length >= requestsPerSecond) return false;
		this.passed.push(now);
		return true;
	}

	clear(): void {
		this.passed.length = 0;
	}
}
