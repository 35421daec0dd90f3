// Knows which n8n versions this package is proved against, and what each n8n needs to be installed and started.

/** `1.100.1`: an n8n that was released. */
export type N8nVersion = `${number}.${number}.${number}`;

/** In these every end-to-end test runs: the oldest that is supported, the last of 1.x, and the newest. */
export const WHOLE_VERSIONS = ['1.100.1', '1.123.81', '2.41.1'] as const;

/** What every change is tried in. In those that are not among the three, the core of the tests runs. */
export const GATE_VERSIONS = ['1.100.1', '1.123.81', '2.0.3', '2.30.8', '2.41.1'] as const;

export const OLDEST_VERSION: N8nVersion = '1.100.1';
export const NEWEST_VERSION: N8nVersion = '2.41.1';

/** The Node.js release every n8n here runs on: 2.41 asks for at least 24, 1.123 for at most 24. */
export const NODE_RELEASE = '24.21.0';

/** What some versions of n8n need, and others do not. */
interface Need {
	/** The first version that needs it. Default: the oldest. */
	readonly from?: N8nVersion;
	/** The first one that does not any more. */
	readonly before?: N8nVersion;
	/** Packages npm has to be told of beside n8n itself. */
	readonly dependencies?: Readonly<Record<string, string>>;
	/** npm overrides for the folder n8n is installed in. */
	readonly overrides?: Readonly<Record<string, string>>;
	/** Environment variables n8n is started with. */
	readonly environment?: Readonly<Record<string, string>>;
}

const NEEDS: readonly Need[] = [
	// Without the override n8n asks for xlsx as a tarball from a host that is no package registry.
	{ overrides: { xlsx: '0.18.5' } },
	// Without a direct dependency npm puts an older ajv first: `Cannot find module 'ajv/dist/core'`.
	{ before: '1.123.0', dependencies: { ajv: '8.17.1' } },
	// A newer checkpoint package breaks it: n8n then says only `Command "start" not found`.
	{
		from: '1.123.0',
		before: '2.41.0',
		overrides: { '@langchain/langgraph-checkpoint': '1.0.0' },
	},
	{ before: '2.0.0', environment: { N8N_RUNNERS_ENABLED: 'true', DB_SQLITE_POOL_SIZE: '2' } },
	{ from: '1.123.0', before: '2.0.0', environment: { N8N_GIT_NODE_DISABLE_BARE_REPOS: 'true' } },
	// The MCP registry is fetched from n8n's own host; the assistant and agents need paid services.
	{
		from: '2.41.0',
		environment: {
			N8N_DISABLED_MODULES: 'mcp-registry,instance-ai,agents',
			N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		},
	},
];

/** All that a version of n8n needs. */
export function recipeFor(version: N8nVersion): Required<Omit<Need, 'from' | 'before'>> {
	const needs = NEEDS.filter(
		({ from = OLDEST_VERSION, before }) =>
			compareVersions(version, from) >= 0 &&
			(before === undefined || compareVersions(version, before) < 0),
	);
	return {
		dependencies: Object.assign({}, ...needs.map(({ dependencies }) => dependencies)),
		overrides: Object.assign({}, ...needs.map(({ overrides }) => overrides)),
		environment: Object.assign({}, ...needs.map(({ environment }) => environment)),
	};
}

/** Below 0 when `a` is older than `b`, 0 when they are the same, above 0 when it is newer. */
export function compareVersions(a: N8nVersion, b: N8nVersion): number {
	return a.localeCompare(b, 'en', { numeric: true });
}

export function isN8nVersion(text: string): text is N8nVersion {
	return /^\d+\.\d+\.\d+$/.test(text);
}
