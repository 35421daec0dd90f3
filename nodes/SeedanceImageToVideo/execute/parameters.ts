// Reads the parameters of one item as n8n gives them. What cannot be used is refused with the parameter's name.
import type { IExecuteFunctions, INode } from 'n8n-workflow';
import { defaultOf } from '../description';
import { type Operation, OPERATIONS } from '../description/operation';
import { MIN_POLLING_INTERVAL_SECONDS } from '../description/options';
import { submissionFields } from '../description/submission';
import { DEFAULTS } from '../gptproto/reference';
import {
	InvalidParameter,
	type NumberRange,
	readBoolean,
	readNumber,
	readOneOf,
	readPredictionId,
	readSettings,
	readText,
	type RequestSettings,
} from '../gptproto/request';
import { bounds } from '../prediction/bounds';
import { hashOf } from '../prediction/ledger';
import type { OutputOptions } from './item';
import { describeUnexpected, type FormFault } from './messages';
import type { PictureSource } from './picture';

const refuse = (parameter: string, fault: FormFault, value?: unknown): never => {
	throw new InvalidParameter<FormFault>(parameter, fault, value);
};

type Read = (name: string) => unknown;

/** Ways to read what the user set for one item; undefined where nothing is set. They throw InvalidParameter. */
function readersOf(context: IExecuteFunctions, item: number) {
	const evaluated = (name: string, path: string): unknown => {
		try {
			return context.getNodeParameter(path, item, undefined);
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
	return {
		parameter,
		option,
		isOn: (name: string) => readBoolean(name, parameter(name) ?? defaultOf(name)),
		number: (name: string, range: NumberRange) =>
			readNumber(name, option(name) ?? defaultOf(name), range),
	};
}

/** @throws InvalidParameter */
export function readOperation(context: IExecuteFunctions): Operation {
	const chosen = readersOf(context, 0).parameter('operation') ?? defaultOf('operation');
	return readOneOf('operation', chosen, OPERATIONS);
}

/** Options that hold for the whole run, read from its first item. */
export interface RunOptions {
	readonly maxConcurrentRequests: number;
	/** Seconds of video; 0: no limit. */
	readonly spendingLimit: number;
	readonly surviveRestarts: boolean;
}

/** @throws InvalidParameter */
export function readRunOptions(context: IExecuteFunctions): RunOptions {
	const { number, option } = readersOf(context, 0);
	const survives = option('surviveRestarts') ?? defaultOf('surviveRestarts');
	return {
		maxConcurrentRequests: number('maxConcurrentRequests', { min: 1, isWhole: true }),
		spendingLimit: number('spendingLimit', { min: 0, isWhole: true }),
		surviveRestarts: readBoolean('surviveRestarts', survives),
	};
}

/** Names that are no fields of a JavaScript object. */
const RESERVED_NAMES = ['__proto__', 'constructor', 'prototype'];

function readOutputField(parameter: Read): string {
	const name = readText(
		'binaryOutputField',
		parameter('binaryOutputField') ?? defaultOf('binaryOutputField'),
	);
	return RESERVED_NAMES.includes(name)
		? refuse('binaryOutputField', { kind: 'reservedName' }, name)
		: name;
}

/** A plan of one item: everything its parameters say, read before anything is sent, so that bad input costs nothing. */
export interface ItemPlan {
	readonly pollingIntervalMs: number;
	readonly timeoutMs: number;
	readonly output: OutputOptions;
	/** What to submit; null in Get Result. */
	readonly submission: SubmissionPlan | null;
	/** What to ask for; null when submitting. */
	readonly predictionId: string | null;
	/** Whether a video is promised, so that the item waits for one. */
	readonly waits: boolean;
}

export interface SubmissionPlan {
	readonly settings: RequestSettings;
	readonly image: PictureSource;
	readonly lastImage: PictureSource | undefined;
}

/** @param isTool an AI agent is handed no files, so nothing is downloaded for it @throws InvalidParameter */
export function readPlan(
	context: IExecuteFunctions,
	operation: Operation,
	item: number,
	isTool: boolean,
): ItemPlan {
	const { parameter, option, isOn, number } = readersOf(context, item);
	const isGetting = operation === 'getResult';
	const waits = isGetting ? isOn('waitForCompletion') : operation === 'submitAndWait';
	// Options of waiting that are left over from another operation do not count.
	const ofWaiting: typeof number = waits ? number : (name) => Number(defaultOf(name));
	const seconds = ofWaiting('pollingInterval', { min: MIN_POLLING_INTERVAL_SECONDS });
	const minutes = ofWaiting('timeoutMinutes', { min: 0, isAbove: true });
	const downloads = operation !== 'submit' && !isTool && isOn('downloadVideo');
	return {
		pollingIntervalMs: seconds * 1000,
		timeoutMs: Math.min(minutes * 60_000, bounds.longestSleepMs),
		output: {
			simplify: isOn('simplify'),
			videoField: downloads ? readOutputField(parameter) : null,
		},
		submission: isGetting ? null : readSubmission(parameter, option),
		predictionId: isGetting ? readPredictionId(parameter('predictionId')) : null,
		waits,
	};
}

function readSubmission(parameter: Read, option: Read): SubmissionPlan {
	// The type alone, with no address, is a form half filled in: better said than silently left out.
	const hasLastFrame = ['lastFrameUrl', 'lastFrameInputType'].some(
		(name) => option(name) !== undefined,
	);
	return {
		settings: readSettings({
			model: parameter('model') ?? DEFAULTS.model,
			prompt: parameter('prompt'),
			aspectRatio: parameter('aspectRatio') ?? DEFAULTS.aspectRatio,
			resolution: parameter('resolution') ?? DEFAULTS.resolution,
			duration: parameter('duration') ?? DEFAULTS.duration,
			seed: option('seed'),
			cameraFixed: option('cameraFixed'),
			generateAudio: option('generateAudio'),
		}),
		image: readSource(parameter, 'imageInputType', 'imageUrl', 'binaryPropertyName'),
		lastImage: hasLastFrame
			? readSource(option, 'lastFrameInputType', 'lastFrameUrl', 'lastFrameBinaryPropertyName')
			: undefined,
	};
}

function readSource(read: Read, type: string, url: string, field: string): PictureSource {
	return readOneOf(type, read(type) ?? defaultOf(type), ['url', 'binary']) === 'binary'
		? { parameter: field, kind: 'field', value: read(field) }
		: { parameter: url, kind: 'address', value: read(url) };
}

/** Options that decide how a run goes, and not which video is made. */
const NOT_OF_THE_VIDEO = [
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
