// Words for what was given in place of a picture, and what to do about it.
import { type Content, IMAGE_FORMAT_NAMES } from '../../gptproto/content';

const formats = `${IMAGE_FORMAT_NAMES.slice(0, -1).join(', ')} or ${IMAGE_FORMAT_NAMES.at(-1)}`;

/** Each to follow on "is". */
const CONTENTS: Readonly<Record<Content, string>> = {
	avif: 'an AVIF image',
	heic: 'a HEIC image',
	jpegXl: 'a JPEG XL image',
	svg: 'an SVG drawing',
	icon: 'an icon',
	photoshop: 'a Photoshop file',
	pdf: 'a PDF document',
	video: 'a video',
	zip: 'a ZIP file',
	webPage: 'a web page',
	xml: 'XML',
	json: 'JSON',
	text: 'text',
	empty: 'empty',
	unknown: 'of an unknown format',
	undefined: 'the word "undefined"',
	null: 'the word "null"',
	NaN: 'the word "NaN"',
	'[object Object]': 'the text "[object Object]"',
};

const CONVERT = 'Convert it to PNG or JPEG before this node.';
const NO_FILE =
	'A server sends this when it asks for a sign-in or does not have the file. Check the node that downloads the image.';
const NO_FIELD =
	'This comes from an expression that reads a field that is missing or is no text. Check its name.';
const CHECK = 'Check the node or the expression that gives the image.';

const HELP: Readonly<Partial<Record<Content, string>>> = {
	avif: CONVERT,
	heic: 'Convert it to JPEG before this node, e.g. with an HTTP Request to a conversion service. An iPhone takes JPEG photos with Settings > Camera > Formats > Most Compatible.',
	jpegXl: CONVERT,
	svg: CONVERT,
	icon: CONVERT,
	photoshop: CONVERT,
	pdf: CONVERT,
	webPage: NO_FILE,
	xml: NO_FILE,
	json: NO_FILE,
	text: NO_FILE,
	undefined: NO_FIELD,
	null: NO_FIELD,
	NaN: NO_FIELD,
	'[object Object]': NO_FIELD,
};

/** What is wrong with it, to follow on the parameter's name, and what to do. */
export function noPicture(content: Content, quoted: string): readonly [string, string] {
	return [
		`must give a ${formats} image, but ${quoted} is ${CONTENTS[content]}`,
		HELP[content] ?? CHECK,
	];
}

export const ONE_ITEM_EACH =
	'Give each address an item of its own: put them in a list, e.g. {{ $json.links.split(",") }}, and use a Split Out node before this node.';
