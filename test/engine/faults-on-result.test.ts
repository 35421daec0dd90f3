// Every fault of a question for a result: nearly all are forgiven.
import { EVERY_MODE, playAll, rateLimits, rows, VARIANTS } from './fault-matrix';

playAll('result', [
	...rows(
		[
			'resetBefore',
			'resetAfter',
			'hangBefore',
			'hangAfter',
			'slowBody',
			'drip',
			'gzipBomb',
			'status429',
			'status500',
			'status502Html',
			'status503',
			'truncatedJson',
			'wrongContentType',
			'envelope500',
			'missingData',
			'redirect',
			'keyEcho',
			'unknownStatus',
			'outputObjects',
			...VARIANTS.slice(0, 3),
			'numericId',
			'deepJson',
		],
		(kind) => ({
			...(kind === 'status500' && { modes: EVERY_MODE }),
			outcome: 'video',
			faults: [{ on: 'result', kind, times: 2, bytes: 20_000_000, delayMs: 50 }],
			isAnswerWithoutWaiting: kind === 'unknownStatus',
			hasNumericId: kind === 'numericId',
		}),
	),
	...rateLimits('result'),
	{
		fault: 'connection refused, for a while',
		operations: ['getResult, waiting'],
		outcome: 'video',
		faults: [],
		offline: { origin: 'api', forMs: 200 },
	},
	...rows(['unauthorized', 'forbidden', 'contentPolicy'], (kind) => ({
		...(kind === 'forbidden' && { modes: EVERY_MODE }),
		outcome: 'failed',
		faults: [{ on: 'result', kind, times: Infinity }],
	})),
	{
		fault: 'notFound, beyond the grace',
		outcome: 'failed',
		faults: [{ on: 'result', kind: 'notFound', times: Infinity }],
	},
	...rows(
		['succeededWithoutOutputs', 'badVideoUrl'],
		(kind) => ({
			outcome: 'failed',
			faults: [{ on: 'result', kind, times: Infinity }],
			isAnswerWithoutWaiting: true,
		}),
		', for good',
	),
]);
