// Turns a file of the input item into the data URI that GPTProto takes.
import type { IExecuteFunctions } from 'n8n-workflow';
import { InvalidParameter, type PictureReference } from '../api/request';

/** First bytes of the formats Seedance takes, for files whose type n8n does not know. */
const SIGNATURES: ReadonlyArray<readonly [mimeType: string, start: number, bytes: string]> = [
	['image/png', 0, '89504e47'],
	['image/jpeg', 0, 'ffd8ff'],
	['image/webp', 8, '57454250'],
	['image/gif', 0, '47494638'],
	['image/bmp', 0, '424d'],
	['image/tiff', 0, '49492a00'],
	['image/tiff', 0, '4d4d002a'],
];

function typeByContent(content: Buffer): string | undefined {
	return SIGNATURES.find(([, start, bytes]) =>
		content.subarray(start, start + bytes.length / 2).equals(Buffer.from(bytes, 'hex')),
	)?.[0];
}

/**
 * Loads the picture in a field of an input item.
 *
 * @param parameter the parameter that names the field, for messages
 * @returns a data URI
 * @throws InvalidParameter where the field is not there or holds no image
 */
export async function pictureInField(
	context: IExecuteFunctions,
	itemIndex: number,
	field: unknown,
	parameter: string,
): Promise<PictureReference> {
	const name = typeof field === 'string' ? field.trim() : '';
	const binary = context.getInputData()[itemIndex]?.binary ?? {};
	const present = Object.keys(binary);
	const choice =
		present.length > 0
			? `This item has: ${present.join(', ')}.`
			: 'This item holds no file: put a node that reads or downloads one before this node.';
	if (name === '') {
		throw new InvalidParameter(
			parameter,
			'is empty',
			`Enter the name of an input field. ${choice}`,
		);
	}
	const file = Object.hasOwn(binary, name) ? binary[name] : undefined;
	if (!file) {
		throw new InvalidParameter(
			parameter,
			`names a field that is not there: "${name}"`,
			`Enter the name of a field that holds an image. ${choice}`,
		);
	}
	const declared = (file.mimeType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
	const isUntyped = declared === '' || declared === 'application/octet-stream';
	const noImage = new InvalidParameter(
		parameter,
		`names a field that holds no image: "${name}" is ${declared === '' ? 'of no known type' : declared}`,
		`Enter the name of a field that holds a PNG, JPEG, WebP, BMP, TIFF or GIF image. ${choice}`,
	);
	if (!isUntyped && !/^image\/[a-z0-9.+-]+$/.test(declared)) throw noImage;
	const content = await context.helpers.getBinaryDataBuffer(itemIndex, name);
	if (content.length === 0) {
		throw new InvalidParameter(
			parameter,
			`names a field that holds an empty file: "${name}"`,
			'Check the node that made the file.',
		);
	}
	const mimeType = isUntyped ? typeByContent(content) : declared;
	if (mimeType === undefined) throw noImage;
	return { parameter, value: `data:${mimeType};base64,${content.toString('base64')}` };
}
