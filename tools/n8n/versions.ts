// Knows which n8n versions this package is proved against, and what each needs to be installed and started.

export const N8N_VERSIONS = ['1.100.1', '1.123.81', '2.41.1'] as const;

export type N8nVersion = (typeof N8N_VERSIONS)[number];

export const NEWEST_VERSION: N8nVersion = '2.41.1';

/** The Node.js release every n8n here runs on: 2.41 asks for at least 24, 1.123 for at most 24. */
export const NODE_RELEASE = '24.21.0';

export interface Recipe {
	/** Packages npm has to be told of beside n8n itself. */
	readonly dependencies?: Readonly<Record<string, string>>;
	/** npm overrides for the folder n8n is installed in. */
	readonly overrides: Readonly<Record<string, string>>;
	/** About how many requests npm makes of the registry (or its cache), for the progress bar. */
	readonly requests: number;
	/** Environment variables only this line of n8n knows. */
	readonly environment: Readonly<Record<string, string>>;
}

// Without the override n8n asks for xlsx as a tarball from a host that is no package registry.
const XLSX = { xlsx: '0.18.5' };

export const RECIPES: Readonly<Record<N8nVersion, Recipe>> = {
	'1.100.1': {
		// Without a direct dependency npm puts an older ajv first: `Cannot find module 'ajv/dist/core'`.
		dependencies: { ajv: '8.17.1' },
		overrides: XLSX,
		requests: 2800,
		environment: { N8N_RUNNERS_ENABLED: 'true', DB_SQLITE_POOL_SIZE: '2' },
	},
	'1.123.81': {
		// A newer checkpoint package breaks it: n8n then says only `Command "start" not found`.
		overrides: { ...XLSX, '@langchain/langgraph-checkpoint': '1.0.0' },
		requests: 2980,
		environment: {
			N8N_RUNNERS_ENABLED: 'true',
			DB_SQLITE_POOL_SIZE: '2',
			N8N_GIT_NODE_DISABLE_BARE_REPOS: 'true',
		},
	},
	'2.41.1': {
		overrides: XLSX,
		requests: 3690,
		// The MCP registry is fetched from n8n's own host; the assistant and agents need paid services.
		environment: {
			N8N_DISABLED_MODULES: 'mcp-registry,instance-ai,agents',
			N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		},
	},
};
