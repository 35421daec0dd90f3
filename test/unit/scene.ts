// A node run after the other on one clock, one ledger and one account's memory, against an API that a test writes line by line.
import type { Limiter } from '../../nodes/SeedanceImageToVideo/prediction/limiter';
import type { Outcome } from '../../nodes/SeedanceImageToVideo/prediction/retry';
import { FakeClock } from './fake-clock';
import { type Api, type PlayedItem, type PlayedRequest, PlayedRun, state } from './played-run';

export const FOX = { prompt: 'fox' };

interface Scope {
	readonly executionId?: string;
	readonly round?: number;
	readonly parameters?: string;
}

/** An API that gives these responses in order, the last one for good, and counts. */
class Scripted implements Api {
	readonly submitted: string[] = [];
	readonly polled: string[] = [];
	constructor(
		private readonly clock: FakeClock,
		private readonly submissions: ReadonlyArray<Outcome | null>,
		private readonly results: ReadonlyArray<Outcome | string>,
	) {}

	async submit({ body: { prompt } }: PlayedRequest): Promise<Outcome> {
		const next = this.submissions[Math.min(this.submitted.length, this.submissions.length - 1)];
		const id = `id-${this.submitted.push(prompt)}`;
		await this.clock.sleep(40);
		return next ?? state(id, 'created');
	}

	async result(id: string): Promise<Outcome> {
		const next = this.results[Math.min(this.polled.length, this.results.length - 1)] ?? '';
		this.polled.push(id);
		await this.clock.sleep(40);
		return typeof next === 'string' ? state(id, next) : next;
	}
}

/** What lives longer than a run. */
export class Scene {
	readonly clock = new FakeClock();
	readonly limiters = new Map<string, Limiter>();
	/** The node's context; a new one is a new execution. */
	context = {};

	/** @param submissions null for one that is accepted @param results an outcome, or the status of a prediction */
	api(
		submissions: ReadonlyArray<Outcome | null>,
		results: ReadonlyArray<Outcome | string> = ['succeeded'],
	): Scripted {
		return new Scripted(this.clock, submissions, results);
	}

	run(api: Api, scope: Scope = {}, more: object = {}): PlayedRun {
		const { clock, limiters, context } = this;
		return new PlayedRun({ clock, limiters, api, context, scope, ...more });
	}

	/** A run that is not put out; its ledger is closed as after a run that did not end well. */
	async undelivered(api: Api, scope: Scope = {}, item: PlayedItem = FOX, more: object = {}) {
		const played = this.run(api, scope, more);
		const [result] = await this.clock.until(played.obtainAll([item]));
		played.run.ledger.close(false);
		return result;
	}
}
