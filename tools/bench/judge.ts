// Judges a run by what a sandbox of its own saw of it, and by what was possible. Times are in seconds of real life.
import { type Sandbox, startSandbox } from '../../sandbox';
import type { Race } from './plan';

export type Target = Pick<Sandbox, 'baseUrl' | 'apiKey'>;

export interface Run {
	/** What no client beats: the longest render, or all renders spread evenly over the places. */
	readonly limit: number;
	/** From the first request to the first response that told of the last end. */
	readonly makespan: number;
	/** Submissions and polls a video, refused ones included. */
	readonly requests: number;
	/** The submissions among them. */
	readonly submissions: number;
	/** From the ends of the renders to the first responses that told of them, on average. */
	readonly lag: number;
}

/**
 * Lets a contender run.
 *
 * @param renders seconds, in the order in which the predictions are accepted
 * @param scale so many times faster than real life
 * @throws Error where a video was not submitted, or nobody polled it after its end
 */
export async function judged(
	{ places = Infinity, videoMiB = 0 }: Race,
	renders: readonly number[],
	scale: number,
	contender: (target: Target) => Promise<void>,
): Promise<Run> {
	const sandbox = await startSandbox({
		queueMs: 0,
		renderMs: (_, index) => ((renders[index] ?? 0) * 1000) / scale,
		maxInFlight: places,
		video: { kind: 'bytes', size: videoMiB * 2 ** 20 },
	});
	const { baseUrl, apiKey, predictions, requests } = sandbox;
	try {
		await contender({ baseUrl, apiKey });
	} finally {
		await sandbox.close();
	}
	const count = renders.length;
	if (predictions.length !== count) {
		throw new Error(`${count} items, but ${predictions.length} predictions`);
	}
	const noticed = predictions.map(({ firstSeenDoneAtMs }) => firstSeenDoneAtMs ?? NaN);
	const lag = (sum(noticed) - sum(predictions.map(({ doneAtMs }) => doneAtMs))) / count;
	if (!(lag >= 0)) throw new Error('Nobody polled some of the videos after their end');
	const inRealSeconds = (ms: number) => (ms * scale) / 1000;
	return {
		limit: Math.max(...renders, sum(renders) / places),
		makespan: inRealSeconds(Math.max(...noticed) - (requests[0]?.atMs ?? NaN)),
		requests: requests.filter(({ origin }) => origin === 'api').length / count,
		submissions: sandbox.submissionsSeen / count,
		lag: inRealSeconds(lag),
	};
}

function sum(values: readonly number[]): number {
	return values.reduce((total, one) => total + one, 0);
}

/** The value below which a share of the values lies; between two of them where it has to be. */
export function quantile(values: readonly number[], share: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	const at = share * (sorted.length - 1);
	const lower = sorted[Math.floor(at)] ?? NaN;
	return lower + (at % 1) * ((sorted[Math.ceil(at)] ?? NaN) - lower);
}
