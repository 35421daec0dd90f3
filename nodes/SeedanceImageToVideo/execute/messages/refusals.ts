// Words for a no of GPTProto's: what was refused, on what ground, and what helps.
import { displayedName } from '../../description';
import { type PolicyFacts, readPolicy } from '../../gptproto/refusal';
import type { Refusal } from '../../prediction/retry';
import { type FailureCause, joined, RETRY } from './message';

export const NO_REASON = 'GPTProto gave no reason';

export type Words = readonly [
	message: string,
	description: string,
	cause?: FailureCause | undefined,
	onRetry?: string | undefined,
];

type Subject = NonNullable<PolicyFacts['subject']> | 'unknown';

const BLOCKED: Readonly<Record<Subject, string>> = {
	image: 'the image',
	prompt: 'the prompt',
	video: 'the video',
	audio: 'the sound of the video',
	unknown: 'the image or the prompt',
};

const BECAUSE_OF = { realPerson: ' because of real people', copyright: ' because of copyright' };

const HELP_BY_SUBJECT: Readonly<Record<Subject, string>> = {
	image: 'Use another image.',
	prompt: 'Change the prompt.',
	video: 'Change the prompt, or use another image.',
	audio: `Switch off '${displayedName('generateAudio')}', or change the prompt.`,
	unknown: 'Change the image or the prompt.',
};

const HELP_BY_GROUND = {
	realPerson:
		'Leave out real people. An image without recognizable faces, such as a drawing, may be accepted.',
	copyright: 'Leave out brands, well-known characters and works of others.',
	unknown: 'Images with recognizable faces are often refused.',
};

function helpAgainst({ subject, ground }: PolicyFacts): string {
	const isAboutImage = subject === 'image' || subject === null;
	const more = ground !== null || isAboutImage ? HELP_BY_GROUND[ground ?? 'unknown'] : '';
	return joined(HELP_BY_SUBJECT[subject ?? 'unknown'], more);
}

/** What helps where these words of GPTProto's are about its content policy; null where they are not. */
export function policyHelp(words: string): string | null {
	const policy = readPolicy(words);
	return policy && helpAgainst(policy);
}

function policyWords(words: string): Words {
	const policy = readPolicy(words) ?? { subject: null, ground: null };
	const why = policy.ground === null ? '' : BECAUSE_OF[policy.ground];
	const what = BLOCKED[policy.subject ?? 'unknown'];
	return [`GPTProto's content policy blocked ${what}${why}`, helpAgainst(policy)];
}

/** The words for a clear no of GPTProto, or of a proxy in front of it; to a submission, or to a poll for the prediction `id`. */
export function refusalWords(
	{ ground, httpCode, message }: Refusal,
	isSubmission: boolean,
	id: string,
): Words {
	switch (ground) {
		case 'keyRefused':
			return [
				'GPTProto did not accept the API key',
				'Check the API key in the "GPTProto API" credential. It may be mistyped, revoked or from another account.',
				'credential-invalid',
			];
		case 'balance':
			return [
				'Your GPTProto balance is not enough',
				'Top up your balance in your GPTProto account.',
				'quota-exhausted',
			];
		case 'forbidden':
			return [
				'GPTProto did not allow this request (HTTP 403)',
				`Check that your API key may use this model. If it may, check your GPTProto balance.`,
				'quota-exhausted',
			];
		case 'forbiddenByUnknown':
			return [
				'GPTProto, or a proxy in front of it, did not allow this request (HTTP 403)',
				"The answer is not in GPTProto's format. Check whether a proxy or firewall blocks the connection. If none does, check your GPTProto balance and what your API key may use.",
			];
		case 'contentPolicy':
			return policyWords(message);
		case 'limitReached':
			return [
				'Your GPTProto account has reached a limit, and waiting does not lift it (HTTP 429)',
				'Raise the limit in your account, or use another model.',
				'quota-exhausted',
			];
		case 'tooLarge':
			return [
				'The image is too large to send (HTTP 413)',
				"Use a smaller image. A binary file and a data URI grow by a third on their way; an image behind a URL does not, so 'Image URL' allows larger ones.",
			];
		case 'notFound':
			return isSubmission
				? [
						'Unknown model or wrong Base URL (HTTP 404)',
						"Check 'Model', and 'Base URL' in the credential.",
						'configuration-invalid',
					]
				: [
						`GPTProto does not know prediction ${id} (HTTP 404)`,
						'Check the prediction ID, and that the credential belongs to the account that submitted it.',
						'configuration-invalid',
						`${RETRY} submits the item again.`,
					];
		case 'redirect':
			return [
				`GPTProto's address redirects to another one (HTTP ${httpCode})`,
				"The node does not follow redirects, so that the API key stays with its host. Check 'Base URL' in the credential: scheme (https), host and path.",
				'configuration-invalid',
			];
		case 'badRequest':
			return isSubmission
				? [`GPTProto refused the submission (HTTP ${httpCode})`, submissionHelp(message)]
				: [
						`GPTProto refused to return prediction ${id} (HTTP ${httpCode})`,
						'Check the prediction ID. Look in your GPTProto account whether the prediction has ended and whether it was charged.',
					];
	}
}

/** What to look at, by what GPTProto's own words name. */
const NAMED: ReadonlyArray<readonly [named: RegExp, help: string]> = [
	[
		/image|picture|photo|frame/i,
		'Check the image: what GPTProto says of it, and whether its address opens without signing in.',
	],
	[/\bmodel\b|endpoint/i, "Check 'Model', and the options that this model allows."],
];

function submissionHelp(message: string): string {
	if (message === '') return `${NO_REASON}. Check the image, 'Model' and the options.`;
	const named = NAMED.find(([words]) => words.test(message));
	return named ? named[1] : 'Change what GPTProto names, and submit the item again.';
}
