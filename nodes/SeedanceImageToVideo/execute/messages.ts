// Every word that a person reads at run time: messages and what to do about them, hints, log lines, the note in a parked
// execution. Knows no n8n; node-error.ts makes n8n's errors and items of them.
import type { BaseUrlFault } from '../gptproto/access';
import type { InputFault, InvalidParameter } from '../gptproto/request';
import { DEFAULTS, RANGES } from '../gptproto/reference';
import { displayedName } from '../description';
import { describeObstacle } from '../prediction/flow';
import type {
	DownloadFault,
	PredictionFacts,
	PredictionFailure,
	Reason,
} from '../prediction/reason';
import type { Obstacle, Refused } from '../prediction/retry';
import type { RunEvent } from '../prediction/run';

/** n8n's own words for why an operation failed (`failure.cause` of its errors), where one of them fits. */
export type FailureCause =
	| 'rate-limited'
	| 'quota-exhausted'
	| 'temporarily-unavailable'
	| 'credential-invalid'
	| 'configuration-invalid';

/** What a person reads of an item that has no video. */
export interface Message {
	/** What happened: a sentence without a full stop; the item's number follows on it. */
	readonly message: string;
	/** What to do, in sentences. */
	readonly description: string;
	/** What a retry does; true only where n8n runs the node again. */
	readonly onRetry?: string | undefined;
	/** `input`: the user's parameters; `service`: GPTProto or the way to it. */
	readonly origin: 'input' | 'service';
	readonly httpCode?: string | undefined;
	readonly cause?: FailureCause | undefined;
	readonly facts?: PredictionFacts | undefined;
}

/** What can be wrong with a parameter for a reason that only n8n's side knows. */
export type FormFault =
	| { readonly kind: 'expression'; readonly message: string }
	| {
			readonly kind: 'notANumber';
			readonly atLeast: number;
			readonly isWhole: boolean;
			readonly fallback: number;
	  }
	| { readonly kind: 'reservedName' }
	| { readonly kind: 'noFieldNamed'; readonly fields: readonly string[] }
	| { readonly kind: 'fieldMissing'; readonly fields: readonly string[] }
	| { readonly kind: 'notAnImage'; readonly type: string; readonly fields: readonly string[] }
	| { readonly kind: 'emptyFile' };

