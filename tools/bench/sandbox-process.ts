// The sandbox in a process of its own, and what it has seen of a run: the judge of every contender.
import { type Sandbox, type SandboxSettings, startSandbox } from '../../sandbox';
import { answerCalls } from './process';

export interface Target {
	readonly baseUrl: string;
	readonly apiKey: string;
}

export interface Rules {
	/** Milliseconds, by the number at the end of an item's prompt. */
	readonly renderMs: readonly number[];
	readonly videoBytes?: number;
	readonly maxInFlight?: number;
	readonly requestsPerSecond?: number;
	readonly retryAfter?: SandboxSettings['retryAfter'];
}

export interface Seen {
	/** From the first request to the first answer that told of the last end, in milliseconds. */
	readonly makespanMs: number;
	readonly accepted: number;
	/** Submissions and questions, refused ones included. */
	readonly requests: number;
	/** 429s. */
	readonly refused: number;
	/** From the ends of the renders to the first answers that told of them, in milliseconds. */
	readonly meanLagMs: number;
}

let sandbox: Sandbox | undefined;

function running(): Sandbox {
	if (!sandbox) throw new Error('The sandbox has not been started');
	return sandbox;
}

const handlers = {
	async start(): Promise<Target> {
		sandbox = await startSandbox({ queueMs: 0 });
		return { baseUrl: sandbox.baseUrl, apiKey: sandbox.apiKey };
	},

	/** Forgets the last run and takes the rules of the next. */
	prepare(rules: Rules): void {
		const { options, reset } = running();
		reset();
		options.renderMs = ({ prompt }) => rules.renderMs[Number(/\d+$/.exec(prompt)?.[0])] ?? 0;
		options.video = { kind: 'bytes', size: rules.videoBytes ?? 65_536 };
		options.maxInFlight = rules.maxInFlight ?? Infinity;
		options.requestsPerSecond = rules.requestsPerSecond ?? Infinity;
		options.retryAfter = rules.retryAfter ?? 'none';
	},

	/** @throws Error where an end has not been told of */
	seen(): Seen {
		const { predictions, requests, refused } = running();
		const asked = requests.filter(({ origin }) => origin === 'api');
		const noticed = predictions.map(({ firstSeenDoneAtMs }) => firstSeenDoneAtMs ?? NaN);
		const lags = predictions.map(({ doneAtMs }, index) => (noticed[index] ?? NaN) - doneAtMs);
		const meanLagMs = lags.reduce((sum, lag) => sum + lag, 0) / lags.length;
		if (!(meanLagMs >= 0)) throw new Error('Nobody asked for some of the videos after their end');
		return {
			makespanMs: Math.max(...noticed) - (asked[0]?.atMs ?? NaN),
			accepted: predictions.length,
			requests: asked.length,
			refused,
			meanLagMs,
		};
	},

	async stop(): Promise<void> {
		await sandbox?.close();
	},
};

export type SandboxProcess = typeof handlers;

answerCalls(handlers);
