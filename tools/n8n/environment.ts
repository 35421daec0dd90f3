// Knows the environment variables that make n8n a quiet guest: all files in one folder, one address, no calls home.
import { dirname, delimiter } from 'node:path';

import type { Installation } from './install';
import { type N8nVersion, recipeFor } from './versions';

export interface EnvironmentOptions {
	readonly version: N8nVersion;
	readonly installation: Installation;
	readonly userFolder: string;
	/** Where n8n listens. */
	readonly address: string;
	readonly port: number;
	/** Where the browser finds it. */
	readonly publicUrl: string;
}

// Everything else of the caller's environment stays outside: an N8N_ variable of the person at this machine must
// not change what a test proves, and an API key there is none of n8n's business.
const INHERITED = ['LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'NODE_EXTRA_CA_CERTS'];
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'];

/** The whole environment of an n8n process. */
export function n8nEnvironment(options: EnvironmentOptions): Record<string, string> {
	const { version, installation, userFolder, address, port, publicUrl } = options;
	const inherited = [...INHERITED, ...PROXIES].flatMap((name) => {
		const value = process.env[name];
		return value === undefined ? [] : [[name, value]];
	});
	return {
		...Object.fromEntries(inherited),
		NO_PROXY: 'localhost,127.0.0.1',
		PATH: [dirname(installation.node), process.env.PATH].join(delimiter),
		NODE_COMPILE_CACHE: installation.compileCache,
		HOME: userFolder,
		N8N_USER_FOLDER: userFolder,
		N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'true',
		N8N_PORT: String(port),
		N8N_LISTEN_ADDRESS: address,
		N8N_HOST: new URL(publicUrl).hostname,
		N8N_EDITOR_BASE_URL: publicUrl,
		WEBHOOK_URL: `${publicUrl}/`,
		N8N_SECURE_COOKIE: 'false',
		N8N_RUNNERS_BROKER_LISTEN_ADDRESS: '127.0.0.1',
		N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
		N8N_BLOCK_ENV_ACCESS_IN_NODE: 'true',
		N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '5',
		// No calls home.
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		N8N_REINSTALL_MISSING_PACKAGES: 'false',
		EXTERNAL_FRONTEND_HOOKS_URLS: '',
		...recipeFor(version).environment,
	};
}