/** A number and its noun: "1 video", "2 videos". */
export function counted(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A length of time as a person says it. */
export function inWords(ms: number): string {
	if (ms < 1000) return counted(Math.round(ms), 'millisecond');
	const seconds = Math.round(ms / 1000);
	return seconds < 120 ? counted(seconds, 'second') : counted(Math.round(ms / 6000) / 10, 'minute');
}

const LONGEST_QUOTE = 300;

/** Text from outside as one line that can do no harm in a log: no line breaks, no control characters. */
export function oneLine(text: string, longest = LONGEST_QUOTE): string {
	const line = text
		.replace(/\s+/g, ' ')
		.replace(
			/[\p{Cc}\p{Cf}]/gu,
			(character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
		)
		.trim();
	return line.length > longest ? `${line.slice(0, longest - 3)}...` : line;
}

/** Somebody's own words as a sentence, so that another one can follow. */
function saying(who: string, text: string): string {
	return `${who}: "${oneLine(text).replace(/\.$/, '')}".`;
}

/** A value of a parameter as a message can quote it: short, and never a whole picture. */
function quote(value: unknown): string {
	const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
	return `"${oneLine(text.slice(0, 200), 60)}"`;
}

function typeOf(value: unknown): string {
	return Array.isArray(value)
		? 'a list'
		: value === null
			? 'null'
			: `${/^[aeiou]/.test(typeof value) ? 'an' : 'a'} ${typeof value}`;
}

function theyHave(fields: readonly string[]): string {
	return fields.length > 0
		? `This item has: ${fields.join(', ')}.`
		: 'This item has no file. Add a node that reads or downloads one before this node.';
}

const PICTURE_HELP =
	'Enter an http(s) URL that is open to the internet or a data URI such as data:image/png;base64,..., or set the input type to Binary File.';

const HELP: Readonly<Record<string, string>> = {
	prompt:
		'Describe what happens in the video, e.g. "The fox looks up, a gentle breeze in its fur".',
	imageUrl: PICTURE_HELP,
	lastFrameUrl: PICTURE_HELP,
	predictionId: "Use the 'predictionId' that Submit returned, e.g. {{ $json.predictionId }}.",
	duration: `Enter whole seconds, from ${RANGES.duration.min} to ${RANGES.duration.max}.`,
	seed: `Enter a whole number, or ${RANGES.seed.min} for a random seed.`,
	binaryOutputField: 'Enter a field name, e.g. data.',
};

/** What is wrong with a parameter, to follow on its name, and what to do. */
function describeFault(
	fault: InputFault | FormFault,
	value: unknown,
	parameter: string,
): readonly [problem: string, help: string] {
	const help = HELP[parameter] ?? '';
	switch (fault.kind) {
		case 'empty':
			return ['is empty', help];
		case 'notText':
			return [`must be text, but is ${typeOf(value)}`, help];
		case 'notBoolean':
			return [
				`must be true or false, but is ${quote(value)}`,
				'Switch it on or off, or let the expression return true or false.',
			];
		case 'notWholeNumber':
			return [
				`must be a whole number from ${fault.min} to ${fault.max}, but is ${quote(value)}`,
				help,
			];
		case 'notOneOf': {
			const allowed = fault.allowed.join(', ');
			const withModel = fault.model === undefined ? '' : ` with ${fault.model}`;
			return [
				`must be one of ${allowed}${withModel}, but is ${quote(value)}`,
				`Choose ${allowed} from the dropdown, or let the expression return one of them.`,
			];
		}
		case 'notAModelId':
			return [
				`must be a model ID such as ${DEFAULTS.model}, but is ${quote(value)}`,
				'Choose a model from the dropdown, or let the expression return a model ID.',
			];
		case 'notAPredictionId':
			return [`is not a prediction ID: ${quote(value)}`, help];
		case 'notAnAddress':
			return [`must be an http(s) URL or a data URI, but is ${quote(value)}`, help];
		case 'notAPictureDataUri':
			return [`must be a base64 data URI of an image, but is ${quote(value)}`, help];
		case 'expression':
			return [
				`has an expression that cannot be evaluated: ${oneLine(fault.message)}`,
				'Open the node and check the expression of this parameter.',
			];
		case 'notANumber': {
			const whole = fault.isWhole ? 'a whole number' : 'a number';
			const allowed =
				fault.atLeast > 0 || fault.isWhole
					? `${whole} of at least ${fault.atLeast}`
					: `${whole} above 0`;
			return [
				`must be ${allowed}, but is ${quote(value)}`,
				`Enter ${allowed}, or remove the option. Its default is ${fault.fallback}.`,
			];
		}
		case 'reservedName':
			return [`cannot be ${quote(value)}: JavaScript reserves this name`, help];
		case 'noFieldNamed':
			return ['is empty', `Enter the name of an input field. ${theyHave(fault.fields)}`];
		case 'fieldMissing':
			return [
				`names a field that does not exist: ${quote(value)}`,
				`Enter the name of a field that holds an image. ${theyHave(fault.fields)}`,
			];
		case 'notAnImage':
			return [
				`names a field that holds no image: ${quote(value)} is ${fault.type === '' ? 'of an unknown type' : oneLine(fault.type, 60)}`,
				`Enter the name of a field that holds a PNG, JPEG, WebP, BMP, TIFF or GIF image. ${theyHave(fault.fields)}`,
			];
		case 'emptyFile':
			return [
				`names a field that holds an empty file: ${quote(value)}`,
				'Check the node that made the file.',
			];
	}
}

export function describeInvalidParameter({
	parameter,
	fault,
	value,
}: InvalidParameter<InputFault | FormFault>): Message {
	const [problem, description] = describeFault(fault, value, parameter);
	const message = `'${displayedName(parameter)}' ${problem}`;
	return { message, description, origin: 'input', cause: 'configuration-invalid' };
}

const BASE_URL_FAULTS: Readonly<Record<BaseUrlFault, string>> = {
	noScheme: "'Base URL' of the credential must start with https:// or http://",
	userInfo: "'Base URL' of the credential must not hold a user name or a password",
	query: "'Base URL' of the credential must not hold a query (?) or a fragment (#)",
	notAUrl: "'Base URL' of the credential must be an http(s) URL",
};

export function describeBaseUrlFault(fault: BaseUrlFault): Message {
	return {
		message: BASE_URL_FAULTS[fault],
		description: 'Open the "GPTProto API" credential and enter e.g. https://gptproto.com.',
		origin: 'input',
		cause: 'credential-invalid',
	};
}

export function describeUnreadableCredential(fault: string): Message {
	return {
		message: 'The "GPTProto API" credential could not be read',
		description: `Nothing was submitted. Open the node and select the credential again. ${saying('n8n says', fault)}`,
		origin: 'input',
		cause: 'credential-invalid',
	};
}

function obstacleInWords(obstacle: Obstacle | string): string {
	const text = typeof obstacle === 'string' ? obstacle : describeObstacle(obstacle);
	return oneLine(
		text.replace(/^TIMEOUT$/, 'no answer in time').replace(/^([A-Z][A-Z0-9_]+)$/, 'no answer ($1)'),
	);
}

type Words = readonly [
	message: string,
	description: string,
	cause?: FailureCause | undefined,
	onRetry?: string | undefined,
];

/** A clear no of GPTProto, or of a proxy in front of it. */
function refusalWords({ reason, httpCode }: Refused, isSubmission: boolean, id: string): Words {
	switch (reason) {
		case 'unauthorized':
			return [
				'GPTProto did not accept the API key',
				'Check the API key in the "GPTProto API" credential. It may be mistyped, revoked or from another account.',
				'credential-invalid',
			];
		case 'forbidden':
			return [
				'GPTProto did not allow this request: no permission, or not enough balance',
				'Top up your GPTProto balance, or check that your API key may use this model.',
				'quota-exhausted',
			];
		case 'forbiddenByUnknown':
			return [
				'GPTProto, or a proxy in front of it, did not allow this request (HTTP 403)',
				"The answer is not in GPTProto's format. Check whether a proxy or firewall blocks the connection. If none does, check your GPTProto balance and what your API key may use.",
			];
		case 'contentPolicy':
			return [
				"GPTProto's content policy blocked the image or the prompt",
				'Change the image or the prompt. Images with recognizable faces are often refused.',
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
						'If this run submitted it, "Retry execution" submits the item again.',
					];
		case 'redirect':
			return [
				`GPTProto's address redirects to another one (HTTP ${httpCode})`,
				"The node does not follow redirects, so that the API key stays with its host. Check 'Base URL' in the credential: scheme (https), host and path.",
				'configuration-invalid',
			];
		case 'badRequest':
			return [
				`GPTProto refused ${isSubmission ? 'the submission' : `to return prediction ${id}`} (HTTP ${httpCode})`,
				'Check the address and the size of the image, the model and the options.',
			];
	}
}

function describeDownloadFault(fault: DownloadFault): string {
	switch (fault.kind) {
		case 'noAnswer':
			return fault.code === 'PRIVATE_ADDRESS'
				? 'the address is on a private network and was not opened'
				: `no answer (${oneLine(fault.code)})`;
		case 'status':
			return `HTTP ${fault.status}`;
		case 'notAVideo':
			return `a page or a message in place of the video (content type "${oneLine(fault.contentType, 60)}")`;
		case 'empty':
			return 'an empty file';
		case 'incomplete':
			return `${counted(fault.bytes, 'byte')} of ${fault.announced}`;
		case 'tooLarge':
			return 'a file larger than 1 GiB';
		case 'tooSlow':
			return 'not complete in time';
		case 'brokeOff':
			return oneLine(fault.message || 'the connection broke off');
	}
}

function failureWords(reason: Reason, facts: PredictionFacts): Words {
	const id = oneLine(facts.predictionId ?? '');
	const status = oneLine(facts.status ?? 'unknown', 40);
	const lastAnswer = (obstacle: Obstacle | null) =>
		obstacle === null ? '' : ` Last answer: ${obstacleInWords(obstacle)}.`;
	switch (reason.kind) {
		case 'refused':
		case 'notSentAfterRefusal': {
			const isSubmission = reason.kind !== 'refused' || reason.what === 'submission';
			const [message, help, cause, onRetry] = refusalWords(reason.refusal, isSubmission, id);
			const why =
				reason.kind === 'refused'
					? ''
					: 'This item was not submitted, since GPTProto had refused one before it for the same reason. ';
			const said = reason.refusal.message;
			const theySay = said === '' ? '' : ` ${saying('GPTProto says', said)}`;
			return [message, `${why}${help}${theySay}`, cause, onRetry];
		}
		case 'unreachable':
			return reason.proxyStatus === undefined
				? [
						'GPTProto could not be reached',
						`Nothing was submitted. Check 'Base URL' in the credential, and whether n8n can connect to it (${oneLine(reason.code)}). It is safe to submit this item again.`,
						'temporarily-unavailable',
					]
				: [
						`The proxy between n8n and GPTProto refused the connection (HTTP ${reason.proxyStatus})`,
						`Nothing was submitted. Check the proxy settings of your n8n, and whether the proxy ${reason.proxyStatus === 407 ? 'asks for a sign-in' : 'allows the host in the Base URL'}. It is safe to submit this item again.`,
						'configuration-invalid',
					];
		case 'heldBack':
			return reason.isRateLimited
				? [
						`The rate limit held this item back for ${inWords(reason.waitedMs)}`,
						'Nothing was submitted. Your account may have too many videos in progress, or the model is overloaded. It is safe to submit this item again later.',
						'rate-limited',
					]
				: [
						`This item waited ${inWords(reason.waitedMs)} for its turn and was not submitted`,
						"Nothing was submitted. Raise 'Max Concurrent Requests'. It is safe to submit this item again.",
						'temporarily-unavailable',
					];
		case 'answerLost':
			return [
				'The answer to the submission was lost: a prediction may exist and may be billed',
				`Reason: ${obstacleInWords(reason.obstacle)}. To avoid paying twice, Retry On Fail does not submit this item again. Check the usage in your GPTProto account first. If the prediction is there, use Get Result with its ID.`,
				undefined,
				'"Retry execution" submits the item again.',
			];
		case 'ended':
			return [
				`Prediction ${id} ended without a video (${status})`,
				`${reason.failureReason === null ? 'GPTProto gave no reason.' : saying('GPTProto says', reason.failureReason)} Change the image, the prompt or the options if needed.`,
				undefined,
				'A retry submits this item again.',
			];
		case 'timedOut':
			return [
				`Prediction ${id} is not finished after ${inWords(reason.waitedMs)}`,
				`Its last known status is "${status}".${lastAnswer(reason.obstacle)} It will keep rendering and will be charged. Use Get Result with this prediction ID.`,
				'temporarily-unavailable',
				'You can also raise \'Timeout (Minutes)\' and use "Retry execution".',
			];
		case 'stateUnknown':
			return [
				`The status of prediction ${id} could not be read`,
				`The prediction itself is not affected.${lastAnswer(reason.obstacle)} Use Get Result again later.`,
				reason.obstacle?.kind === 'rateLimited' ? 'rate-limited' : 'temporarily-unavailable',
			];
		case 'noVideoAddress':
			return [
				`Prediction ${id} is finished, but GPTProto gave no http(s) address for the video`,
				'The prediction is paid for. Use Get Result with this prediction ID later, or ask GPTProto about it.',
			];
		case 'notDownloaded':
			return [
				`The video of prediction ${id} is finished but could not be downloaded`,
				`Last attempt: ${describeDownloadFault(reason.fault)}. The video is at ${oneLine(facts.videoUrl ?? '', 2000)} for about a day. Get Result with this prediction ID downloads it without paying again.`,
				'temporarily-unavailable',
			];
	}
}

function httpCodeOf(reason: Reason): string | undefined {
	if (reason.kind === 'heldBack') return reason.isRateLimited ? '429' : undefined;
	const said = 'refusal' in reason ? reason.refusal : 'obstacle' in reason ? reason.obstacle : null;
	return typeof said === 'object' && said !== null && 'httpCode' in said
		? said.httpCode
		: undefined;
}

/** Why one item has no video. */
export function describeFailure({ reason, facts }: PredictionFailure): Message {
	const [message, description, cause, onRetry] = failureWords(reason, facts);
	const httpCode = httpCodeOf(reason);
	return { message, description, onRetry, origin: 'service', httpCode, cause, facts };
}

/** A fault nobody foresaw. */
export function describeUnexpected(fault: unknown): Message {
	const { message, description } = Object(fault) as Record<string, unknown>;
	const more = typeof description === 'string' ? oneLine(description, 2000) : '';
	return {
		message:
			typeof message === 'string' && message !== ''
				? oneLine(message)
				: 'The node stopped for an unknown reason',
		description: more === '' || /[.!?]$/.test(more) ? more : `${more}.`,
		origin: 'input',
	};
}

export function describeUnknownOperation(value: unknown): Message {
	return {
		message: `'Operation' is unknown: ${quote(value)}`,
		description: 'Choose Submit and Wait, Submit or Get Result.',
		origin: 'input',
	};
}

/** The whole run would cost more than the user allows. */
export function describeOverspending(items: number, seconds: number, limit: number): Message {
	return {
		message: `This run would submit ${counted(items, 'item')} with ${counted(seconds, 'second')} of video, but '${displayedName('spendingLimit')}' is ${limit}`,
		description: `Nothing was submitted. Send fewer items, shorten '${displayedName('duration')}', or raise the limit.`,
		origin: 'input',
		cause: 'quota-exhausted',
	};
}

/** n8n cannot keep the wait, or must not. */
export function describeNotParkable(why: 'oldN8n' | 'credentialOfItem'): Message {
	const option = displayedName('surviveRestarts');
	return why === 'oldN8n'
		? {
				message: `'${option}' needs n8n 2.41 or newer`,
				description:
					'Nothing was submitted. Update n8n, or switch the option off. In older versions the example workflow "Durable batch" keeps the wait in n8n\'s database.',
				origin: 'input',
				cause: 'configuration-invalid',
			}
		: {
				message: `'${option}' does not work with a credential whose expressions depend on the item`,
				description:
					'Nothing was submitted. The wait would have to store the key with the items. Switch the option off, or use a credential without such expressions.',
				origin: 'input',
				cause: 'configuration-invalid',
			};
}

/** A parked wait came back under another account. */
export function describeOtherAccount(predictionId: string): Message {
	return {
		message: `Prediction ${oneLine(predictionId)} belongs to another account than the credential`,
		description:
			'The credential was changed while the node waited. Use Get Result with this prediction ID and the credential it was submitted with.',
		origin: 'service',
		facts: { predictionId },
	};
}

/** A parked wait that somebody stopped, or that ended with the process it was awake in. */
export function describeWaitCutOff(predictionId: string, status: string | null): Message {
	return {
		message: `The wait for prediction ${oneLine(predictionId)} was cut off`,
		description:
			'Either n8n was stopped in the moment it asked for the video, or somebody stopped the execution that kept the wait. The prediction keeps rendering and will be charged. Use Get Result with this prediction ID to get the video without paying again.',
		origin: 'service',
		facts: { predictionId, status: status ?? undefined },
	};
}

const NAMED_AT_MOST = 50;

/** A list of items in a sentence; a long one is cut. */
export function listed(texts: ReadonlyArray<readonly [item: number, text: string]>): string {
	const shown = texts
		.slice(0, NAMED_AT_MOST)
		.map(([item, text]) => `[Item ${item}] ${oneLine(text, 2200)}`)
		.join(', ');
	const rest = texts.length - NAMED_AT_MOST;
	return rest > 0 ? `${shown} and ${rest} more` : shown;
}

type ByItem = ReadonlyArray<readonly [item: number, text: string]>;

function sentences(...parts: ReadonlyArray<string | false>): string {
	return parts.filter((sentence) => sentence !== false).join(' ');
}

function didNotFinish(others: ByItem): string | false {
	return (
		others.length > 0 && `${counted(others.length, 'more item')} did not finish: ${listed(others)}.`
	);
}

/** What else a person has to know when one item stops the workflow. */
export function describeRest(others: ByItem, accepted: ByItem): string {
	const these = accepted.length === 1 ? 'this accepted prediction' : 'these accepted predictions';
	return sentences(
		didNotFinish(others),
		accepted.length > 0 &&
			`Retry On Fail and "Retry execution" pick up ${these} without paying again: ${listed(accepted)}.`,
		accepted.length > NAMED_AT_MOST && "n8n's log names all of them.",
	);
}

/** The same after a parked wait, where n8n does not run the node again. */
export function describeRestOfParked(others: ByItem, videos: ByItem): string {
	return sentences(
		didNotFinish(others),
		videos.length > 0 &&
			`${counted(videos.length, 'video')} finished: ${listed(videos)}. Use Get Result with the prediction ID to download a video without paying again.`,
		videos.length > NAMED_AT_MOST &&
			'The note in the execution that kept the wait names all of them.',
		'"Retry execution" shows this message again and pays for nothing.',
	);
}

export const CANCELLED = 'The execution was cancelled';

export function describeEvent(event: RunEvent): string {
	switch (event.kind) {
		case 'accepted':
			return `Prediction ${oneLine(event.predictionId)} was accepted [Item ${event.item}]`;
		case 'acceptedWhileCancelled':
			return `Prediction ${oneLine(event.predictionId)} was accepted while the execution was being cancelled. It will keep rendering and will be charged`;
		case 'answerLostWhileCancelled':
			return `The answer to a submission was lost while the execution was being cancelled (${obstacleInWords(event.reason)}). A prediction may exist and may be billed`;
	}
}

/** For n8n's log and for whoever watches in the editor: n8n keeps nothing of a cancelled node's output. */
export function describeCancelled(ids: readonly string[]): string {
	const they = ids.length === 1 ? 'It' : 'They';
	return `Cancelled with ${counted(ids.length, 'accepted prediction')}. ${they} will keep rendering and will be charged. Use Get Result with: ${ids.map((id) => oneLine(id)).join(', ')}`;
}

export function describeNotHandedOver(fault: unknown): string {
	return `n8n could not take over the wait (${oneLine(describeUnexpected(fault).message)}). The node waits itself, and this wait does not survive a restart`;
}

export const HINTS = {
	pickedUp: (count: number) =>
		`${counted(count, 'prediction')} of an earlier try ${count === 1 ? 'was' : 'were'} picked up without paying again.`,
	addressExpires:
		'Video URLs expire after about a day. Switch on Download Video, or use Get Result, to keep the videos.',
	silentModel: 'The Seedance 1.0 models may ignore Generate Audio. Sound came with version 1.5.',
} as const;

/** Names of what a person sees on opening a parked execution. */
export const PARKED = {
	workflow: 'Seedance: waiting for videos',
	trigger: 'Videos Handed Over',
	wait: 'Wait a Minute',
	check: 'Check Videos',
	finished: 'All Finished?',
	deliver: 'Get Videos',
	noteName: 'What Is This?',
	note: (ids: readonly string[]) =>
		[
			'## Waiting for Seedance videos',
			"This execution keeps the wait of a node with 'Survive Restarts'. When all videos are finished, the workflow that started it goes on.",
			'If something stopped it, nothing is lost: use **Get Result** with these prediction IDs. It does not pay again.',
			ids.map((id) => `- ${oneLine(id)}`).join('\n'),
		].join('\n\n'),
} as const;
