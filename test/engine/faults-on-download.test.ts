// Every fault of a download: retried from its start, and at last an error with id and address.
import {
	EVERY_MODE,
	kindsOf,
	playAll,
	rateLimits,
	READING,
	type Row,
	WAITING,
} from './fault-matrix';

playAll('download', [
	...rateLimits('download'),
	...kindsOf(
		'resetBefore',
		'resetAfter',
		'hangBefore',
		'hangAfter',
		'slowBody',
		'status429',
		'status500',
		'status502Html',
		'status503',
		'wrongContentType',
		'download403',
		'notFound',
		'redirect',
		'empty',
		'status204',
		'status206',
		'htmlAsVideo',
		'jsonAsBytes',
		'short',
	).map((kind): Row => ({
		fault: kind,
		operations: READING,
		expected: { outcome: 'video' },
		faults: [{ on: 'download', kind, times: kind === 'hangBefore' ? 1 : 2 }],
	})),
	{
		fault: 'download403, for good',
		operations: READING,
		modes: EVERY_MODE,
		expected: { outcome: 'failed' },
		faults: [{ on: 'download', kind: 'download403', times: Infinity }],
	},
	{
		fault: 'connection refused, for good',
		operations: READING,
		expected: { outcome: 'failed' },
		faults: [],
		offline: { origin: 'media' },
	},
	...kindsOf('endless', 'drip').map((kind): Row => ({
		fault: `${kind}, for good`,
		// Without waiting the drip would be watched for the default timeout.
		operations: kind === 'drip' ? WAITING : READING,
		timeoutMinutes: 0.1,
		expected: { outcome: 'failed' },
		faults: [{ on: 'download', kind, times: Infinity, delayMs: 50 }],
	})),
]);
