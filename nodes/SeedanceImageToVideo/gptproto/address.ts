// The address of a picture as people paste it: with space and quotation marks around it, letters that are not encoded, and
// invisible characters. What is more than one address, or one that GPTProto cannot reach, is refused. Pure.
import { isPrivateAddress, urlOf } from './access';
import { InvalidParameter } from './input';

const CLOSING: Readonly<Record<string, string>> = { '<': '>', '"': '"', "'": "'", '`': '`' };

/** A text without the brackets or quotation marks that it stands in. */
export function withoutDecoration(text: string): string {
	const bare = text.replace(/^\p{Cf}+/u, '').trimStart();
	const closing = CLOSING[bare[0] ?? ''];
	const isEnclosed = closing !== undefined && bare.length > 1 && bare.endsWith(closing);
	return isEnclosed ? bare.slice(1, -1).trim() : bare;
}

/** Neither a path nor a query of one address goes on so: a list, or two texts put together. A `%2C` is encoded. */
const ANOTHER_ADDRESS = /(?<!%\w)[\s,;|"'<>\])\p{L}\p{N}]https?:\/\//iu;

const ENDING = '\\.(?:png|jpe?g|webp|bmp|tiff?|gif|heic|avif|svg)';
const HAS_FILE_NAME = new RegExp(`${ENDING}\\b`, 'i');
const ENDS_WITH_FILE_NAME = new RegExp(`${ENDING}(?:[?#]\\S*)?$`, 'i');

/** Whether the space in it is of a file's name, as in "my cat.png": the line ends as a file does, and not before the space. */
function isSpacedFileName(address: string): boolean {
	const [, path = ''] = /^https?:\/\/[^\s/]+(\/\S*)/i.exec(address) ?? [];
	const isOneLine = !/[^\S \u00a0]/.test(address);
	return path !== '' && isOneLine && !HAS_FILE_NAME.test(path) && ENDS_WITH_FILE_NAME.test(address);
}

const LONE_PERCENT = /%(?![0-9a-f]{2})/gi;

/** The characters that an address by RFC 3986 does not have. */
const NOT_OF_AN_ADDRESS = /[^\w.~:/?#[\]@!$&'()*+,;=%-]/g;

/** Encodes what is not encoded yet. */
function encoded(address: string): string {
	const isWellFormed =
		/^https?:\/\/[^/]/i.test(address) &&
		address.search(NOT_OF_AN_ADDRESS) === -1 &&
		address.search(LONE_PERCENT) === -1;
	if (isWellFormed) return address;
	const { href } = new URL(address.replace(LONE_PERCENT, '%25'));
	return href.replace(NOT_OF_AN_ADDRESS, encodeURIComponent);
}

/**
 * Reads the address of a picture. What is encoded already stays as it is.
 *
 * @param baseUrl where the API is
 * @throws InvalidParameter
 */
export function readAddress(parameter: string, text: string, baseUrl: string): string {
	const address = text.replace(/\p{Cf}|(?!\s)\p{Cc}/gu, '').replace(/[\s,;]+$/, '');
	const fault = faultOf(address, baseUrl);
	if (fault) throw new InvalidParameter(parameter, { kind: fault }, text);
	return encoded(address);
}

function faultOf(address: string, baseUrl: string) {
	if (!/^https?:/i.test(address)) return 'notAnAddress';
	if (ANOTHER_ADDRESS.test(address)) return 'severalAddresses';
	if (/\s/.test(address) && !isSpacedFileName(address)) return 'textBehindAddress';
	if (!urlOf(address)) return 'notAnAddress';
	return isPrivateAddress(address) && !isPrivateAddress(baseUrl) ? 'privateAddress' : null;
}
