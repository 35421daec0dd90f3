// The README's table of errors: the very words the node puts in front of people, taken from the functions that make them.
import type { EndedPrediction } from '../../nodes/SeedanceImageToVideo/api/prediction';
import { ERROR_CODES } from '../../nodes/SeedanceImageToVideo/api/reference';
import type { RefusalReason } from '../../nodes/SeedanceImageToVideo/api/answer';
import { endedFailure } from '../../nodes/SeedanceImageToVideo/operations/delivery';
import {
	type FailureFacts,
	lostAnswerFacts,
	rateLimitedFacts,
	refusalFacts,
	unreachableFacts,
} from '../../nodes/SeedanceImageToVideo/run/failure';
import { OPTION_DEFAULTS } from '../../nodes/SeedanceImageToVideo/run/limits';
import { table } from './markdown';

function refusal(reason: RefusalReason, httpCode: number): FailureFacts {
	return refusalFacts(
		{ kind: 'refused', reason, httpCode: String(httpCode), message: '' },
		'the submission',
	);
}

const ended: EndedPrediction = {
	id: 'abc',
	state: 'ended',
	status: 'failed',
	failureReason: 'the reason GPTProto gives',
	model: null,
	hasNsfwContent: null,
	executionTime: null,
	createdAt: null,
	data: {},
};

const { unauthorized, forbidden, contentPolicyViolation, internalServerError, tooManyRequests } =
	ERROR_CODES;

/** When it happens, and the node's own message and advice. */
const FAILURES: ReadonlyArray<readonly [when: string, facts: FailureFacts]> = [
	[`HTTP ${unauthorized}`, refusal('unauthorized', unauthorized)],
	[`HTTP ${forbidden}`, refusal('forbidden', forbidden)],
	[`HTTP 400, code ${contentPolicyViolation} in the body`, refusal('contentPolicy', 400)],
	['HTTP 404', refusal('notFound', 404)],
	['Any other HTTP 4xx', refusal('badRequest', 422)],
	['A redirect', refusal('redirect', 302)],
	[
		`HTTP ${tooManyRequests}, all through the timeout`,
		rateLimitedFacts(OPTION_DEFAULTS.timeoutMinutes * 60_000),
	],
	['Connection refused, name not resolved', unreachableFacts('ECONNREFUSED')],
	[
		`HTTP ${internalServerError}, reset, timeout or half an answer on submitting`,
		lostAnswerFacts('HTTP 500'),
	],
	['`failed` or `expired` while a video was promised', endedFailure(ended).facts],
];

export function failuresTable(): string {
	return table(
		['When', 'What you read', 'What to do'],
		FAILURES.map(([when, { message, description }]) => [when, message, description]),
	);
}
