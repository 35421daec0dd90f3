// Where a picture comes from: an address, a data URI, or a file of the input item, which becomes a data URI.
import type { IBinaryData, IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { contentOf, HEAD_BYTES, imageType } from '../gptproto/content';
import { type InputFault, InvalidParameter } from '../gptproto/input';
import { isDataUri, type PictureReference } from '../gptproto/picture';
import { describeUnexpected, type FormFault } from './messages';

/** Its value is the address, or the name of the field. */
export interface PictureSource extends PictureReference {
	readonly kind: 'address' | 'field';
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

/** The file in a field of an input item, and the fields it might have been. @throws InvalidParameter where there is none */
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
	if (file) return { name, file, fields };
	return throwInvalid(source, { kind: isName ? 'fieldMissing' : 'notAFieldName', fields });
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

/** Loads a picture. @returns an address or a data URI @throws InvalidParameter for a file that is no picture */
export async function loadPicture(
	context: IExecuteFunctions,
	item: number,
	source: PictureSource,
): Promise<PictureReference> {
	const { parameter, value } = source;
	if (source.kind === 'address') return { parameter, value };
	const { name, fields } = fileIn(context, item, source);
	const content = await read(source, async () => {
		return await context.helpers.getBinaryDataBuffer(item, name);
	});
	const head = content.subarray(0, HEAD_BYTES);
	const type = imageType(head);
	if (type === undefined) {
		return throwInvalid(source, { kind: 'fileNotAPicture', content: contentOf(head), fields });
	}
	return { parameter, value: `data:${type};base64,${content.toString('base64')}` };
}
