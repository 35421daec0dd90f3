// The table of the versions this package was tried in, from the record the end-to-end tests keep.
import { readTrials, type Trial } from '../n8n/compatibility';
import { table } from './markdown';

/** The releases of Node.js that `npm test` runs on, as the workflows have them; n8n's own images come with the last two. */
const NODE_RELEASES = '20, 22, 24';

export async function compatibilityTable(): Promise<string> {
	const trials = await readTrials();
	const row = (how: string, isMeant: (trial: Trial) => boolean) => {
		const versions = trials.filter(isMeant).map(({ version }) => version);
		return versions.length > 0 ? [['n8n', versions.join(', '), how]] : [];
	};
	const passed = (tests: 'whole' | 'core') => (trial: Trial) =>
		'tests' in trial && trial.tests === tests && trial.failed === 0;
	return table(
		['What', 'Versions', 'How it is known'],
		[
			...row('Every end-to-end test passes', passed('whole')),
			...row('The core of the end-to-end tests passes', passed('core')),
			...row('End-to-end tests fail', (trial) => 'tests' in trial && trial.failed > 0),
			...row('Not tried: it could not be installed', (trial) => 'reason' in trial),
			['Node.js', NODE_RELEASES, 'The tests and the build; 24 runs n8n'],
		],
	);
}
