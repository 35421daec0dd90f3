// Which file may import which: the rooms of the architecture, enforced by `npm run arch`. The root ESLint
// configuration has to stay n8n's own, so these rules cannot live there.
const NODE = 'nodes/SeedanceImageToVideo';
const SHIPPED = '^(nodes|credentials)/';
const N8N = '(^|/)node_modules/n8n-workflow/';

/** A rule that forbids the files at `from` to import the files at `to`. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** Files of prediction/ that use a value of n8n-workflow, and not just its types. */
const PREDICTION_FILES_WITH_N8N = ['clock'];

module.exports = {
	forbidden: [
		forbid(
			'gptproto-is-pure',
			'gptproto/ is what GPTProto documents: pure data and pure functions',
			{ path: `^${NODE}/gptproto/` },
			{ pathNot: `^${NODE}/gptproto/` },
		),
		forbid(
			'description-is-built-from-the-reference',
			'description/ is what n8n shows: it may look at gptproto/ alone',
			{ path: `^${NODE}/description/` },
			{ path: SHIPPED, pathNot: `^${NODE}/(gptproto|description)/` },
		),
		forbid(
			'description-runs-nothing',
			'of n8n it needs types only',
			{ path: `^${NODE}/description/` },
			{ path: N8N, dependencyTypesNot: ['type-only'] },
		),
		forbid(
			'prediction-knows-no-n8n-side',
			"prediction/ is one prediction's life: it may look at gptproto/ alone",
			{ path: `^${NODE}/prediction/` },
			{ path: SHIPPED, pathNot: `^${NODE}/(gptproto|prediction)/` },
		),
		forbid(
			'prediction-uses-n8n-by-type',
			'only the clock needs n8n itself, for its sleep; transport is handed the helpers it calls',
			{
				path: `^${NODE}/prediction/`,
				pathNot: `^${NODE}/prediction/(${PREDICTION_FILES_WITH_N8N.join('|')})\\.ts$`,
			},
			{ path: N8N, dependencyTypesNot: ['type-only'] },
		),
		forbid(
			'execute-knows-no-http',
			"execute/ is n8n's side: only the accounts open a way to GPTProto",
			{ path: `^${NODE}/execute/`, pathNot: `^${NODE}/execute/accounts\\.ts$` },
			{ path: `^${NODE}/prediction/transport\\.ts$` },
		),
		forbid(
			'credential-knows-the-address-only',
			'the credential shares with the node how GPTProto is addressed, and nothing else',
			{ path: '^credentials/' },
			{ path: '^nodes/', pathNot: `^${NODE}/gptproto/(access|reference)\\.ts$` },
		),
		forbid(
			'shipped-code-stands-alone',
			'nothing that is not in the package: no tests, no tools, no sandbox',
			{ path: SHIPPED },
			{ path: '^(sandbox|test|tools)/' },
		),
		forbid(
			'shipped-code-has-no-dependency',
			'n8n-workflow, which the host brings along, and a hash; a verified node may have nothing else',
			{ path: SHIPPED },
			{
				dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-no-pkg', 'npm-unknown', 'core'],
				pathNot: [N8N, '^crypto$'],
			},
		),
		forbid(
			'sandbox-is-independent',
			'it transcribes the documentation on its own, so that the two can be compared',
			{ path: '^sandbox/' },
			{ path: '^(nodes|credentials|tools|test)/' },
		),
		forbid('tools-know-no-tests', '', { path: '^tools/' }, { path: '^test/' }),
		forbid('no-cycles', 'by type or by value', {}, { circular: true }),
		forbid(
			'no-orphans',
			'a file that nobody imports and that imports nobody',
			{ orphan: true, path: '^(nodes|credentials|sandbox|tools)/', pathNot: '\\.d\\.ts$' },
			{},
		),
		forbid('resolvable', '', {}, { couldNotResolve: true }),
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		exclude: { path: '(^(dist|coverage)/|eslint\\.config\\.mjs$)' },
		tsConfig: { fileName: 'tsconfig.tools.json' },
		tsPreCompilationDeps: true,
		enhancedResolveOptions: {
			exportsFields: ['exports'],
			conditionNames: ['import', 'require', 'node', 'default', 'types'],
		},
	},
};
