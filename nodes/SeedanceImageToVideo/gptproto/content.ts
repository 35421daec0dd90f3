// What a file is, by its first bytes, whatever its name or its declared type says. Pure.

/** How many bytes from the start of a file are enough to tell. */
export const HEAD_BYTES = 3072;

/** The formats that Seedance takes, by ByteDance's word: name, type, and how a file begins, as hexadecimal digits. */
const IMAGE_FORMATS = [
	['PNG', 'image/png', /^89504e47/],
	['JPEG', 'image/jpeg', /^ffd8ff/],
	['WebP', 'image/webp', /^52494646.{8}57454250/],
	// "BM" begins many a text as well, but no text has a zero byte.
	['BMP', 'image/bmp', /^424d(..){0,4}00/],
	['TIFF', 'image/tiff', /^(49492a00|4d4d002a)/],
	['GIF', 'image/gif', /^474946383[79]61/],
] as const;

export const IMAGE_FORMAT_NAMES = IMAGE_FORMATS.map(([name]) => name);

/** The type of a picture that Seedance takes; undefined for everything else. */
export function imageType(head: Buffer): string | undefined {
	const digits = head.toString('hex');
	return IMAGE_FORMATS.find(([, , beginning]) => beginning.test(digits))?.[1];
}

/** Files that people take for pictures, or get in place of one. */
const OTHER_FORMATS = [
	// A phone's HEIC and an AVIF begin as an MP4 does; the brands after that tell.
	['avif', /^.{8}66747970(.{8}){0,8}617669[67]/],
	['heic', /^.{8}66747970(.{8}){0,8}(686569|686576|6d696631|6d736631)/],
	['video', /^(.{8}66747970|1a45dfa3)/],
	['jpegXl', /^(ff0a|0000000c4a584c20)/],
	['icon', /^00000100/],
	['photoshop', /^38425053/],
	['pdf', /^25504446/],
	['zip', /^504b0304/],
] as const;

/** What an expression makes of a field that is missing, where it stands inside a text. */
const WORDS_FOR_NOTHING = ['undefined', 'null', 'NaN', '[object Object]'] as const;

const TEXTS = [
	['webPage', /^(?=<).*<(!doctype html|html|head|body)\b/i],
	['svg', /^(?=<).*<svg\b/i],
	['xml', /^</],
	['json', /^[{[]/],
	// Neither control characters nor what is no UTF-8; the last character may be cut in two.
	['text', /^[^\p{Cc}\ufffd]+\ufffd?$/u],
] as const;

export type Content =
	| (typeof OTHER_FORMATS)[number][0]
	| (typeof WORDS_FOR_NOTHING)[number]
	| (typeof TEXTS)[number][0]
	| 'empty'
	| 'unknown';

/** What something is that is no picture, as far as its beginning tells. */
export function contentOf(head: Buffer): Content {
	const digits = head.toString('hex');
	const text = head.toString('utf8').replace(/\s+/g, ' ').trim();
	if (text === '') return 'empty';
	return (
		OTHER_FORMATS.find(([, beginning]) => beginning.test(digits))?.[0] ??
		WORDS_FOR_NOTHING.find((word) => word === text) ??
		TEXTS.find(([, pattern]) => pattern.test(text))?.[0] ??
		'unknown'
	);
}
