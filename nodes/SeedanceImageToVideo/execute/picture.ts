// Where a picture comes from: an address, a data URI, or a file of the input item, which becomes a data URI.
import type { IBinaryData, IDataObject, IExecuteFunctions } from 'n8n-workflow';
import {
	type InputFault,
	InvalidParameter,
	isDataUri,
	type PictureReference,
} from '../gptproto/request';
import { describeUnexpected, type FormFault } from './messages';

/** Its value is the address, or the name of the field. */
export interface PictureSource extends PictureReference {
	readonly kind: 'address' | 'field';
}

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

function throwInvalid({ parameter, value }: PictureSource, fault: FormFault | InputFault): never {
	throw new InvalidParameter<FormFault | InputFault>(parameter, fault, value);
}

/** A file that n8n finds: the one an expression gives, or in the item's json, where a workflow keeps its files there. */
function foundByN8n({ helpers }: IExecuteFunctions, item: number, value: string | IBinaryData) {
	try {
		return helpers.assertBinaryData(item, value);
	} catch {
		return undefined;
	}
}

/** The file in a field of an input item. @throws InvalidParameter where there is none, or where it is no image */
function fileIn(context: IExecuteFunctions, item: number, source: PictureSource) {
	const { value = '' } = source;
	const { json, binary } = context.getInputData()[item] ?? {};
	const inJson = Object.keys(Object(json?._files) as IDataObject);
	const fields = [...Object.keys(binary ?? {}), ...inJson.map((name) => `_files.${name}`)];
	const isName = typeof value === 'string';
	const name = isName ? value.trim() : (value as IBinaryData);
	if (name === '') return throwInvalid(source, { kind: 'noFieldNamed', fields });
	const file =
		isName && binary
			? Object.hasOwn(binary, value.trim()) && binary[value.trim()]
			: foundByN8n(context, item, name);
	if (!file)
		return throwInvalid(source, isName ? { kind: 'fieldMissing', fields } : { kind: 'notText' });
	const type = (file.mimeType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
	const isUntyped = ['', 'application/octet-stream', 'binary/octet-stream'].includes(type);
	if (!isUntyped && !/^image\/[a-z0-9.+-]+$/.test(type)) {
		return throwInvalid(source, { kind: 'notAnImage', type, fields });
	}
	return { name, file, fields, type: isUntyped ? undefined : type };
}

/** What n8n says of a file, or gives of it. @throws InvalidParameter where it cannot */
async function read<Value>(source: PictureSource, reading: () => Promise<Value>): Promise<Value> {
	return await reading().catch((fault: unknown) =>
		throwInvalid(source, { kind: 'unreadableFile', message: describeUnexpected(fault).message }),
	);
}

/** About how many bytes of memory a picture takes; 0 for an address. @throws InvalidParameter */
export async function sizeOfPicture(
	context: IExecuteFunctions,
	item: number,
	source: PictureSource,
): Promise<number> {
	if (source.kind === 'address') return isDataUri(source.value) ? source.value.length : 0;
	const { file } = fileIn(context, item, source);
	return await read(source, async () => {
		const { id, data } = file;
		const size = id ? (await context.helpers.getBinaryMetadata(id)).fileSize : data.length;
		return Math.max(size, 1);
	});
}

/** Loads a picture. @returns an address or a data URI, not yet looked at @throws InvalidParameter */
export async function loadPicture(
	context: IExecuteFunctions,
	item: number,
	source: PictureSource,
): Promise<PictureReference> {
	const { parameter, value } = source;
	if (source.kind === 'address') return { parameter, value };
	const { name, type, fields } = fileIn(context, item, source);
	const content = await read(source, async () => {
		return await context.helpers.getBinaryDataBuffer(item, name);
	});
	if (content.length === 0) return throwInvalid(source, { kind: 'emptyFile' });
	const mimeType = type ?? typeByContent(content);
	if (mimeType === undefined) return throwInvalid(source, { kind: 'notAnImage', type: '', fields });
	return { parameter, value: `data:${mimeType};base64,${content.toString('base64')}` };
}
