// The table of what the node bounds, read from the file that holds every bound.
import { bounds, OPTION_DEFAULTS } from '../../nodes/SeedanceImageToVideo/prediction/bounds';
import { table } from './markdown';

const seconds = (ms: number) => `${ms / 1000} s`;
const mebibytes = (bytes: number) => `${bytes / 1024 ** 2} MiB`;

export function boundsTable(): string {
	const { timeoutMinutes } = OPTION_DEFAULTS;
	return table(
		['What', 'Bound'],
		[
			['An answer of the API, after unpacking', mebibytes(bounds.answerBytes)],
			['A video', `${bounds.videoBytes / 1024 ** 3} GiB, checked while it is streamed`],
			['One item, its time in every queue included', `Timeout (${timeoutMinutes} minutes)`],
			['A submission, to the last byte of its answer', seconds(bounds.submissionMs)],
			['A question for a result, to the last byte', seconds(bounds.resultMs)],
			['What is under way at the timeout', `${seconds(bounds.graceMs)} more`],
			['A download that sends nothing', `${seconds(bounds.downloadIdleMs)}`],
			['Attempts to download a video', String(bounds.downloadAttempts)],
			['Redirects of an API call', 'none is followed'],
			['Redirects of a video', String(bounds.redirects)],
			['Downloads at one time', String(bounds.concurrentDownloads)],
			[
				'Pictures in memory at one time',
				`${mebibytes(bounds.pictureBytes)}, or one larger picture`,
			],
			[
				'A pause that `Retry-After` asks for after HTTP 429',
				`${bounds.longestPauseMs / 60_000} minutes`,
			],
		],
	);
}
