// How GPTProto is addressed and who may: the base URL and the key, as people paste them. Pure.
import { DEFAULT_BASE_URL } from './reference';

/** The key as GPTProto's samples send it: bare. A pasted `Bearer sk-…` and stray spaces are forgiven. */
export function bareKey(value: unknown): string {
	return typeof value === 'string' ? value.trim().replace(/^Bearer\s+/i, '') : '';
}

/** The base URL without slashes at its end; the documented one where it is empty; null where it is no http(s) URL. */
export function normalizedBaseUrl(value: unknown): string | null {
	const text = typeof value === 'string' ? value.trim().replace(/\/+$/, '') : '';
	if (text === '') return DEFAULT_BASE_URL;
	if (!URL.canParse(text)) return null;
	const { protocol, search, hash } = new URL(text);
	return ['http:', 'https:'].includes(protocol) && search === '' && hash === '' ? text : null;
}

/** Whether an address lies under the base URL: same scheme, host and port. */
export function isAtBase(address: string, baseUrl: string): boolean {
	return URL.canParse(address) && new URL(address).origin === new URL(baseUrl).origin;
}
