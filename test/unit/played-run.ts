// A node run as execute/batch.ts makes one, played under the fake clock: the product's own flow, ledger and limiter, with
// a transport that a test writes. What n8n would do around it (contexts, retries, loop rounds) is the test's to say.
import { readPrediction } from '../../nodes/SeedanceImageToVideo/gptproto/prediction';
import type { SubmissionRequest } from '../../nodes/SeedanceImageToVideo/gptproto/request';
import { bounds } from '../../nodes/SeedanceImageToVideo/prediction/bounds';
import { type Obtained, obtainPrediction } from '../../nodes/SeedanceImageToVideo/prediction/flow';
import { Ledger, type LedgerScope } from '../../nodes/SeedanceImageToVideo/prediction/ledger';
import { Limiter, RequestSlots } from '../../nodes/SeedanceImageToVideo/prediction/limiter';
import type { Outcome } from '../../nodes/SeedanceImageToVideo/prediction/retry';
import type { Account, Run, RunEvent } from '../../nodes/SeedanceImageToVideo/prediction/run';
import { Semaphore } from '../../nodes/SeedanceImageToVideo/prediction/semaphore';
import type { Order } from '../../nodes/SeedanceImageToVideo/prediction/submission';
import type { Transport } from '../../nodes/SeedanceImageToVideo/prediction/transport';
import type { FakeClock } from './fake-clock';

export const noResponse = (code: string, sent = true): Outcome => ({
	kind: 'noResponse',
	code,
	sent,
});
export const refused = (
	ground: Extract<Outcome, { kind: 'refused' }>['ground'],
	httpCode = '400',
): Outcome => ({ kind: 'refused', ground, httpCode, message: '' });
export const limited = (retryAfterMs: number | null = null): Outcome => ({
	kind: 'rateLimited',
	httpCode: '429',
	retryAfterMs,
	message: '',
	limitReached: false,
});
export const unreadable = (retryAfterMs: number | null = null): Outcome => ({
	kind: 'unreadable',
	httpCode: '502',
	retryAfterMs,
	message: '',
});

/** An answer that tells of a prediction; one that succeeded has an address unless told otherwise. */
export function state(id: string, status: string, outputs: string[] = [`https://x.com/${id}`]) {
	const prediction = readPrediction({
		id,
		status,
		outputs: status === 'succeeded' ? outputs : [],
	});
	if (!prediction) throw new Error('No prediction');
	return { kind: 'prediction', prediction } as const satisfies Outcome;
}

export function requestOf(prompt: string): SubmissionRequest {
	return {
		model: 'm',
		body: {
			prompt,
			image: 'https://x.com/i',
			aspect_ratio: '1:1',
			duration: 5,
			resolution: '720p',
			seed: -1,
		},
	};
}

/** A request, and the item it is for, which the ledger's hash of it does not see. */
export interface PlayedRequest extends SubmissionRequest {
	readonly item: number;
}

/** What a test writes: how the API answers. Each answer takes as long as it sleeps on the clock. */
export interface Api {
	submit(request: PlayedRequest, limitMs: number): Promise<Outcome>;
	result(predictionId: string, limitMs: number): Promise<Outcome>;
}

export interface PlayedItem {
	/** Of the request; another one makes another request. */
	readonly prompt: string;
	readonly account?: string;
	readonly namedId?: string | null;
	/** Bytes of the picture in memory; 0 for an address. */
	readonly bytes?: number;
	readonly model?: string;
}

interface Settings {
	readonly clock: FakeClock;
	/** By account; each account's memory outlives a run, as it does in the process. */
	readonly limiters: Map<string, Limiter>;
	readonly api: Api;
	/** The node's context, which n8n stores with the execution. */
	readonly context: object;
	readonly scope?: Partial<LedgerScope>;
	readonly maxConcurrentRequests?: number;
	readonly timeoutMs?: number;
	readonly pollingIntervalMs?: number;
	readonly signal?: AbortSignal;
	readonly random?: () => number;
}

/** One run of the node. */
export class PlayedRun {
	readonly run: Run;
	readonly events: RunEvent[] = [];
	readonly startedAt: number;
	loads = 0;
	private readonly accounts = new Map<string, Account>();
	private readonly slots: RequestSlots;

	constructor(private readonly settings: Settings) {
		const { clock, context, scope, signal, maxConcurrentRequests = 10 } = settings;
		const { random = () => 0.5 } = settings;
		this.slots = new RequestSlots(maxConcurrentRequests);
		this.startedAt = clock.now();
		this.run = {
			clock,
			random,
			signal,
			ledger: new Ledger(context as never, {
				round: 0,
				executionId: '1',
				parameters: 'as written',
				...scope,
			}),
			refusals: new Map(),
			lastingLimits: new Map(),
			pictures: new Semaphore(bounds.pictureBytes),
			downloads: new Semaphore(bounds.concurrentDownloads),
			report: (event) => this.events.push(event),
		};
	}

	account(id: string): Account {
		const known = this.accounts.get(id);
		if (known) return known;
		const { clock, limiters, api, signal } = this.settings;
		const limiter = limiters.get(id) ?? new Limiter(clock, this.run.random);
		limiters.set(id, limiter);
		const transport: Transport = {
			submit: async (request, limitMs) => await api.submit(request as PlayedRequest, limitMs),
			result: async (predictionId, limitMs) => await api.result(predictionId, limitMs),
			openVideo: async () => noResponse('UNKNOWN') as never,
		};
		const session = limiter.open(this.slots, signal);
		const account = { id, baseUrl: 'http://127.0.0.1', transport, session };
		this.accounts.set(id, account);
		return account;
	}

	order(item: number, played: PlayedItem): Order {
		const { prompt, account = 'account', namedId = null, bytes = 0, model = 'm' } = played;
		const { timeoutMs = 900_000, pollingIntervalMs = 4000 } = this.settings;
		return {
			record: this.run.ledger.recordOf({ item, account, namedId }),
			account: this.account(account),
			model,
			frame: null,
			timing: { startedAt: this.startedAt, timeoutMs, pollingIntervalMs },
			pictureBytes: async () => bytes,
			load: async () => {
				this.loads++;
				const request: PlayedRequest = { ...requestOf(prompt), model, item };
				return request;
			},
			allowAnother: () => undefined,
		};
	}

	/** Brings one item to its prediction. */
	async obtain(order: Order, until: 'accepted' | 'ended' = 'ended'): Promise<Obtained> {
		return await obtainPrediction(this.run, order, until);
	}

	/** Brings all items to their predictions, and says of each what it obtained or what kept it from that. */
	async obtainAll(
		items: readonly PlayedItem[],
		until: 'accepted' | 'ended' = 'ended',
	): Promise<Array<PromiseSettledResult<Obtained>>> {
		const orders = items.map((played, item) => this.order(item, played));
		return await Promise.allSettled(orders.map(async (order) => await this.obtain(order, until)));
	}
}

/** Why an item has no video. */
export function reasonOf(result: PromiseSettledResult<unknown> | undefined) {
	if (result?.status !== 'rejected') throw new Error('It has one');
	return (result.reason as { readonly reason: { readonly kind: string } }).reason;
}
