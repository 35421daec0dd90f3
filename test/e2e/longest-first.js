// The order of the test files: what waits longest first, so that the others run meanwhile.
const { default: Sequencer } = require('@jest/test-sequencer');

const LONGEST = ['survive-restarts-killed', 'survive-restarts', 'durable', 'examples', 'retry'];

function rank({ path }) {
	const index = LONGEST.findIndex((name) => path.endsWith(`/${name}.test.ts`));
	return index === -1 ? LONGEST.length : index;
}

module.exports = class LongestFirst extends Sequencer {
	sort(tests) {
		return [...tests].sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));
	}
};
