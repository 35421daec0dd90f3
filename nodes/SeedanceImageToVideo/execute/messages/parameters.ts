// Words for parameters and credentials that cannot be used.
import { defaultOf, displayedName } from '../../description';
import type { BaseUrlFault } from '../../gptproto/access';
import type { Content } from '../../gptproto/content';
import type { InputFault, InvalidParameter, NumberRange } from '../../gptproto/input';
import { DEFAULTS, RANGES } from '../../gptproto/reference';
import { aboutInput, joined, type Message, oneLine, saying } from './message';
import { noPicture, ONE_ITEM_EACH } from './pictures';

/** What can be wrong with a parameter for a reason that only n8n's side knows. */
export type FormFault =
	| { readonly kind: 'expression'; readonly message: string }
	| { readonly kind: 'reservedName' }
	| { readonly kind: 'unreadableFile'; readonly message: string }
	/** `fields`: the files that the item has. */
	| { readonly kind: 'noFieldNamed'; readonly fields: readonly string[] }
	| { readonly kind: 'fieldMissing'; readonly fields: readonly string[] }
	| { readonly kind: 'notAFieldName'; readonly fields: readonly string[] }
	| {
			readonly kind: 'fileNotAPicture';
			readonly content: Content;
			readonly fields: readonly string[];
	  }
	| { readonly kind: 'notAFileName' }
	| { readonly kind: 'oneExpression' };

/** A value of a parameter as a message can quote it: short, and never a whole picture. Only text stands in quotation marks. */
function quote(value: unknown): string {
	if (typeof value === 'number' || typeof value === 'boolean') return String(value);
	// An object may have no JSON at all.
	const text = String(typeof value === 'object' ? JSON.stringify(value) : value);
	return `"${oneLine(text.slice(0, 200), 60)}"`;
}

function typeOf(value: unknown): string {
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'a list';
	return `${/^[aeiou]/.test(typeof value) ? 'an' : 'a'} ${typeof value}`;
}

function inRange({ min, max, isInteger, exclusiveMin }: NumberRange): string {
	const number = isInteger ? 'a whole number' : 'a number';
	if (max !== undefined) return `${number} from ${min} to ${max}`;
	return exclusiveMin ? `${number} above ${min}` : `${number} of at least ${min}`;
}

function theyHave(fields: readonly string[]): string {
	return fields.length > 0
		? `This item has: ${fields.join(', ')}.`
		: 'This item has no file. Add a node that reads or downloads one before this node.';
}

const PICTURE_HELP =
	'Enter an http(s) URL that is open to the internet or a data URI such as data:image/png;base64,..., or set the input type to Binary File.';

const HELP: Readonly<Record<string, string>> = {
	prompt:
		'Describe what happens in the video, e.g. "The fox looks up, a gentle breeze in its fur".',
	imageUrl: PICTURE_HELP,
	lastFrameUrl: PICTURE_HELP,
	predictionId: "Use the 'predictionId' that Submit returned, e.g. {{ $json.predictionId }}.",
	duration: `Enter whole seconds, from ${RANGES.duration.min} to ${RANGES.duration.max}.`,
	seed: `Enter a whole number, or ${RANGES.seed.min} for a random seed.`,
	binaryOutputField: 'Enter a field name, e.g. data.',
	fileName: 'Enter a name without a folder, e.g. fox.mp4, and without / \\ : * ? " < > |.',
};

type Words = readonly [problem: string, help?: string | undefined];

