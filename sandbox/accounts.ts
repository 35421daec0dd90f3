// Knows which keys the API accepts and whose each of them is. Must not know how it is asked.

export interface AccountSettings {
	/**
	 * The keys that the API accepts, each with the account it belongs to. Default: the sandbox's own key. A key that is taken
	 * out is revoked.
	 */
	keys: Readonly<Record<string, string>>;
	/** HTTP status of the answer to an account that asks for another one's prediction. Default 404. */
	foreignResult: 403 | 404;
}

/** The account of the sandbox's own key. */
const OWN_ACCOUNT = 'own';

export const keysWith = (apiKey: string): AccountSettings['keys'] => ({ [apiKey]: OWN_ACCOUNT });

/** The account that a request is made for; undefined where its key is not accepted. */
export function accountOf(
	{ keys }: AccountSettings,
	authorization: string | undefined,
): string | undefined {
	const key = authorization ?? '';
	return Object.hasOwn(keys, key) ? keys[key] : undefined;
}
