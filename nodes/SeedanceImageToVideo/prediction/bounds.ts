// How long, how often, how much: every bound of the node in one place. Milliseconds unless the name says otherwise.

export const bounds = {
	/** A submission may carry two pictures of 30 MB over a slow line. */
	submissionMs: 180_000,
	resultMs: 30_000,
	/** A poll nobody waits with (Get Result without waiting) is repeated after a fault for so long; with its last response within a minute. */
	readMs: 45_000,
	/** What is in flight at a timeout, or when the run is cancelled, has so long to come to its end. */
	graceMs: 10_000,
	/** A response of the API, unpacked. */
	responseBytes: 4 * 1024 * 1024,
	/** A video of 15 seconds at 1080p is far below this. */
	videoBytes: 1024 ** 3,
	/** Until a video's first byte, and between any two of its bytes. */
	downloadIdleMs: 30_000,
	/** Attempts to download a video, the first included. */
	downloadAttempts: 4,
	/** Attempts to store a video that comes, the first included: a full disk stays full. */
	storeAttempts: 2,
	/** Addresses a video's host may send on to, one after the other. */
	redirects: 5,
	/** Videos downloaded at one time. */
	concurrentDownloads: 4,
	/** Pictures in memory at one time, as files; a larger one is alone. */
	pictureBytes: 16 * 1024 * 1024,
	/** How long a new prediction may be unknown (404) to the server that is polled, and any other refusal last before it is final. */
	notFoundGraceMs: 30_000,
	/** How long a finished prediction may be without the address of its video. */
	addressGraceMs: 30_000,
	/** Attempts to reach a host that refuses the connection or has no address; nothing was sent then. */
	connectAttempts: 5,
	/** Refusals after which a rate limit is final that says waiting cannot help. */
	lastingLimits: 3,
	/** First pause after a fault or a rate limit; doubles from there. */
	backoffBaseMs: 1_000,
	backoffMaxMs: 30_000,
	/** The longest pause, whatever `Retry-After` says; then one request tries again. */
	longestPauseMs: 300_000,
	/** Predictions of an account whose end is waited for to free a place; beyond it the oldest is forgotten. */
	predictionsInFlight: 10_000,
	/** An account that was idle for so long is forgotten. */
	accountIdleMs: 900_000,
	/** Timers beyond this overflow. */
	longestSleepMs: 2_147_000_000,
};
