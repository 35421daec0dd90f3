// What a no of GPTProto's is about, by HTTP status, code and words, in that order: the status outranks the words. Pure.
import type { ErrorFacts } from './error-body';
import { ERROR_CODES, POLICY_CODE } from './reference';

/** Why GPTProto (or a proxy before it) said no; decides what a person is told to do. */
export type RefusalGround =
	/** HTTP 401, or 403 whose words are about the key. */
	| 'keyRefused'
	/** HTTP 402, or 403 whose words are about money. */
	| 'balance'
	/** Any other 403 in GPTProto's format. */
	| 'forbidden'
	/** HTTP 403 without a word of GPTProto's: a proxy or firewall may have said it. */
	| 'forbiddenByUnknown'
	| 'notFound'
	/** Of what and why, as far as it is known: `readPolicy` of the message. */
	| 'contentPolicy'
	/** HTTP 413. */
	| 'tooLarge'
	/** HTTP 429 that waiting does not help against; made by retry.ts, once it has lasted. */
	| 'limitReached'
	| 'redirect'
	| 'badRequest';

/** What a content policy refused, and on what ground; null where it does not say. */
export interface PolicyFacts {
	readonly subject: 'image' | 'prompt' | 'video' | 'audio' | null;
	readonly ground: 'realPerson' | 'copyright' | null;
}

const POLICY_WORDS =
	/content polic|policy violation|safety|sensitive (content|information|words?)|moderation|inappropriate|may not meet the guidelines|real (person|people|human)|copyright restriction|viol(ation|ence) information/i;

const SUBJECT_OF_CODE: Readonly<Record<string, PolicyFacts['subject']>> = {
	text: 'prompt',
	image: 'image',
	video: 'video',
	audio: 'audio',
};

const SUBJECT_WORDS: ReadonlyArray<readonly [PolicyFacts['subject'], RegExp]> = [
	['prompt', /\b(input text|prompt)\b/i],
	['image', /\b(image|picture|photo|portrait)\b/i],
	['video', /\b(output|generated) video\b/i],
	['audio', /\b(audio|sound)\b/i],
];

const REAL_PERSON = /PrivacyInformation|real (person|people|human)|\bfaces?\b|portrait|celebrit/i;
const COPYRIGHT = /copyright|PolicyViolation\b|intellectual property/i;

/**
 * What a content policy refused and why, from GPTProto's own words.
 *
 * @param message as a refusal or a failure's reason has it: a code, words, or both
 * @returns null where they are not about a content policy
 */
export function readPolicy(message: string): PolicyFacts | null {
	const code = POLICY_CODE.exec(message);
	if (!code && !POLICY_WORDS.test(message)) return null;
	const subjects = SUBJECT_WORDS.filter(([, words]) => words.test(message));
	const [subject = null] = subjects.length === 1 ? (subjects[0] ?? []) : [];
	const ground = REAL_PERSON.test(message) ? 'realPerson' : null;
	return {
		subject: SUBJECT_OF_CODE[code?.[1]?.toLowerCase() ?? ''] ?? subject,
		ground: ground ?? (COPYRIGHT.test(message) ? 'copyright' : null),
	};
}

const isPolicyCode = (code: string) =>
	Number(code) === ERROR_CODES.contentPolicyViolation || POLICY_CODE.test(code);

function isPolicy({ codes, message }: ErrorFacts): boolean {
	return codes.some(isPolicyCode) || readPolicy(message) !== null;
}

const KEY_WORDS =
	/\b(invalid|incorrect|wrong|expired|missing|unknown|revoked|disabled|empty)\W+(\w+\W+){0,2}(token|(api[ _-]?)?key|signature)\b|\b(token|(api[ _-]?)?key|signature)\W+(\w+\W+){0,3}(invalid|incorrect|wrong|expired|missing|unknown|revoked|disabled|empty)\b/i;
const BALANCE_WORDS =
	/balance|overdue|arrears|\b(credits?|quota|funds?|billing|payment)\b|insufficient|余额|额度|欠费/i;
/** Of a rate limit that waiting does not lift: Ark's `SetLimitExceeded`, a limit that the account's owner has set. */
const LASTING_LIMIT = /SetLimitExceeded|\bset (inference )?limit\b|service has been paused/i;

/** Whether a rate limit says that waiting cannot help. */
export function isLastingLimit({ codes, message }: ErrorFacts): boolean {
	return [...codes, message].some((one) => LASTING_LIMIT.test(one));
}

function groundOf403({ message, codes, isJson }: ErrorFacts): RefusalGround {
	if (!isJson) return 'forbiddenByUnknown';
	if (KEY_WORDS.test(message)) return 'keyRefused';
	return [...codes, message].some((one) => BALANCE_WORDS.test(one)) ? 'balance' : 'forbidden';
}

/**
 * What a status means, whatever its text mentions.
 *
 * @param status of HTTP, or of an envelope in an HTTP 200
 * @returns null where it says nothing of whether the request was accepted
 */
export function refusalGround(status: number, error: ErrorFacts): RefusalGround | null {
	switch (status) {
		case ERROR_CODES.unauthorized:
			return 'keyRefused';
		case 402:
			return 'balance';
		case ERROR_CODES.forbidden:
			return groundOf403(error);
		case 404:
			return 'notFound';
		case 413:
			return 'tooLarge';
		case 400:
			return isPolicy(error) ? 'contentPolicy' : 'badRequest';
		// 303: it was carried out, and its response lies elsewhere. 408: a proxy gave up waiting for GPTProto, which may have
		// accepted all the same.
		case 303:
		case 408:
			return null;
	}
	if (status >= 300 && status < 400) return 'redirect';
	return status >= 400 && status < 500 ? 'badRequest' : null;
}

/**
 * The status that a response amounts to: an HTTP 2xx may carry its true one in the envelope, as a number, or in an error by a
 * content policy's code or words. There 503 is the content policy's code, whose status is 400.
 *
 * @param isError whether the envelope is an error's, not one that lacks its prediction
 */
export function effectiveStatus(httpStatus: number, error: ErrorFacts, isError: boolean): number {
	if (httpStatus < 200 || httpStatus >= 300) return httpStatus;
	const numbers = error.codes.map(Number).filter(Number.isInteger);
	const statuses = numbers.filter((code) => code >= 400 && code < 600);
	const isServerFault = (code: number) =>
		code >= 500 && code !== ERROR_CODES.contentPolicyViolation;
	// Where several are given, one that leaves it open whether the request was carried out.
	const status = statuses.find(isServerFault) ?? statuses[0];
	if (status === ERROR_CODES.contentPolicyViolation) return 400;
	if (status !== undefined) return status;
	return isError && numbers.length === 0 && isPolicy(error) ? 400 : httpStatus;
}
