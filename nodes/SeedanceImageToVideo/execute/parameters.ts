// Reads the parameters of one item as n8n gives them. What cannot be used is refused with the parameter's name.
import type { IExecuteFunctions, INode } from 'n8n-workflow';
import { defaultOf } from '../description';
import { type Operation, OPERATIONS } from '../description/operation';
import { MIN_POLLING_INTERVAL_SECONDS, ONE_EXPRESSION } from '../description/options';
import { submissionFields } from '../description/submission';
import {
	InvalidParameter,
	type NumberRange,
	readBoolean,
	readNumber,
	readOneOf,
	readText,
} from '../gptproto/input';
import { readPredictionId, readSettings } from '../gptproto/request';
import { bounds } from '../prediction/bounds';
import { hashOf } from '../prediction/ledger';
import { describeUnexpected, type FormFault } from './messages';
import type { PictureSource } from './picture';

const throwInvalid = (parameter: string, fault: FormFault, value?: unknown): never => {
	throw new InvalidParameter<FormFault>(parameter, fault, value);
};

type Read = (name: string) => unknown;
type Readers = ReturnType<typeof readersOf>;

/** What is blank is not set: an empty cell of a sheet, or what an AI agent leaves out. */
function orUnset(value: unknown): unknown {
	const isBlank = value === null || (typeof value === 'string' && /^[\s\p{Cf}]*$/u.test(value));
	return isBlank ? undefined : value;
}

/** Ways to read what the user set for one item; undefined where nothing is set. They throw InvalidParameter. */
function readersOf(context: IExecuteFunctions, item: number) {
	const evaluated = (name: string, path: string): unknown => {
		try {
			return orUnset(context.getNodeParameter(path, item, undefined));
		} catch (fault) {
			const { message } = describeUnexpected(fault);
			return throwInvalid(name, { kind: 'expression', message });
		}
	};
	const parameter: Read = (name) => evaluated(name, name);
	const isAdded = (name: string) =>
		Object.hasOwn(Object(context.getNode().parameters.options) as object, name);
	const option: Read = (name) => (isAdded(name) ? evaluated(name, `options.${name}`) : undefined);
	const orDefault: Read = (name) => parameter(name) ?? defaultOf(name);
	return {
		parameter,
		isAdded,
		option,
		orDefault,
		isOn: (name: string) => readBoolean(name, orDefault(name)),
		number: (name: string, range: NumberRange) =>
			readNumber(name, option(name) ?? defaultOf(name), range),
	};
}

/** @throws InvalidParameter */
export function readOperation(context: IExecuteFunctions): Operation {
	return readOneOf('operation', readersOf(context, 0).orDefault('operation'), OPERATIONS);
}

/** Options that hold for the whole run, read from its first item. @throws InvalidParameter */
export function readRunOptions(context: IExecuteFunctions) {
	const { number, option, isAdded } = readersOf(context, 0);
	if (isAdded(ONE_EXPRESSION)) throwInvalid('options', { kind: 'oneExpression' });
	const survives = option('surviveRestarts') ?? defaultOf('surviveRestarts');
	return {
		maxConcurrentRequests: number('maxConcurrentRequests', { min: 1, isInteger: true }),
		/** Seconds of video; 0: no limit. */
		spendingLimit: number('spendingLimit', { min: 0, isInteger: true }),
		surviveRestarts: readBoolean('surviveRestarts', survives),
	} as const;
}

/** Names that are no fields of a JavaScript object. */
const RESERVED_NAMES = ['__proto__', 'constructor', 'prototype'];

function readOutputField(value: unknown): string {
	const name = readText('binaryOutputField', value);
	if (!RESERVED_NAMES.includes(name)) return name;
	return throwInvalid('binaryOutputField', { kind: 'reservedName' }, name);
}

