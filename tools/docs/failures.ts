// The README's table of errors: the very words the node puts in front of people, taken from the functions that make them.
import type { INodeExecutionData } from 'n8n-workflow';
import { ERROR_CODES } from '../../nodes/SeedanceImageToVideo/api/reference';
import type { RefusalReason } from '../../nodes/SeedanceImageToVideo/api/answer';
import {
	type FailureFacts,
	lostAnswerFacts,
	rateLimitedFacts,
	refusalFacts,
	unreachableFacts,
} from '../../nodes/SeedanceImageToVideo/run/failure';
import { OPTION_DEFAULTS } from '../../nodes/SeedanceImageToVideo/run/limits';
import { realItems } from './items';
import { table } from './markdown';

function refusal(reason: RefusalReason, httpCode: number): FailureFacts {
	return refusalFacts(
		{ kind: 'refused', reason, httpCode: String(httpCode), message: '' },
		'the submission',
	);
}

const { unauthorized, forbidden, contentPolicyViolation, internalServerError, tooManyRequests } =
	ERROR_CODES;

type Words = Pick<FailureFacts, 'message' | 'description'>;

/** When it happens, and the node's own message and advice. */
const REFUSALS: ReadonlyArray<readonly [when: string, words: Words]> = [
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
];

/** The words of a failed item, freed of its number, its id and its address. */
function wordsOf({ json }: INodeExecutionData): Words {
	const { predictionId, videoUrl, description } = json.details as Record<string, string | null>;
	const plain = (text: string) =>
		text
			.replace(/ \[Item \d+\]$/, '')
			.replaceAll(videoUrl ?? '\n', 'https://…')
			.replaceAll(predictionId ?? '\n', 'abc');
	return { message: plain(String(json.error)), description: plain(description ?? '') };
}

export async function failuresTable(): Promise<string> {
	const { ended, timedOut, notDownloaded } = await realItems();
	const rows: typeof REFUSALS = [
		...REFUSALS,
		['`failed` or `expired` while a video was promised', wordsOf(ended)],
		['No end within the timeout (here 1 second)', wordsOf(timedOut)],
		['The video cannot be fetched', wordsOf(notDownloaded)],
	];
	return table(
		['When', 'What you read', 'What to do'],
		rows.map(([when, { message, description }]) => [when, message, description]),
	);
}
