// A value that an expression may have given, of any type: what it is read as, and what is wrong with it. Pure: knows no words
// for people, which are in execute/messages/.
import type { Content } from './content';

/** The numbers that a parameter may be. */
export interface NumberRange {
	readonly min: number;
	readonly max?: number;
	readonly isInteger?: boolean;
	/** The least is not one of them. */
	readonly exclusiveMin?: boolean;
}

/** What is wrong with a value. */
export type InputFault =
	| { readonly kind: 'empty' }
	| { readonly kind: 'notText' }
	| { readonly kind: 'notBoolean' }
	| { readonly kind: 'notANumber'; readonly range: NumberRange }
	| {
			readonly kind: 'notOneOf';
			readonly allowed: readonly string[];
			/** The model that allows only these, where it is the model's doing. */
			readonly model?: string | undefined;
	  }
	| { readonly kind: 'notAModelId' }
	| { readonly kind: 'notAPredictionId' }
	/** `content`: what it is, as far as its first bytes tell. */
	| { readonly kind: 'notAPicture'; readonly content: Content }
	| { readonly kind: 'notBase64' }
	| { readonly kind: 'notAnAddress' }
	| { readonly kind: 'severalAddresses' }
	| { readonly kind: 'textBehindAddress' }
	| { readonly kind: 'privateAddress' };

/** A parameter that cannot be used: by the documentation, or for a reason that only n8n's side knows. */
export class InvalidParameter<Fault extends { readonly kind: string } = InputFault> extends Error {
	constructor(
		/** The parameter's n8n name. */
		readonly parameter: string,
		readonly fault: Fault,
		readonly value: unknown,
	) {
		super(`${parameter}: ${fault.kind}`);
	}
}

/** A text, without space around it. @throws InvalidParameter */
export function readText(parameter: string, value: unknown): string {
	const text = typeof value === 'string' ? value.trim() : (value ?? '');
	if (typeof text === 'string' && text !== '') return text;
	throw new InvalidParameter(parameter, { kind: text === '' ? 'empty' : 'notText' }, value);
}

/** Reads a number, also as the text an expression may give. @throws InvalidParameter */
export function readNumber(parameter: string, value: unknown, range: NumberRange): number {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	const { min, max = Infinity, isInteger = false, exclusiveMin = false } = range;
	const isIn =
		typeof number === 'number' &&
		Number.isFinite(number) &&
		(exclusiveMin ? number > min : number >= min) &&
		number <= max &&
		(!isInteger || Number.isInteger(number));
	if (isIn) return number;
	throw new InvalidParameter(parameter, { kind: 'notANumber', range }, value);
}

/** Reads a boolean, also as the text an expression may give. @throws InvalidParameter */
export function readBoolean(parameter: string, value: unknown): boolean {
	if (typeof value === 'boolean') return value;
	const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
	if (text === 'true' || text === 'false') return text === 'true';
	throw new InvalidParameter(parameter, { kind: 'notBoolean' }, value);
}

/** One of a list of texts. @throws InvalidParameter */
export function readOneOf<Value extends string>(
	parameter: string,
	value: unknown,
	allowed: readonly Value[],
	model?: string,
): Value {
	const text = typeof value === 'string' ? value.trim() : value;
	const found = allowed.find((candidate) => candidate === text);
	if (found !== undefined) return found;
	throw new InvalidParameter(parameter, { kind: 'notOneOf', allowed, model }, value);
}