/** What is wrong with a value, to follow on the parameter's name, and what to do where it is not the parameter's usual help. */
function problemWith(fault: InputFault | FormFault, value: unknown, parameter: string): Words {
	const mustBe = (what: string, help?: string): Words => [
		`must be ${what}, but is ${quote(value)}`,
		help,
	];
	switch (fault.kind) {
		case 'empty':
			return ['is empty'];
		case 'notText':
			return [
				`must be text, but is ${typeOf(value)}`,
				Array.isArray(value) && HELP[parameter] === PICTURE_HELP ? ONE_ITEM_EACH : undefined,
			];
		case 'notBoolean':
			return mustBe(
				'true or false',
				'Switch it on or off, or let the expression return true or false.',
			);
		case 'notANumber': {
			const wanted = inRange(fault.range);
			const byDefault = `Enter ${wanted}, or remove the option. Its default is ${defaultOf(parameter)}.`;
			return mustBe(wanted, HELP[parameter] ?? byDefault);
		}
		case 'notOneOf': {
			const allowed = fault.allowed.join(', ');
			return mustBe(
				`one of ${allowed}${fault.model === undefined ? '' : ` with ${fault.model}`}`,
				`Choose ${allowed} from the dropdown, or let the expression return one of them.`,
			);
		}
		case 'notAModelId':
			return mustBe(
				`a model ID such as ${DEFAULTS.model}`,
				'Choose a model from the dropdown, or let the expression return a model ID.',
			);
		case 'notAPredictionId':
			return [`is not a prediction ID: ${quote(value)}`];
		case 'notAnAddress':
			return mustBe('an http(s) URL or a data URI');
		case 'severalAddresses':
			return mustBe('one address', ONE_ITEM_EACH);
		case 'textBehindAddress':
			return [
				`has other text behind the address: ${quote(value)}`,
				'Enter the address alone. If a space belongs to it, write it as %20.',
			];
		case 'privateAddress':
			return mustBe(
				'open to the internet',
				'GPTProto fetches the image itself and cannot reach a private network. Download the file with a node before this node, e.g. HTTP Request, and set the input type to Binary File.',
			);
		case 'notBase64':
			return [`has characters that are not base64: ${quote(value)}`];
		case 'notAPicture':
			return noPicture(fault.content, quote(value));
		case 'expression':
			return [
				`has an expression that cannot be evaluated: ${oneLine(fault.message)}`,
				'Open the node and check the expression of this parameter.',
			];
		case 'reservedName':
			return [`cannot be ${quote(value)}: JavaScript reserves this name`];
		case 'noFieldNamed':
			return ['is empty', `Enter the name of an input field. ${theyHave(fault.fields)}`];
		case 'fieldMissing':
			return [
				`names a field that does not exist: ${quote(value)}`,
				`Enter the name of a field that holds an image. ${theyHave(fault.fields)}`,
			];
		case 'notAFieldName':
			return [
				`must be the name of a field, but is ${typeOf(value)}`,
				`Enter the name alone, without an expression that gives the file. ${theyHave(fault.fields)}`,
			];
		case 'fileNotAPicture': {
			const [problem, help] = noPicture(fault.content, quote(value));
			return [problem, joined(help, theyHave(fault.fields))];
		}
		case 'notAFileName':
			return [`is not a file name: ${quote(value)}`];
		case 'oneExpression':
			return [
				'cannot be one expression: n8n leaves out everything in it',
				'Nothing was submitted. Add the options one by one, and use an expression in each, e.g. {{ $json.seed }}.',
			];
		case 'unreadableFile':
			return [
				`names a field whose file cannot be read: ${quote(value)} (${oneLine(fault.message)})`,
				'Check the node that made the file.',
			];
	}
}

export function describeInvalidParameter(
	invalid: InvalidParameter<InputFault | FormFault>,
): Message {
	const { parameter, fault, value } = invalid;
	const [problem, help = HELP[parameter] ?? ''] = problemWith(fault, value, parameter);
	return aboutInput(`'${displayedName(parameter)}' ${problem}`, help, 'configuration-invalid');
}

const BASE_URL_FAULTS: Readonly<Record<BaseUrlFault, string>> = {
	noScheme: 'start with https:// or http://',
	userInfo: 'not hold a user name or a password',
	query: 'not hold a query (?) or a fragment (#)',
	notAUrl: 'be an http(s) URL',
};

export function describeBaseUrlFault(fault: BaseUrlFault): Message {
	return aboutInput(
		`'Base URL' of the credential must ${BASE_URL_FAULTS[fault]}`,
		'Open the "GPTProto API" credential and enter e.g. https://gptproto.com.',
		'credential-invalid',
	);
}

export function describeUnreadableCredential(fault: string): Message {
	return aboutInput(
		'The "GPTProto API" credential could not be read',
		`Nothing was submitted. Open the node and select the credential again. ${saying('n8n says', fault)}`,
		'credential-invalid',
	);
}
