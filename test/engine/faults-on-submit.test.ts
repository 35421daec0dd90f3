// Every fault of a submission. The On Error modes are played where they can differ: before acceptance, after it, and
// where the fault passes.
import { acceptedDespite } from '../../sandbox';
import { EVERY_MODE, playAll, rateLimits, rows, VARIANTS } from './fault-matrix';

/** Faults of a submission after which it goes on, and how often it is sent until then. */
const SUBMISSION_GOES_ON: Readonly<Record<string, number>> = {
	slowBody: 1,
	wrongContentType: 1,
	status429: 2,
};
const REPRESENTATIVE = ['contentPolicy', 'resetAfter', 'slowBody'];

playAll('submit', [
	...rows(Object.keys(acceptedDespite) as Array<keyof typeof acceptedDespite>, (kind) => ({
		...(REPRESENTATIVE.includes(kind) && { modes: EVERY_MODE }),
		outcome: kind in SUBMISSION_GOES_ON ? 'video' : 'failed',
		submissions: SUBMISSION_GOES_ON[kind] ?? 1,
		faults: [{ on: 'submit', kind }],
	})),
	...rows(['drip', 'gzipBomb'], (kind) => ({
		outcome: 'failed',
		faults: [{ on: 'submit', kind, bytes: 20_000_000, delayMs: 50 }],
	})),
	...rows(VARIANTS, (kind) => ({
		outcome: 'video',
		faults: [{ on: 'submit', kind }],
		hasNumericId: kind === 'numericId',
	})),
	...rateLimits('submit', { submissions: 2 }),
	{
		fault: 'connection refused, for good',
		outcome: 'failed',
		submissions: 0,
		faults: [],
		offline: { origin: 'api' },
	},
]);
