// The table of messages: what the node says, in the node's own words, and when. Nothing of it is typed by hand; that each
// fault brings its message is what the engine's tests show.
import {
	describeBaseUrlFault,
	describeFailure,
	describeInvalidParameter,
	describeNotParkable,
	describeOverspending,
	type Message,
	withRetry,
} from '../../nodes/SeedanceImageToVideo/execute/messages';
import type { RefusalGround } from '../../nodes/SeedanceImageToVideo/gptproto/refusal';
import { InvalidParameter } from '../../nodes/SeedanceImageToVideo/gptproto/input';
import { PredictionFailure, type Reason } from '../../nodes/SeedanceImageToVideo/prediction/reason';
import { table } from './markdown';

const TIMEOUT_MS = 15 * 60_000;
const PREDICTION = { predictionId: 'abc', status: 'running', videoUrl: 'https://…' };

const failed = (reason: Reason, status = PREDICTION.status) =>
	describeFailure(new PredictionFailure(reason, { ...PREDICTION, status }));

function refused(
	ground: RefusalGround,
	httpCode: string,
	what: 'submission' | 'result',
	message = '',
): Message {
	const refusal = { kind: 'refused', ground, httpCode, message } as const;
	return failed({ kind: 'refused', what, refusal });
}

const REAL_PERSON =
	'InputImageSensitiveContentDetected.PrivacyInformation: The input image may contain real person';
const COPYRIGHT =
	'InputImageSensitiveContentDetected.PolicyViolation: The input image may be related to copyright restrictions';
const PROMPT = 'InputTextRiskDetection: The input text includes sensitive content';
const SOUND =
	'OutputAudioSensitiveContentDetected: The output audio may contain sensitive information';

const lost = { kind: 'unreadable', httpCode: '500', retryAfterMs: null, message: '' } as const;

const limit = { ...lost, kind: 'rateLimited', httpCode: '429', limitReached: false } as const;

const ROWS: ReadonlyArray<readonly [when: string, message: Message]> = [
	[
		'A parameter cannot be used (here: no prompt)',
		describeInvalidParameter(new InvalidParameter('prompt', { kind: 'empty' }, '')),
	],
	[
		'An image that is none (here: an iPhone photo)',
		describeInvalidParameter(
			new InvalidParameter(
				'binaryPropertyName',
				{ kind: 'fileNotAPicture', content: 'heic', fields: ['data'] },
				'data',
			),
		),
	],
	[
		'Two addresses in one value',
		describeInvalidParameter(
			new InvalidParameter('imageUrl', { kind: 'severalAddresses' }, 'https://…, https://…'),
		),
	],
	[
		'An address that GPTProto cannot reach',
		describeInvalidParameter(
			new InvalidParameter('imageUrl', { kind: 'privateAddress' }, 'http://localhost/fox.png'),
		),
	],
	['The Base URL cannot be used', describeBaseUrlFault('noScheme')],
	['The run would cost more than Spending Limit', describeOverspending(50, 250, 100)],
	['Survive Restarts in an older n8n', describeNotParkable('oldN8n')],
	[
		'Survive Restarts with a credential that differs by item',
		describeNotParkable('credentialOfItem'),
	],
	['HTTP 401, or 403 about the key', refused('keyRefused', '401', 'submission')],
	['HTTP 402, or 403 about the balance', refused('balance', '403', 'submission')],
	['Any other HTTP 403', refused('forbidden', '403', 'submission')],
	['HTTP 403, not in the format of GPTProto', refused('forbiddenByUnknown', '403', 'submission')],
	[
		'Content policy: a picture that shows a person',
		refused('contentPolicy', '400', 'submission', REAL_PERSON),
	],
	[
		'Content policy: a picture, for copyright',
		refused('contentPolicy', '400', 'submission', COPYRIGHT),
	],
	['Content policy: the prompt', refused('contentPolicy', '400', 'submission', PROMPT)],
	['Content policy, no more said (code 503)', refused('contentPolicy', '400', 'submission')],
	['HTTP 413', refused('tooLarge', '413', 'submission')],
	[
		'Any other HTTP 4xx (here: with words)',
		refused('badRequest', '422', 'submission', 'duration is not allowed'),
	],
	['HTTP 404', refused('notFound', '404', 'submission')],
	[
		'HTTP 429 that says waiting does not help, three times',
		refused('limitReached', '429', 'submission'),
	],
	['A redirect', refused('redirect', '302', 'submission')],
	['Connection refused, unknown host', failed({ kind: 'unreachable', code: 'ECONNREFUSED' })],
	[
		'A proxy of your network wants a sign-in (HTTP 407)',
		failed({ kind: 'unreachable', code: 'HTTP_407', proxyStatus: 407 }),
	],
	['HTTP 429 until the timeout', failed({ kind: 'heldBack', waitedMs: TIMEOUT_MS, limit })],
	['No turn until the timeout', failed({ kind: 'heldBack', waitedMs: TIMEOUT_MS, limit: null })],
	[
		'HTTP 5xx, reset, timeout, unreadable answer (here: HTTP 500)',
		failed({ kind: 'responseLost', obstacle: lost }),
	],
	[
		'`failed` or `expired` while a video was promised',
		failed({ kind: 'ended', failureReason: 'The picture shows a face' }, 'failed'),
	],
	[
		'Not finished within the timeout',
		failed({ kind: 'timedOut', waitedMs: TIMEOUT_MS, obstacle: null }),
	],
	[
		'The content policy blocked the sound of the finished video',
		failed({ kind: 'ended', failureReason: SOUND }, 'failed'),
	],
	[
		'Any other HTTP 4xx to a poll, for half a minute',
		refused('badRequest', '400', 'result', 'task not found'),
	],
	['HTTP 404 for a prediction ID', refused('notFound', '404', 'result')],
	[
		'Get Result without waiting: no usable answer to five tries',
		failed({ kind: 'stateUnknown', obstacle: lost, pauseMs: 0 }),
	],
	['`succeeded` without an address for half a minute', failed({ kind: 'noVideoAddress' })],
	[
		'The video cannot be downloaded in four attempts',
		failed({ kind: 'notDownloaded', fault: { kind: 'status', status: 403 } }),
	],
	[
		'n8n cannot store the video',
		failed({ kind: 'notDownloaded', fault: { kind: 'notStored', message: 'ENOSPC' } }),
	],
];

export function errorsTable(): string {
	const rows = ROWS.map(([when, words]) => {
		const { message, description } = withRetry(words);
		return [when, message, description];
	});
	return table(['When', 'Message', 'What to do'], rows);
}
