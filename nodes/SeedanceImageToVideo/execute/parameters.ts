// Reads the parameters of one item as n8n gives them. What cannot be used is refused with the parameter's name.
import type { IExecuteFunctions, INode } from 'n8n-workflow';
import { DEFAULTS } from '../gptproto/reference';
import {
	type InputFault,
	InvalidParameter,
	readBoolean,
	readOneOf,
	readPredictionId,
	readSettings,
	type RequestSettings,
} from '../gptproto/request';
import { bounds, MIN_POLLING_INTERVAL_SECONDS, OPTION_DEFAULTS } from '../prediction/bounds';
import { hashOf } from '../prediction/ledger';
import type { OutputOptions } from './item';
import type { FormFault } from './messages';
import type { PictureSource } from './picture';

const refuse = (parameter: string, fault: InputFault | FormFault, value?: unknown): never => {
	throw new InvalidParameter<InputFault | FormFault>(parameter, fault, value);
};

/** A parameter of one item. @throws InvalidParameter where its expression throws */
export function readParameter(context: IExecuteFunctions, name: string, item: number): unknown {
	try {
		return context.getNodeParameter(name, item, undefined);
	} catch (fault) {
		return refuse(name, { kind: 'expression', message: Object(fault).message ?? String(fault) });
	}
}

/** An option the user added; undefined where it was left out. */
export function readOption(context: IExecuteFunctions, name: string, item: number): unknown {
	const added: unknown = context.getNode().parameters.options;
	if (typeof added !== 'object' || added === null || !Object.hasOwn(added, name)) return undefined;
	const path = `options.${name}`;
	try {
		return context.getNodeParameter(path, item, undefined);
	} catch (fault) {
		return refuse(name, { kind: 'expression', message: Object(fault).message ?? String(fault) });
	}
}

function readNumber(
	context: IExecuteFunctions,
	name: string,
	item: number,
	fallback: number,
	atLeast: number,
	isWhole = false,
): number {
	const value = readOption(context, name, item) ?? fallback;
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	const isUsable =
		typeof number === 'number' &&
		Number.isFinite(number) &&
		(atLeast > 0 || isWhole ? number >= atLeast : number > 0) &&
		(!isWhole || Number.isInteger(number));
	return isUsable
		? number
		: refuse(name, { kind: 'notANumber', atLeast, isWhole, fallback }, value);
}

/** Options that hold for the whole run, read from its first item. */
export interface RunOptions {
	readonly maxConcurrentRequests: number;
	/** Seconds of video; 0: no limit. */
	readonly spendingLimit: number;
	readonly surviveRestarts: boolean;
}

export function readRunOptions(context: IExecuteFunctions): RunOptions {
	const { maxConcurrentRequests } = OPTION_DEFAULTS;
	return {
		maxConcurrentRequests: readNumber(
			context,
			'maxConcurrentRequests',
			0,
			maxConcurrentRequests,
			1,
			true,
		),
		spendingLimit: readNumber(context, 'spendingLimit', 0, 0, 0, true),
		surviveRestarts: readBoolean(
			'surviveRestarts',
			readOption(context, 'surviveRestarts', 0) ?? false,
		),
	};
}

/** How to wait, in milliseconds. */
export interface Waiting {
	readonly pollingIntervalMs: number;
	readonly timeoutMs: number;
}

const DEFAULT_WAITING: Waiting = {
	pollingIntervalMs: OPTION_DEFAULTS.pollingIntervalSeconds * 1000,
	timeoutMs: OPTION_DEFAULTS.timeoutMinutes * 60_000,
};

function readWaiting(context: IExecuteFunctions, item: number): Waiting {
	const { pollingIntervalSeconds, timeoutMinutes } = OPTION_DEFAULTS;
	const seconds = readNumber(
		context,
		'pollingInterval',
		item,
		pollingIntervalSeconds,
		MIN_POLLING_INTERVAL_SECONDS,
	);
	const minutes = readNumber(context, 'timeoutMinutes', item, timeoutMinutes, 0);
	const timeoutMs = Math.min(minutes * 60_000, bounds.longestSleepMs);
	return { pollingIntervalMs: seconds * 1000, timeoutMs };
}

