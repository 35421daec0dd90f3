// Every fault of a submission. The On Error modes are played where they can differ: before acceptance, after it, and
// where the fault passes.
import { acceptedDespite } from '../../sandbox';
import { EVERY_MODE, kindsOf, playAll, type Row, SUBMITTING, VARIANTS } from './fault-matrix';

/** Faults of a submission after which it goes on, and how often it is sent until then. */
const SUBMISSION_GOES_ON: Readonly<Record<string, number>> = {
	slowBody: 1,
	wrongContentType: 1,
	status429: 2,
};
const REPRESENTATIVE = ['contentPolicy', 'resetAfter', 'slowBody'];

playAll('submit', [
	...(Object.keys(acceptedDespite) as Array<keyof typeof acceptedDespite>).map((kind): Row => ({
		fault: kind,
		operations: SUBMITTING,
		...(REPRESENTATIVE.includes(kind) && { modes: EVERY_MODE }),
		expected: {
			outcome: kind in SUBMISSION_GOES_ON ? 'video' : 'failed',
			submissions: SUBMISSION_GOES_ON[kind] ?? 1,
		},
		faults: [{ on: 'submit', kind }],
	})),
	...kindsOf('drip', 'gzipBomb').map((kind): Row => ({
		fault: kind,
		operations: SUBMITTING,
		expected: { outcome: 'failed' },
		faults: [{ on: 'submit', kind, bytes: 20_000_000, delayMs: 50 }],
	})),
	...VARIANTS.map((kind): Row => ({
		fault: kind,
		operations: SUBMITTING,
		expected: { outcome: 'video' },
		faults: [{ on: 'submit', kind }],
		hasNumericId: kind === 'numericId',
	})),
	...([1, 'date'] as const).map((retryAfter): Row => ({
		fault: `429 with Retry-After (${retryAfter === 1 ? 'seconds' : retryAfter})`,
		operations: SUBMITTING,
		expected: { outcome: 'video', submissions: 2 },
		faults: [{ on: 'submit', kind: 'status429', retryAfter }],
	})),
	{
		fault: 'connection refused, for good',
		operations: SUBMITTING,
		expected: { outcome: 'failed', submissions: 0 },
		faults: [],
		offline: { origin: 'api' },
	},
]);
