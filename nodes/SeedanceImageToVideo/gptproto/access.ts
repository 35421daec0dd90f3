// How GPTProto is addressed and who may: the base URL and the key, as people paste them. Pure.
import { DEFAULT_BASE_URL } from './reference';

/**
 * The key as GPTProto's samples send it: bare. A pasted `Bearer sk-…`, spaces, and whatever a header cannot hold
 * (a zero-width space, a line break) are taken off.
 */
export function bareKey(value: unknown): string {
	if (typeof value !== 'string') return '';
	return value
		.trim()
		.replace(/^Bearer\s+/i, '')
		.replace(/[^\x21-\x7e]/g, '');
}

/** What is wrong with a base URL. */
export type BaseUrlFault = 'noScheme' | 'userInfo' | 'query' | 'notAUrl';

/** The base URL without slashes at its end (the documented one where it is empty), or what is wrong with it. */
export function readBaseUrl(
	value: unknown,
): { readonly baseUrl: string } | { readonly fault: BaseUrlFault } {
	const text = typeof value === 'string' ? value.trim().replace(/\/+$/, '') : '';
	if (text === '') return { baseUrl: DEFAULT_BASE_URL };
	if (!/^https?:\/\//i.test(text)) {
		return { fault: /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? 'notAUrl' : 'noScheme' };
	}
	if (!URL.canParse(text)) return { fault: 'notAUrl' };
	const { username, password, search, hash } = new URL(text);
	if (username !== '' || password !== '') return { fault: 'userInfo' };
	return search === '' && hash === '' && !/[?#]/.test(text)
		? { baseUrl: text }
		: { fault: 'query' };
}

/** Whether an address lies under the base URL: same scheme, host and port. */
export function isAtBase(address: string, baseUrl: string): boolean {
	return URL.canParse(address) && new URL(address).origin === new URL(baseUrl).origin;
}

/** IPv4 networks that are not the internet: [first address, bits that count]. */
const PRIVATE_NETWORKS: ReadonlyArray<readonly [string, number]> = [
	['0.0.0.0', 8],
	['10.0.0.0', 8],
	['100.64.0.0', 10],
	['127.0.0.0', 8],
	['169.254.0.0', 16],
	['172.16.0.0', 12],
	['192.168.0.0', 16],
];

function toNumber(ipv4: string): number {
	return ipv4.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** Whether an address names a machine of a private network. Names that DNS would have to look up count as public. */
export function isPrivateAddress(address: string): boolean {
	const host = new URL(address).hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '');
	if (host === 'localhost' || /\.(localhost|local|internal|lan|home\.arpa)$/.test(host))
		return true;
	const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(host);
	const ipv4 = mapped
		? parseInt(mapped[1] ?? '', 16) * 65536 + parseInt(mapped[2] ?? '', 16)
		: /^\d+(\.\d+){3}$/.test(host)
			? toNumber(host)
			: null;
	if (ipv4 !== null) {
		return PRIVATE_NETWORKS.some(([first, bits]) => {
			const size = 2 ** (32 - bits);
			return Math.floor(ipv4 / size) === Math.floor(toNumber(first) / size);
		});
	}
	return host === '::' || host === '::1' || /^(f[cd]|fe[89ab])[0-9a-f]*:/.test(host);
}