function readSwitch(
	context: IExecuteFunctions,
	name: string,
	item: number,
	fallback: boolean,
): boolean {
	return readBoolean(name, readParameter(context, name, item) ?? fallback);
}

/** Names that are no fields of a JavaScript object. */
const RESERVED_NAMES = ['__proto__', 'constructor', 'prototype'];

function readOutputField(context: IExecuteFunctions, item: number): string {
	const parameter = 'binaryOutputField';
	const value = readParameter(context, parameter, item) ?? 'data';
	const name =
		typeof value === 'string' ? value.trim() : refuse(parameter, { kind: 'notText' }, value);
	if (name === '') return refuse(parameter, { kind: 'empty' }, value);
	return RESERVED_NAMES.includes(name) ? refuse(parameter, { kind: 'reservedName' }, value) : name;
}

/** A plan of one item: everything its parameters say, read before anything is sent, so that bad input costs nothing. */
export interface ItemPlan extends Waiting {
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

/** @param isTool an AI agent is handed no files, so nothing is downloaded for it */
export function readPlan(
	context: IExecuteFunctions,
	operation: 'getResult' | 'submit' | 'submitAndWait',
	item: number,
	isTool: boolean,
): ItemPlan {
	const isGetting = operation === 'getResult';
	const waits = isGetting
		? readSwitch(context, 'waitForCompletion', item, false)
		: operation === 'submitAndWait';
	const downloads =
		operation !== 'submit' && !isTool && readSwitch(context, 'downloadVideo', item, true);
	return {
		...(waits ? readWaiting(context, item) : DEFAULT_WAITING),
		output: {
			simplify: readSwitch(context, 'simplify', item, true),
			videoField: downloads ? readOutputField(context, item) : null,
		},
		submission: isGetting ? null : readSubmission(context, item),
		predictionId: isGetting ? readPredictionId(readParameter(context, 'predictionId', item)) : null,
		waits,
	};
}

function readSubmission(context: IExecuteFunctions, item: number): SubmissionPlan {
	const parameter = (name: string) => readParameter(context, name, item);
	const option = (name: string) => readOption(context, name, item);
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
		lastImage: readLastFrame(option),
	};
}

type Read = (name: string) => unknown;

function readSource(read: Read, type: string, url: string, field: string): PictureSource {
	return readOneOf(type, read(type) ?? 'url', ['url', 'binary']) === 'binary'
		? { parameter: field, kind: 'field', value: read(field) }
		: { parameter: url, kind: 'address', value: read(url) };
}

function readLastFrame(option: Read): PictureSource | undefined {
	// The type alone, with no address, is a form half filled in: better said than silently left out.
	const isAskedFor =
		option('lastFrameUrl') !== undefined || option('lastFrameInputType') !== undefined;
	return isAskedFor
		? readSource(option, 'lastFrameInputType', 'lastFrameUrl', 'lastFrameBinaryPropertyName')
		: undefined;
}

/** The parameters and options that decide which video is made. */
const OF_THE_VIDEO = [
	'model',
	'prompt',
	'imageInputType',
	'imageUrl',
	'binaryPropertyName',
	'aspectRatio',
	'resolution',
	'duration',
] as const;
const OPTIONS_OF_THE_VIDEO = [
	'cameraFixed',
	'generateAudio',
	'lastFrameInputType',
	'lastFrameUrl',
	'lastFrameBinaryPropertyName',
	'seed',
] as const;

/** A hash of these as written, expressions unresolved: whoever changes one of them wants another video. */
export function hashOfParameters({ parameters }: INode): string {
	const options = (parameters.options ?? {}) as Record<string, unknown>;
	const written = [
		...OF_THE_VIDEO.map((name) => parameters[name]),
		...OPTIONS_OF_THE_VIDEO.map((name) => options[name]),
	];
	return hashOf(...written.map((value) => JSON.stringify(value) ?? ''));
}
