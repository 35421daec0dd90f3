// What every run has around it: a sandbox that judges it, in this process, and the engine in a process of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { startSandbox } from '../../sandbox';
import type { Answer, Job, Memory, Target } from './engine-process';

export interface Rules {
	/** Seconds of real life, by the number at the end of an item's prompt. */
	readonly renders: readonly number[];
	/** So many times faster than real life. */
	readonly scale: number;
	readonly videoBytes?: number;
	readonly maxInFlight?: number;
	/** In real life. */
	readonly requestsPerSecond?: number;
}

/** What the sandbox saw of a run. Times are in seconds of real life. */
export interface Run {
	readonly renders: readonly number[];
	/** From the first request to the first answer that told of the last end. */
	readonly makespan: number;
	/** Submissions and questions a video, refused ones included. */
	readonly requests: number;
	/** 429s. */
	readonly refused: number;
	/** From the ends of the renders to the first answers that told of them, on average. */
	readonly lag: number;
}

/**
 * Runs one contender against a sandbox of its own.
 *
 * @throws Error where a video was not submitted, or nobody asked for it after its end
 */
export async function observed(
	{ renders, scale, videoBytes = 65_536, maxInFlight, requestsPerSecond }: Rules,
	contender: (target: Target) => Promise<unknown>,
): Promise<Run> {
	const sandbox = await startSandbox({
		queueMs: 0,
		renderMs: ({ prompt }) => ((renders[Number(/\d+$/.exec(prompt)?.[0])] ?? 0) * 1000) / scale,
		video: { kind: 'bytes', size: videoBytes },
		...(maxInFlight && { maxInFlight }),
		...(requestsPerSecond && { requestsPerSecond: requestsPerSecond * scale }),
	});
	const { baseUrl, apiKey, predictions, requests } = sandbox;
	try {
		await contender({ baseUrl, apiKey });
	} finally {
		await sandbox.close();
	}
	if (predictions.length !== renders.length) {
		throw new Error(`${renders.length} items, but ${predictions.length} predictions`);
	}
	const asked = requests.filter(({ origin }) => origin === 'api');
	const noticed = predictions.map(({ firstSeenDoneAtMs }) => firstSeenDoneAtMs ?? NaN);
	const lags = predictions.map(({ doneAtMs }, index) => (noticed[index] ?? NaN) - doneAtMs);
	const lag = lags.reduce((sum, one) => sum + one, 0) / lags.length;
	if (!(lag >= 0)) throw new Error('Nobody asked for some of the videos after their end');
	const inRealSeconds = (ms: number) => (ms * scale) / 1000;
	return {
		renders,
		makespan: inRealSeconds(Math.max(...noticed) - (asked[0]?.atMs ?? NaN)),
		requests: asked.length / renders.length,
		refused: sandbox.refused,
		lag: inRealSeconds(lag),
	};
}

/** Runs the node over a batch. */
export type Engine = (job: Job) => Promise<Memory>;

/** Runs something with an engine in a process of its own: its memory is the node's and the engine's alone. */
export async function withEngine<Result>(
	work: (engine: Engine) => Promise<Result>,
): Promise<Result> {
	const child = fork(join(__dirname, 'engine-process.ts'), [], {
		execArgv: ['--import', 'tsx'],
		stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
	});
	const ended = once(child, 'exit');
	const engine: Engine = async (job) => {
		child.send(job);
		const [answer] = (await Promise.race([once(child, 'message'), ended])) as [Answer | number];
		if (typeof answer === 'object' && 'peakMiB' in answer) return answer;
		throw new Error(`The engine: ${typeof answer === 'object' ? answer.error : `code ${answer}`}`);
	};
	try {
		return await work(engine);
	} finally {
		if (child.connected) child.disconnect();
		await ended;
	}
}
