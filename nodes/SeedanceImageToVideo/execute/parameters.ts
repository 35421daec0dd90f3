// Reads the parameters of one item as n8n gives them. What cannot be used is refused with the parameter's name.
import type { IExecuteFunctions, INode } from 'n8n-workflow';
import { defaultOf } from '../description';
import { type Operation, OPERATIONS } from '../description/operation';
import { MIN_POLLING_INTERVAL_SECONDS } from '../description/options';
import { submissionFields } from '../description/submission';
import {
	InvalidParameter,
	type NumberRange,
	readBoolean,
	readNumber,
	readOneOf,
	readPredictionId,
	readSettings,
	readText,
} from '../gptproto/request';
import { bounds } from '../prediction/bounds';
import { hashOf } from '../prediction/ledger';
import { describeUnexpected, type FormFault } from './messages';
import type { PictureSource } from './picture';

const refuse = (parameter: string, fault: FormFault, value?: unknown): never => {
	throw new InvalidParameter<FormFault>(parameter, fault, value);
};

type Read = (name: string) => unknown;
type Readers = ReturnType<typeof readersOf>;

/** Ways to read what the user set for one item; undefined where nothing is set. They throw InvalidParameter. */
function readersOf(context: IExecuteFunctions, item: number) {
	const evaluated = (name: string, path: string): unknown => {
		try {
			// The default, where n8n shows no such parameter: in the tool of an AI agent.
			return context.getNodeParameter(path, item, defaultOf(name));
		} catch (fault) {
			const { message } = describeUnexpected(fault);
			return refuse(name, { kind: 'expression', message });
		}
	};
	const parameter: Read = (name) => evaluated(name, name);
	const option: Read = (name) => {
		const added: object = Object(context.getNode().parameters.options);
		return Object.hasOwn(added, name)
			? (evaluated(name, `options.${name}`) ?? undefined)
			: undefined;
	};
	const orDefault: Read = (name) => parameter(name) ?? defaultOf(name);
	return {
		parameter,
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
	const { number, option } = readersOf(context, 0);
	const survives = option('surviveRestarts') ?? defaultOf('surviveRestarts');
	return {
		maxConcurrentRequests: number('maxConcurrentRequests', { min: 1, isWhole: true }),
		/** Seconds of video; 0: no limit. */
		spendingLimit: number('spendingLimit', { min: 0, isWhole: true }),
		surviveRestarts: readBoolean('surviveRestarts', survives),
	} as const;
}

/** Names that are no fields of a JavaScript object. */
const RESERVED_NAMES = ['__proto__', 'constructor', 'prototype'];

function readOutputField(value: unknown): string {
	const name = readText('binaryOutputField', value);
	if (!RESERVED_NAMES.includes(name)) return name;
	return refuse('binaryOutputField', { kind: 'reservedName' }, name);
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
	const { parameter, orDefault, isOn, number } = readers;
	const isGetting = operation === 'getResult';
	const isPromised = isGetting ? isOn('waitForCompletion') : operation === 'submitAndWait';
	// Options of waiting that are left over from another operation do not count.
	const ofWaiting: typeof number = isPromised ? number : (name) => Number(defaultOf(name));
	const seconds = ofWaiting('pollingInterval', { min: MIN_POLLING_INTERVAL_SECONDS });
	const minutes = ofWaiting('timeoutMinutes', { min: 0, isAbove: true });
	const downloads = operation !== 'submit' && !isTool && isOn('downloadVideo');
	return {
		pollingIntervalMs: seconds * 1000,
		timeoutMs: Math.min(minutes * 60_000, bounds.longestSleepMs),
		output: {
			simplify: isOn('simplify'),
			videoField: downloads ? readOutputField(orDefault('binaryOutputField')) : null,
		},
		/** What to submit; null in Get Result. */
		submission: isGetting ? null : readSubmission(readers),
		/** What to ask for; empty when submitting. */
		predictionId: isGetting ? readPredictionId(parameter('predictionId')) : '',
		/** Whether a video is promised, so that the item waits for one. */
		isPromised,
	} as const;
}

const LAST_FRAME = ['lastFrameInputType', 'lastFrameUrl', 'lastFrameBinaryPropertyName'] as const;

function readSubmission({ parameter, option, orDefault }: Readers) {
	// One without the others is a form half filled in: better said than silently left out.
	const hasLastFrame = LAST_FRAME.some((name) => option(name) !== undefined);
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
		lastImage: hasLastFrame ? readSource(option, ...LAST_FRAME) : undefined,
	} as const;
}

function readSource(read: Read, type: string, url: string, field: string): PictureSource {
	const isFieldAlone = () => read(url) === undefined && read(field) !== undefined;
	const given = read(type) ?? (isFieldAlone() ? 'binary' : 'url');
	return readOneOf(type, given, ['url', 'binary']) === 'binary'
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
