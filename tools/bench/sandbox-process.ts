// The sandbox in a process of its own, and what it has seen of a run: the judge of every contender.
import { type Sandbox, type SandboxSettings, startSandbox } from '../../sandbox';
import { answerCalls } from './process';

export interface Rules {
	/** Milliseconds, by the number at the end of an item's prompt. */
	readonly renderMs: readonly number[];
	readonly videoBytes?: number;
	readonly maxInFlight?: number;
	readonly requestsPerSecond?: number;
	readonly retryAfter?: SandboxSettings['retryAfter'];
}

/** Times are milliseconds since 1970, so that they compare with those of other processes. */
export interface Seen {
	readonly firstRequestAt: number;
	/** When the last prediction ended; no client can be done before. */
	readonly lastDoneAt: number;
	/** When an answer first told of the last end. */
	readonly lastNoticedAt: number;
	readonly accepted: number;
	/** Submissions and questions, refused ones included. */
	readonly requests: number;
	readonly refused: number;
	/** Milliseconds from the end of a render to the first answer that told of it. */
	readonly lags: readonly number[];
}

let sandbox: Sandbox | undefined;

function running(): Sandbox {
	if (!sandbox) throw new Error('The sandbox has not been started');
	return sandbox;
}

function numberIn(prompt: string): number {
	return Number(/(\d+)$/.exec(prompt)?.[1] ?? 0);
}

const handlers = {
	async start(): Promise<{ baseUrl: string; apiKey: string }> {
		sandbox = await startSandbox({ queueMs: 0 });
		return { baseUrl: sandbox.baseUrl, apiKey: sandbox.apiKey };
	},

	/** Forgets the last run and takes the rules of the next. */
	prepare(rules: Rules): void {
		const { options, reset } = running();
		reset();
		options.renderMs = ({ prompt }) => rules.renderMs[numberIn(prompt)] ?? 0;
		options.video = { kind: 'bytes', size: rules.videoBytes ?? 65_536 };
		options.maxInFlight = rules.maxInFlight ?? Infinity;
		options.requestsPerSecond = rules.requestsPerSecond ?? Infinity;
		options.retryAfter = rules.retryAfter ?? 'none';
	},

	seen(): Seen {
		const { predictions, requests, refused } = running();
		const toEpoch = (at: number) => performance.timeOrigin + at;
		const asked = requests.filter(({ origin }) => origin === 'api');
		const noticed = predictions.map(({ firstSeenDoneAtMs }) => firstSeenDoneAtMs ?? 0);
		return {
			firstRequestAt: toEpoch(asked[0]?.atMs ?? 0),
			lastDoneAt: toEpoch(predictions.reduce((last, { doneAtMs }) => Math.max(last, doneAtMs), 0)),
			lastNoticedAt: toEpoch(noticed.reduce((last, at) => Math.max(last, at), 0)),
			accepted: predictions.length,
			requests: asked.length,
			refused,
			lags: predictions.map(({ doneAtMs }, index) => (noticed[index] ?? 0) - doneAtMs),
		};
	},

	async stop(): Promise<void> {
		await sandbox?.close();
	},
};

export type SandboxProcess = typeof handlers;

answerCalls(handlers);
