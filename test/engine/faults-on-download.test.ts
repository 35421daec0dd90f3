// Every fault of a download, and everything that is no video: retried from its start, and at last an error with id and
// address.
import { EVERY_MODE, NO_VIDEO, playAll, rateLimits, rows, WAITING } from './fault-matrix';

const TIMES = 2;

playAll('download', [
	...rateLimits('download'),
	...rows(
		[
			'resetBefore',
			'resetAfter',
			'hangAfter',
			'slowBody',
			'status429',
			'status500',
			'status502Html',
			'status503',
			'download403',
			'notFound',
			'redirect',
		],
		(kind) => ({ outcome: 'video', faults: [{ on: 'download', kind, times: TIMES }] }),
	),
	...rows(['hangBefore'], (kind) => ({ outcome: 'video', faults: [{ on: 'download', kind }] })),
	...rows(NO_VIDEO, (kind) => ({
		outcome: 'video',
		downloads: TIMES + 1,
		faults: [{ on: 'download', kind, times: TIMES }],
	})),
	{
		fault: 'download403, for good',
		modes: EVERY_MODE,
		outcome: 'failed',
		faults: [{ on: 'download', kind: 'download403', times: Infinity }],
	},
	{
		fault: 'connection refused, for good',
		outcome: 'failed',
		faults: [],
		offline: { origin: 'media' },
	},
	...rows(
		['endless', 'drip'],
		(kind) => ({
			// Without waiting the drip would be watched for the default timeout.
			...(kind === 'drip' && { operations: WAITING }),
			timeoutMinutes: 0.1,
			outcome: 'failed',
			faults: [{ on: 'download', kind, times: Infinity, delayMs: 50 }],
		}),
		', for good',
	),
]);
