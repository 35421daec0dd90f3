// What may happen to a node in n8n, drawn at random: how GPTProto and the network respond, who tries again, with which key.
import fc from 'fast-check';
import type { Outcome } from '../../nodes/SeedanceImageToVideo/prediction/retry';
import { limited, noResponse, refused, unreadable } from './played-run';

/** Answers that say nothing of a prediction. */
const retryAfter = fc.option(
	fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.constant(86_400_000)),
);
const obstacle = fc.oneof(
	fc.constantFrom('ECONNRESET', 'TIMEOUT', 'UNKNOWN').map((code) => noResponse(code)),
	fc
		.constantFrom('ECONNREFUSED', 'ETIMEDOUT', 'CERT_HAS_EXPIRED')
		.map((code) => noResponse(code, false)),
	retryAfter.map(limited),
	retryAfter.map(unreadable),
	fc
		.constantFrom('badRequest' as const, 'contentPolicy' as const, 'keyRefused' as const)
		.map((reason) => refused(reason)),
);
const obstacleToAQuestion = fc.oneof(
	obstacle,
	fc.constantFrom('notFound' as const, 'redirect' as const).map((reason) => refused(reason)),
);

/** A node run: the first one of a round of a loop, or another try of it. */
export interface Try {
	/** Who tries again, when the run before did not end well. A run that did is followed by the next round. */
	readonly by: 'retry on fail' | 'a person' | 'the next round';
	/** The items' requests, all different. */
	readonly prompts: readonly string[];
	/** An expression such as `$now` gives another request each time. */
	readonly isVolatile: boolean;
	/** Items that are not put out although their prediction succeeded: a download that failed. */
	readonly undelivered: readonly boolean[];
	/** Two of the keys are one account's. */
	readonly key: Key;
}

export type Key = 'mine' | 'my new one' | 'yours';
export const ownerOf = (key: Key): string => (key === 'yours' ? 'you' : 'I');

export interface History {
	readonly submissions: ReadonlyArray<Outcome | 'accepted' | 'accepted, answer lost'>;
	readonly answers: ReadonlyArray<Outcome | 'running' | 'failed' | 'succeeded' | 'no address'>;
	/** What is said of another account's prediction. */
	readonly foreign: Outcome;
	/** How long the API takes to answer; cut off where the node gives it less. */
	readonly answerMs: number;
	readonly pollingIntervalMs: number;
	readonly timeoutMs: number;
	readonly until: 'accepted' | 'ended';
	readonly tries: readonly Try[];
}

const prompts = fc.uniqueArray(fc.constantFrom('fox', 'owl', 'elk'), {
	minLength: 1,
	maxLength: 2,
});
export const history: fc.Arbitrary<History> = fc.record({
	submissions: fc.array(
		fc.oneof(
			obstacle,
			fc.constantFrom('accepted' as const, 'accepted' as const, 'accepted, answer lost' as const),
		),
		{ maxLength: 8 },
	),
	answers: fc.array(
		fc.oneof(
			obstacleToAQuestion,
			fc.constantFrom(
				'running' as const,
				'running' as const,
				'failed' as const,
				'succeeded' as const,
				'no address' as const,
			),
		),
		{ maxLength: 20 },
	),
	foreign: fc.constantFrom(
		refused('notFound', '404'),
		refused('forbidden', '403'),
		refused('keyRefused', '401'),
	),
	answerMs: fc.oneof(
		{ weight: 3, arbitrary: fc.constant(40) },
		{ weight: 1, arbitrary: fc.integer({ min: 0, max: 200_000 }) },
	),
	pollingIntervalMs: fc.integer({ min: 100, max: 20_000 }),
	timeoutMs: fc.integer({ min: 500, max: 900_000 }),
	until: fc.constantFrom('accepted' as const, 'ended' as const, 'ended' as const),
	tries: fc.array(
		fc.record({
			by: fc.constantFrom('retry on fail' as const, 'a person' as const, 'the next round' as const),
			prompts,
			isVolatile: fc.boolean(),
			undelivered: fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
			key: fc.constantFrom<Key>('mine', 'mine', 'my new one', 'yours'),
		}),
		{ minLength: 1, maxLength: 6 },
	),
});
