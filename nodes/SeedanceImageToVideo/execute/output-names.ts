// The names that a user gives to what comes out: of the field that the video is put in, and of its file.
import { InvalidParameter, readText } from '../gptproto/input';
import type { FormFault } from './messages';

/** Names that are no fields of a JavaScript object. */
const RESERVED_NAMES = ['__proto__', 'constructor', 'prototype'];

/** The field that the video is put in. @throws InvalidParameter */
export function readOutputField(value: unknown): string {
	const name = readText('binaryOutputField', value);
	if (!RESERVED_NAMES.includes(name)) return name;
	throw new InvalidParameter<FormFault>('binaryOutputField', { kind: 'reservedName' }, name);
}

/** What no file can be called on one system or another, and what would hide it or its kind from a person. */
const NOT_A_FILE_NAME =
	/[/\\:*?"<>|\p{Cc}\p{Bidi_Control}\p{Surrogate}]|^\.|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/iu;
const LONGEST_FILE_NAME_BYTES = 255;

/** The name of the video's file, with its ending; null where none is set. @throws InvalidParameter */
export function readFileName(value: unknown): string | null {
	if (value === undefined) return null;
	const name = readText('fileName', typeof value === 'number' ? String(value) : value);
	const fileName = /\.mp4$/i.test(name) ? name : `${name}.mp4`;
	const isTooLong = Buffer.byteLength(fileName) > LONGEST_FILE_NAME_BYTES;
	if (!isTooLong && !NOT_A_FILE_NAME.test(name)) return fileName;
	throw new InvalidParameter<FormFault>('fileName', { kind: 'notAFileName' }, name);
}
