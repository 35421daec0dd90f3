// How GPTProto is addressed and who may: the base URL and the key, as people paste them. Pure.
import { DEFAULT_BASE_URL } from './reference';

/**
 * The key as GPTProto's samples send it: bare. A pasted `Bearer sk-…`, spaces, and whatever a header cannot hold
 * (a zero-width space, a line break) are taken off.
 */
export function bareKey(value: unknown): string {
	if (typeof value !== 'string') return '';
	return value
		.replace(/[^\x21-\x7e\s]/g, '')
		.trim()
		.replace(/^Bearer\s+|\s/gi, '');
}

/**
 * An address as a URL; null where it is none. `URL.canParse` would be shorter, but takes letters such as ü for none once
 * Node.js 22 has optimized a caller.
 */
export function urlOf(address: string, base?: string): URL | null {
	try {
		return new URL(address, base);
	} catch {
		return null;
	}
}

/** What is wrong with a base URL. */
export type BaseUrlFault = 'noScheme' | 'userInfo' | 'query' | 'notAUrl';

/**
 * The base URL, scheme and host in their one spelling and without slashes at its end (the documented one where it is empty), or
 * what is wrong with it.
 */
export function readBaseUrl(
	value: unknown,
): { readonly baseUrl: string } | { readonly fault: BaseUrlFault } {
	const text = typeof value === 'string' ? value.trim().replace(/\/+$/, '') : '';
	if (text === '') return { baseUrl: DEFAULT_BASE_URL };
	if (!/^https?:\/\//i.test(text)) {
		return { fault: /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? 'notAUrl' : 'noScheme' };
	}
	const url = urlOf(text);
	if (!url) return { fault: 'notAUrl' };
	const { username, password, origin, pathname } = url;
	if (username !== '' || password !== '') return { fault: 'userInfo' };
	if (/[?#]/.test(text)) return { fault: 'query' };
	return { baseUrl: `${origin}${pathname.replace(/\/+$/, '')}` };
}

/** Whether an address lies under the base URL: same scheme, host and port. */
export function isAtBase(address: string, baseUrl: string): boolean {
	return urlOf(address)?.origin === new URL(baseUrl).origin;
}

/** Hosts of private networks, as `URL` writes them. */
const PRIVATE_HOSTS = [
	// A name without a dot, such as localhost or a container's.
	/^[^.:]+$|\.(localhost|local|internal|lan|home\.arpa)$/,
	/^(0|10|127)\.\d+\.\d+\.\d+$/,
	/^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d+\.\d+$/,
	/^172\.(1[6-9]|2\d|3[01])\.\d+\.\d+$/,
	/^(169\.254|192\.168)\.\d+\.\d+$/,
	/^::1?$|^(f[cd]|fe[89ab])[0-9a-f]*:/,
];

/** Whether an address names a machine of a private network. Other names, which DNS would have to look up, count as public. */
export function isPrivateAddress(address: string): boolean {
	const host = new URL(address).hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '');
	// An IPv4 address in the form of IPv6: as a number, which `URL` writes with dots.
	const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(host) ?? [];
	const number = Number(`0x${high}`) * 65536 + Number(`0x${low}`);
	const name = high ? new URL(`http://${number}`).hostname : host;
	return PRIVATE_HOSTS.some((hosts) => hosts.test(name));
}
