// How long, how often and how many: every bound of the node in one place. Milliseconds unless the name says otherwise.

/** Defaults of the options that say how to wait. */
export const OPTION_DEFAULTS = {
	maxConcurrentRequests: 10,
	pollingIntervalSeconds: 5,
	timeoutMinutes: 15,
} as const;

export const MIN_POLLING_INTERVAL_SECONDS = 0.1;

export const limits = {
	/** A submission may carry two pictures of 30 MB over a slow line. */
	submissionTimeoutMs: 180_000,
	resultTimeoutMs: 30_000,
	/** Until a video's first byte, and between any two of its bytes. */
	downloadIdleMs: 30_000,
	/** Attempts to download a video, the first included. */
	downloadAttempts: 4,
	/** Videos downloaded at one time. */
	concurrentDownloads: 4,
	/** Pictures in memory at one time. */
	concurrentPictures: 1,
	/** How long a new prediction may be unknown (404) to the server that is asked. */
	notFoundGraceMs: 30_000,
	/** Attempts to reach a host that refuses the connection or has no address; nothing was sent then. */
	connectAttempts: 5,
	/** Attempts of a question nobody waits with (Get Result) when the answer is no answer. */
	questionAttempts: 5,
	/** First pause after a fault or a rate limit; doubles from there. */
	backoffBaseMs: 1_000,
	backoffMaxMs: 30_000,
	/** The longest pause after a 429, whatever `Retry-After` says; then one request tries again. */
	longestPauseMs: 300_000,
	/** How long the last question before a timeout may be held up by such a pause. */
	lastQuestionPatienceMs: 30_000,
	/** Timers beyond this overflow. */
	longestSleepMs: 2_147_000_000,
};
