// Words for why one item has no video, from the typed reason.
import { displayedName } from '../../description';
import type {
	DownloadFault,
	PredictionFacts,
	PredictionFailure,
	Reason,
} from '../../prediction/reason';
import { describeObstacle, type Obstacle } from '../../prediction/retry';
import { counted, inWords, joined, type Message, oneLine, RETRY, saying } from './message';
import { NO_REASON, policyHelp, refusalWords, type Words } from './refusals';

export function obstacleInWords(obstacle: Obstacle | string): string {
	const text = typeof obstacle === 'string' ? obstacle : describeObstacle(obstacle);
	return oneLine(
		text.replace(/^TIMEOUT$/, 'no answer in time').replace(/^([A-Z][A-Z0-9_]+)$/, 'no answer ($1)'),
	);
}

const NOT_OPENED: Readonly<Record<string, string>> = {
	PRIVATE_ADDRESS: 'the address is on a private network and was not opened',
	NOT_A_WEB_ADDRESS: 'the address leads on to one that is not http(s), which was not opened',
};

function downloadFaultInWords(fault: DownloadFault): string {
	switch (fault.kind) {
		case 'noResponse':
			return NOT_OPENED[fault.code] ?? `no answer (${oneLine(fault.code)})`;
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
		case 'notStored':
			return saying('n8n says', fault.message || 'no reason');
	}
}

const NOT_SENT_AFTER_REFUSAL =
	'This item was not submitted, since GPTProto had refused one before it for the same reason.';

function failureWords(reason: Reason, facts: PredictionFacts): Words {
	const id = oneLine(facts.predictionId ?? '');
	const status = oneLine(facts.status ?? 'unknown', 40);
	const lastAnswer = (obstacle: Obstacle | null) =>
		obstacle === null ? '' : `Last answer: ${obstacleInWords(obstacle)}.`;
	const picksUp = `Retry On Fail, and ${RETRY}, do not pay again either.`;
	switch (reason.kind) {
		case 'refused':
		case 'notSentAfterRefusal': {
			const isSubmission = reason.kind !== 'refused' || reason.what === 'submission';
			const [message, help, cause, onRetry] = refusalWords(reason.refusal, isSubmission, id);
			const why = reason.kind === 'refused' ? '' : NOT_SENT_AFTER_REFUSAL;
			const said = reason.refusal.message;
			const theySay = said === '' ? '' : saying('GPTProto says', said);
			const isNamed = isSubmission || message.includes(id);
			const named = isNamed ? message : `${message} (prediction ${id})`;
			return [named, joined(why, help, theySay), cause, onRetry];
		}
		case 'unreachable': {
			const { code, proxyStatus } = reason;
			return proxyStatus === undefined
				? [
						'GPTProto could not be reached',
						`Nothing was submitted. Check 'Base URL' in the credential, and whether n8n can connect to it (${oneLine(code)}). It is safe to submit this item again.`,
						'temporarily-unavailable',
					]
				: [
						`The proxy between n8n and GPTProto refused the connection (HTTP ${proxyStatus})`,
						`Nothing was submitted. Check the proxy settings of your n8n, and whether the proxy asks for a sign-in. It is safe to submit this item again.`,
						'configuration-invalid',
					];
		}
		case 'heldBack':
			return reason.limit
				? [
						`The rate limit held this item back for ${inWords(reason.waitedMs)}`,
						joined(
							'Nothing was submitted.',
							lastAnswer(reason.limit),
							'Your account may have too many videos in progress, or the model is overloaded. It is safe to submit this item again later.',
						),
						'rate-limited',
					]
				: [
						`This item waited ${inWords(reason.waitedMs)} for its turn and was not submitted`,
						"Nothing was submitted. Raise 'Max Concurrent Requests', or 'Timeout (Minutes)' if it is short. It is safe to submit this item again.",
						'temporarily-unavailable',
					];
		case 'responseLost':
			return [
				'The answer to the submission was lost: a prediction may exist and may be billed',
				`Reason: ${obstacleInWords(reason.obstacle)}. To avoid paying twice, Retry On Fail does not submit this item again. Check the usage in your GPTProto account first. If the prediction is there, use Get Result with its ID.`,
				undefined,
				`${RETRY} submits the item again.`,
			];
		case 'ended': {
			const said = reason.failureReason;
			const help =
				policyHelp(said ?? '') ?? 'Change the image, the prompt or the options if needed.';
			return [
				`Prediction ${id} ended without a video (${status})`,
				joined(said === null ? `${NO_REASON}.` : saying('GPTProto says', said), help),
				undefined,
				`Retry On Fail, and ${RETRY}, submit the item again.`,
			];
		}
		case 'timedOut': {
			const { obstacle } = reason;
			const last = obstacle === null ? '' : `, last answer: ${obstacleInWords(obstacle)}`;
			const goesOn =
				obstacle?.kind === 'refused'
					? 'If it is still rendering, it will be charged'
					: 'It keeps rendering and will be charged';
			return [
				`Prediction ${id} is not finished after ${inWords(reason.waitedMs)}`,
				`${goesOn} (last known status: "${status}"${last}): use Get Result with this prediction ID.`,
				'temporarily-unavailable',
				`Or raise '${displayedName('timeoutMinutes')}', save, and use ${RETRY}: Execute step and Execute workflow submit and pay again.`,
			];
		}
		case 'stateUnknown': {
			const { obstacle, pauseMs } = reason;
			const pause =
				pauseMs > 0
					? `GPTProto asks for a pause of ${inWords(pauseMs)}, which is longer than the time left.`
					: '';
			const isSafe = 'The prediction itself is not affected.';
			return [
				`The status of prediction ${id} could not be read`,
				joined(isSafe, lastAnswer(obstacle), pause, 'Use Get Result again later.'),
				obstacle?.kind === 'rateLimited' ? 'rate-limited' : 'temporarily-unavailable',
			];
		}
		case 'noVideoAddress':
			return [
				`Prediction ${id} is finished, but GPTProto gave no http(s) address for the video`,
				'The prediction is paid for. Use Get Result with this prediction ID later, or ask GPTProto about it.',
				undefined,
				picksUp,
			];
		case 'notDownloaded': {
			const why = downloadFaultInWords(reason.fault);
			const where = `The video is at ${oneLine(facts.videoUrl ?? '', 2000)} for about a day. Get Result with this prediction ID downloads it without paying again.`;
			return reason.fault.kind === 'notStored'
				? [
						`The video of prediction ${id} is finished but n8n could not store it`,
						`Make room where your n8n stores files, or raise its limit. ${why} ${where}`,
						undefined,
						picksUp,
					]
				: [
						`The video of prediction ${id} is finished but could not be downloaded`,
						`Last attempt: ${why}. ${where}`,
						'temporarily-unavailable',
						picksUp,
					];
		}
	}
}

function httpCodeOf(reason: Reason): string | undefined {
	if (reason.kind === 'heldBack') return reason.limit?.httpCode;
	const said = 'refusal' in reason ? reason.refusal : 'obstacle' in reason ? reason.obstacle : null;
	return (said as { readonly httpCode?: string } | null)?.httpCode;
}

export function describeFailure({ reason, facts }: PredictionFailure): Message {
	const [message, description, cause, onRetry] = failureWords(reason, facts);
	const httpCode = httpCodeOf(reason);
	return { message, description, onRetry, origin: 'service', httpCode, cause, facts };
}
