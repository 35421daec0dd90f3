// The order of the test files: what waits longest first, so that the others run meanwhile. `durable` starts n8n of its
// own: not in the same moment as the first, which has the longest way to go.
const { default: Sequencer } = require('@jest/test-sequencer');

const LONGEST = [
	'killed-in-a-wait',
	'survive-restarts',
	'examples',
	'services',
	'places',
	'durable',
	'retry',
	'upgrade',
	'dev',
];

function rank({ path }) {
	const index = LONGEST.findIndex((name) => path.endsWith(`/${name}.test.ts`));
	return index === -1 ? LONGEST.length : index;
}

module.exports = class LongestFirst extends Sequencer {
	sort(tests) {
		return [...tests].sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));
	}
};
