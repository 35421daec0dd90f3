// What must not be on disk: the key, signatures in addresses and picture data. Knows texts only.

/** What looks like a key, or like what is left of one: servers repeat keys in part. */
const KEYS = /\b(sk-[\w*.…-]{4,}|eyJ[\w-]{8,}\.[\w.-]+)/g;
const DATA_URI = /(data:[\w.+-]+\/[\w.+-]+[^,\s"]*,)([\w+/=%-]{32,})/g;
const BASE64 = /[\w+/-]{256,}=*/g;
const ADDRESS = /https?:\/\/[^\s"'<>\\]+/gi;
/** Parameters of an address that say when it was made or how long it lives. */
const TIMES = /(date|expires?|^se|^st)=[\dTZ:%.-]{1,32}$/i;

/** The query of an address, with the names of its parameters and the values that are times. */
function withoutSignatures(address: string): string {
	const [place = '', ...query] = address.replace(/(?<=\/)[^/?#@]*@/, '***@').split('?');
	const shown = query.map((part) =>
		part.replace(/([^&;=#]+)(=?)[^&;#]*/g, (pair, name: string, is: string) => {
			if (TIMES.test(pair)) return pair;
			return is === '' ? '***' : `${name}=***`;
		}),
	);
	return [place, ...shown].join('?');
}

/** The same with characters that JSON may escape written out, however often they were: an escape may hide a key. */
function unescaped(text: string): string {
	return text.replace(/\\+(?:\/|u00([2-7][\da-f]))/gi, (escape, code?: string) => {
		if (code === undefined) return '/';
		return /22|5c|7f/i.test(code) ? escape : String.fromCharCode(parseInt(code, 16));
	});
}

/** @param key without quotes and backslashes */
export function withoutSecrets(text: string, key: string): string {
	return unescaped(text)
		.replaceAll(key, '***')
		.replaceAll(encodeURIComponent(key), '***')
		.replace(KEYS, '***')
		.replace(DATA_URI, (_, head: string, data: string) => `${head}*** (${data.length} characters)`)
		.replace(BASE64, (data) => `*** (${data.length} characters)`)
		.replace(ADDRESS, withoutSignatures);
}
