// A first or last frame as a parameter gives it: the address of a picture, or a data URI, which is the picture itself. Pure.
import { readAddress, withoutDecoration } from './address';
import { contentOf, HEAD_BYTES, imageType } from './content';
import { InvalidParameter, readText } from './input';

/** A first or last frame, and the parameter a refusal has to name. */
export interface PictureReference {
	readonly parameter: string;
	/** An http(s) URL or a data URI. */
	readonly value: unknown;
}

/** Whether the value is a picture itself and not the address of one. */
export function isDataUri(value: unknown): value is string {
	return typeof value === 'string' && /^[\s\p{Cf}<"'`]*data:/iu.test(value);
}

const BASE64_SLICE = 65_536;

/** Looks at a long text piece by piece: one pattern over all of it overflows the stack from some 20 MB on. */
function isBase64(text: string): boolean {
	const end = text.length - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
	for (let from = 0; from < end; from += BASE64_SLICE) {
		const slice = text.slice(from, Math.min(from + BASE64_SLICE, end));
		if (!/^[A-Za-z0-9+/]+$/.test(slice)) return false;
	}
	return end > 0;
}

/** What may stand in a data URI for a character of base64, or between two of them. */
const BASE64_SPELLINGS = /%2b|%2f|%3d|%0[ad]|[-_]|[\s\p{Cf}]+/giu;
const PLAIN_BASE64: Readonly<Record<string, string>> = {
	'%2b': '+',
	'%2f': '/',
	'%3d': '=',
	'-': '+',
	_: '/',
};

function plainBase64(text: string): string {
	return text.replace(BASE64_SPELLINGS, (found) => PLAIN_BASE64[found.toLowerCase()] ?? '');
}

/**
 * Reads a data URI: the type is what the first bytes say, whatever is declared, and every character is looked at.
 * @throws InvalidParameter
 */
function readDataUri(parameter: string, text: string): string {
	const header = text.slice(0, text.indexOf(',') + 1);
	const given = header === '' ? '' : text.slice(header.length);
	const start = given.slice(0, (HEAD_BYTES / 3) * 4);
	const head = Buffer.from(plainBase64(start), 'base64');
	const type = imageType(head);
	if (type === undefined) {
		const asText = contentOf(Buffer.from(start.replace(/%3c/gi, '<')));
		// Base64 is text, too.
		const isEncoded = asText === 'text' && /;\s*base64\s*,$/i.test(header);
		const content = isEncoded ? contentOf(head) : asText;
		throw new InvalidParameter(parameter, { kind: 'notAPicture', content }, text);
	}
	const plain = `data:${type};base64,`;
	const isPlain = isBase64(given);
	// As it is, where it is plain: put together anew, a picture would be in memory once more.
	if (isPlain && header === plain) return text;
	const content = isPlain ? given : plainBase64(given);
	if (isPlain || isBase64(content)) return plain + content;
	throw new InvalidParameter(parameter, { kind: 'notBase64' }, text);
}

/**
 * Reads a picture.
 *
 * @param baseUrl where the API is: an address in a private network is of use only where the API is in one
 * @returns an http(s) URL, encoded, or a base64 data URI with the picture's real type
 * @throws InvalidParameter for what is neither, or no picture
 */
export function readPicture({ value, parameter }: PictureReference, baseUrl: string): string {
	const text = withoutDecoration(readText(parameter, value));
	return isDataUri(text) ? readDataUri(parameter, text) : readAddress(parameter, text, baseUrl);
}
