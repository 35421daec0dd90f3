// Reads the codes and the words of an error, whatever its form: GPTProto's documented `{ error: { message, type } }`, the flat
// one, and those of the services behind it and of other relays. Pure; what they mean is refusal.ts's affair.
import { POLICY_CODE } from './reference';

export type JsonObject = { readonly [key: string]: unknown };

/** What an error says of itself; nested parts come first. */
export interface ErrorFacts {
	/** Numbers and names, as text. */
	readonly codes: readonly string[];
	/** The words, a code that is no HTTP status before them; or "". */
	readonly message: string;
	/** Whether there was JSON to read; a page is somebody else's word. */
	readonly isJson: boolean;
}

const LONGEST_MESSAGE = 500;
/** Relays wrap each other's errors, as objects or as JSON in a text. */
const DEEPEST = 4;

export function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The trimmed text; null where there is none. */
export function text(value: unknown): string | null {
	return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** JSON, or undefined where it is none. */
export function parseJson(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}

/** A code as text; null where there is none. */
function codeText(value: unknown): string | null {
	return typeof value === 'number' ? String(value) : text(value);
}

const GOOD_CODE = /^(0|2\d\d|success|ok)$/i;

/** Whether a code says that all is well, or nothing. */
export function isGoodCode(value: unknown): boolean {
	const code = codeText(value);
	return code === null || GOOD_CODE.test(code);
}

/** JSON in a text; with escapes in it, it stays a text, since they could hide a key that is blotted out. */
function unwrapped(value: unknown): unknown {
	const isWrapped = typeof value === 'string' && /^\s*\{/.test(value) && !/\\[u/]/.test(value);
	return isWrapped ? parseJson(value) : value;
}

/** The objects that an error consists of, the innermost first. */
function partsOf(error: unknown, depth = 0): JsonObject[] {
	const given = unwrapped([error].flat()[0]);
	if (!isObject(given) || depth >= DEEPEST) return [];
	const { error: inner, message, msg } = given;
	return [...[inner, message, msg].flatMap((one) => partsOf(one, depth + 1)), given];
}

/** One complaint of a list: a text, or a message and the field it is about. */
function complaint(one: unknown): string | null {
	if (!isObject(one)) return text(one);
	const words = text(one.msg) ?? text(one.message);
	const field = text([one.loc].flat().at(-1));
	return words !== null && field !== null ? `${field}: ${words}` : words;
}

function wordsOf({ error, message, msg, detail }: JsonObject): string | null {
	const details = [detail].flat().map(complaint);
	const said = [error, message, msg, details.filter((one) => one !== null).join('; ')];
	return said.map(text).find((words) => words !== null && !GOOD_CODE.test(words)) ?? null;
}

/**
 * Reads an error: a response's whole body, or what stands under `error`.
 *
 * @param error JSON of any kind; a text is its own message
 */
export function readError(error: unknown): ErrorFacts {
	const parts = partsOf(error);
	const codesIn = (field: 'code' | 'type') =>
		parts.map((part) => codeText(part[field])).filter((code) => code !== null);
	const codes = [...codesIn('code'), ...codesIn('type')];
	const words = parts.map(wordsOf).find((one) => one !== null) ?? text([error].flat()[0]);
	// A type in words is a class of errors, such as `BadRequest`.
	const name =
		codes.find((code) => POLICY_CODE.test(code)) ??
		codesIn('code').find((code) => !GOOD_CODE.test(code) && !/^[1-5]\d\d(\.0+)?$/.test(code));
	const isNamed = name && !words?.toLowerCase().includes(name.toLowerCase());
	const message = isNamed ? [name, words].filter((one) => one !== null).join(': ') : (words ?? '');
	return { codes, message: message.slice(0, LONGEST_MESSAGE), isJson: parts.length > 0 };
}

/** Whether a body is an error's. */
export function isErrorBody({ code, error }: JsonObject): boolean {
	return !isGoodCode(code) || readError(error).message !== '';
}