/** What no file can be called on one system or another, and what would hide it or its kind from a person. */
const NOT_A_FILE_NAME =
	/[/\\:*?"<>|\p{Cc}\p{Bidi_Control}\p{Surrogate}]|^\.|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/iu;
const LONGEST_FILE_NAME_BYTES = 255;

/** The name of the video's file; null where the prediction's id is to be its name. */
function readFileName(value: unknown): string | null {
	if (value === undefined) return null;
	const name = readText('fileName', typeof value === 'number' ? String(value) : value);
	const fileName = /\.mp4$/i.test(name) ? name : `${name}.mp4`;
	const isTooLong = Buffer.byteLength(fileName) > LONGEST_FILE_NAME_BYTES;
	if (!isTooLong && !NOT_A_FILE_NAME.test(name)) return fileName;
	return throwInvalid('fileName', { kind: 'notAFileName' }, name);
}

export type ItemPlan = ReturnType<typeof readPlan>;

/**
 * A plan of one item: everything its parameters say, read before anything is sent, so that bad input costs nothing.
 *
 * @param isTool an AI agent is handed no files, so nothing is downloaded for it
 * @throws InvalidParameter
 */
export function readPlan(
	context: IExecuteFunctions,
	operation: Operation,
	item: number,
	isTool: boolean,
) {
	const readers = readersOf(context, item);
	const { parameter, option, isOn, number } = readers;
	const isGetting = operation === 'getResult';
	const waitsForVideo = isGetting ? isOn('waitForCompletion') : operation === 'submitAndWait';
	// Options of waiting that are left over from another operation do not count.
	const ofWaiting: typeof number = waitsForVideo ? number : (name) => Number(defaultOf(name));
	const seconds = ofWaiting('pollingInterval', { min: MIN_POLLING_INTERVAL_SECONDS });
	const minutes = ofWaiting('timeoutMinutes', { min: 0, exclusiveMin: true });
	const downloads = operation !== 'submit' && !isTool && isOn('downloadVideo');
	return {
		pollingIntervalMs: seconds * 1000,
		timeoutMs: Math.min(minutes * 60_000, bounds.longestSleepMs),
		output: {
			simplify: isOn('simplify'),
			videoField: downloads ? readOutputField(parameter('binaryOutputField')) : null,
			fileName: downloads ? readFileName(option('fileName')) : null,
		},
		/** What to submit; null in Get Result. */
		submission: isGetting ? null : readSubmission(readers),
		/** What to ask for; empty when submitting. */
		predictionId: isGetting ? readPredictionId(parameter('predictionId')) : '',
		/** Whether a video is promised, so that the item waits for one. */
		waitsForVideo,
	} as const;
}

function readSubmission({ parameter, isAdded, option, orDefault }: Readers) {
	const lastType = option('lastFrameInputType');
	// The type alone, with no address, is a form half filled in: better said than silently left out. An address whose
	// expression gives nothing, as in the row of a sheet, is not set.
	const hasLastFrame =
		option('lastFrameUrl') !== undefined ||
		lastType === 'binary' ||
		(lastType !== undefined && !isAdded('lastFrameUrl'));
	return {
		settings: readSettings({
			model: orDefault('model'),
			prompt: parameter('prompt'),
			aspectRatio: orDefault('aspectRatio'),
			resolution: orDefault('resolution'),
			duration: orDefault('duration'),
			seed: option('seed'),
			cameraFixed: option('cameraFixed'),
			generateAudio: option('generateAudio'),
		}),
		image: readSource(parameter, 'imageInputType', 'imageUrl', 'binaryPropertyName'),
		lastImage: hasLastFrame
			? readSource(option, 'lastFrameInputType', 'lastFrameUrl', 'lastFrameBinaryPropertyName')
			: undefined,
	} as const;
}

function readSource(read: Read, type: string, url: string, field: string): PictureSource {
	return readOneOf(type, read(type) ?? defaultOf(type), ['url', 'binary']) === 'binary'
		? { parameter: field, kind: 'field', value: read(field) }
		: { parameter: url, kind: 'address', value: read(url) };
}

/** Options that decide how a run goes, and not which video is made. */
const NOT_OF_THE_VIDEO = [
	'fileName',
	'maxConcurrentRequests',
	'pollingInterval',
	'spendingLimit',
	'surviveRestarts',
	'timeoutMinutes',
];

/** A hash of what decides which video is made, as written, expressions unresolved: whoever changes it wants another one. */
export function hashOfParameters({ parameters }: INode): string {
	const fields = submissionFields.map(({ name }) => [name, parameters[name]] as const);
	const options = Object.entries(Object(parameters.options) as object)
		.filter(([name]) => !NOT_OF_THE_VIDEO.includes(name))
		.sort(([a], [b]) => (a < b ? -1 : 1));
	return hashOf(JSON.stringify([fields, options]));
}
