// Which file may import which: the rooms of the architecture, enforced by `npm run arch`. The root ESLint
// configuration has to stay n8n's own, so these rules cannot live there.
const NODE = 'nodes/SeedanceImageToVideo';
const SHIPPED = '^(nodes|credentials)/';
const N8N = '(^|/)node_modules/n8n-workflow/';

/** A rule that forbids the files at `from` to import the files at `to`. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** Operations that a user can choose; each knows the parts it is made of, and none of the others. */
const OPERATIONS = ['submit', 'getResult', 'submitAndWait'];

/** Files of run/ that use a value of n8n-workflow, and not just its types. */
const RUN_FILES_WITH_N8N = ['clock'];

module.exports = {
	forbidden: [
		forbid(
			'api-imports-only-api',
			'api/ is what GPTProto documents: pure data and pure functions',
			{ path: `^${NODE}/api/` },
			{ pathNot: `^${NODE}/api/`, dependencyTypesNot: ['type-only'] },
		),
		forbid(
			'api-knows-no-other-room',
			'not even by type',
			{ path: `^${NODE}/api/` },
			{ path: '^(nodes|credentials|sandbox|tools|test)/', pathNot: `^${NODE}/api/` },
		),
		forbid(
			'description-is-built-from-the-reference',
			'description/ is what n8n shows: it may look at api/ and at the bounds in run/limits',
			{ path: `^${NODE}/description/` },
			{ path: SHIPPED, pathNot: `^${NODE}/(api/|description/|run/limits\\.ts$)` },
		),
		forbid(
			'description-runs-nothing',
			'of n8n it needs types only',
			{ path: `^${NODE}/description/` },
			{ path: N8N, dependencyTypesNot: ['type-only'] },
		),
		forbid(
			'run-knows-no-description',
			'run/ is what happens over time: it may look at api/ alone',
			{ path: `^${NODE}/run/` },
			{ path: SHIPPED, pathNot: `^${NODE}/(api|run)/` },
		),
		forbid(
			'run-uses-n8n-by-type',
			'only the clock needs n8n itself, for its sleep; transport is handed the helpers it calls',
			{
				path: `^${NODE}/run/`,
				pathNot: `^${NODE}/run/(${RUN_FILES_WITH_N8N.join('|')})\\.ts$`,
			},
			{ path: N8N, dependencyTypesNot: ['type-only'] },
		),
		...OPERATIONS.map((operation) =>
			forbid(
				`${operation}-knows-no-other-operation`,
				'what two operations share has a file of its own',
				{ path: `^${NODE}/operations/${operation}\\.ts$` },
				{
					path: `^${NODE}/operations/(${OPERATIONS.filter((other) => other !== operation).join('|')})\\.ts$`,
				},
			),
		),
		forbid(
			'only-the-node-chooses-an-operation',
			'the parts of the operations know none of them',
			{ path: SHIPPED, pathNot: `^${NODE}/SeedanceImageToVideo\\.node\\.ts$` },
			{ path: `^${NODE}/operations/(${OPERATIONS.join('|')})\\.ts$` },
		),
		forbid(
			'credential-knows-the-address-only',
			'the credential shares with the node how GPTProto is addressed, and nothing else',
			{ path: '^credentials/' },
			{ path: '^nodes/', pathNot: `^${NODE}/api/(access|reference)\\.ts$` },
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
