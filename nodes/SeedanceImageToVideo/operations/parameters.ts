// Reads the parameters of one item as n8n gives them and turns what cannot be used into an ItemFailure that names the
// parameter as the editor shows it.
import type { IExecuteFunctions } from 'n8n-workflow';
import { DEFAULTS } from '../api/reference';
import {
	buildRequest,
	InvalidParameter,
	type PictureReference,
	readBoolean,
	readPredictionId,
	type SubmissionRequest,
} from '../api/request';
import { displayedName } from '../description';
import { ItemFailure } from '../run/failure';
import { MIN_POLLING_INTERVAL_SECONDS, OPTION_DEFAULTS } from '../run/limits';
import { pictureInField } from './picture';

/** Runs a check and gives its refusal the parameter's displayed name. @throws ItemFailure */
function named<Value>(check: () => Value): Value {
	try {
		return check();
	} catch (refusal) {
		throw refusal instanceof InvalidParameter ? invalid(refusal) : refusal;
	}
}

function invalid({ parameter, problem, remedy }: InvalidParameter): ItemFailure {
	return new ItemFailure({
		message: `'${displayedName(parameter)}' ${problem}`,
		description: remedy,
		origin: 'input',
		cause: 'configuration-invalid',
	});
}

function parameter(context: IExecuteFunctions, name: string, item: number): unknown {
	return context.getNodeParameter(name, item, undefined);
}

/** An option the user added; undefined where it was left out. */
function option(context: IExecuteFunctions, name: string, item: number): unknown {
	const options: unknown = context.getNodeParameter('options', item, {});
	return typeof options === 'object' && options !== null
		? (options as Record<string, unknown>)[name]
		: undefined;
}

function numberFrom(
	context: IExecuteFunctions,
	name: string,
	item: number,
	fallback: number,
	isAllowed: (value: number) => boolean,
	allowed: string,
): number {
	const value = option(context, name, item) ?? fallback;
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	if (typeof number === 'number' && Number.isFinite(number) && isAllowed(number)) return number;
	throw invalid(
		new InvalidParameter(
			name,
			`must be ${allowed}, but is "${String(value)}"`,
			`Enter ${allowed}, or remove the option: its default is ${fallback}.`,
		),
	);
}

/** Requests at one time; a property of the whole run, read from its first item. */
export function readMaxConcurrentRequests(context: IExecuteFunctions): number {
	return numberFrom(
		context,
		'maxConcurrentRequests',
		0,
		OPTION_DEFAULTS.maxConcurrentRequests,
		(value) => Number.isInteger(value) && value >= 1,
		'a whole number of at least 1',
	);
}

export interface Waiting {
	readonly pollingIntervalMs: number;
	readonly timeoutMs: number;
}

/** How to wait, in milliseconds. */
export function readWaiting(context: IExecuteFunctions, item: number): Waiting {
	const seconds = numberFrom(
		context,
		'pollingInterval',
		item,
		OPTION_DEFAULTS.pollingIntervalSeconds,
		(value) => value >= MIN_POLLING_INTERVAL_SECONDS,
		`a number of seconds of at least ${MIN_POLLING_INTERVAL_SECONDS}`,
	);
	const minutes = numberFrom(
		context,
		'timeoutMinutes',
		item,
		OPTION_DEFAULTS.timeoutMinutes,
		(value) => value > 0,
		'a number of minutes above 0',
	);
	return { pollingIntervalMs: seconds * 1000, timeoutMs: minutes * 60_000 };
}

/** A switch of the form; its default where the operation does not show it. */
export function readSwitch(
	context: IExecuteFunctions,
	name: string,
	item: number,
	fallback: boolean,
): boolean {
	return named(() => readBoolean(name, parameter(context, name, item) ?? fallback));
}

/** The name of the field the video goes to. */
export function readOutputField(context: IExecuteFunctions, item: number): string {
	const name = parameter(context, 'binaryOutputField', item) ?? 'data';
	if (typeof name === 'string' && name.trim() !== '') return name.trim();
	throw invalid(
		new InvalidParameter('binaryOutputField', 'is empty', 'Enter a field name, e.g. data.'),
	);
}

export function readId(context: IExecuteFunctions, item: number): string {
	return named(() => readPredictionId(parameter(context, 'predictionId', item)));
}

function isBinary(type: unknown, name: string): boolean {
	if (type === 'binary' || type === 'url') return type === 'binary';
	throw invalid(
		new InvalidParameter(
			name,
			`must be url or binary, but is "${String(type)}"`,
			'Choose Image URL or Binary File.',
		),
	);
}

async function firstFrame(context: IExecuteFunctions, item: number): Promise<PictureReference> {
	if (!isBinary(parameter(context, 'imageInputType', item), 'imageInputType')) {
		return { parameter: 'imageUrl', value: parameter(context, 'imageUrl', item) };
	}
	const field = parameter(context, 'binaryPropertyName', item);
	return await pictureInField(context, item, field, 'binaryPropertyName').catch(rename);
}

async function lastFrame(
	context: IExecuteFunctions,
	item: number,
): Promise<PictureReference | undefined> {
	const field = option(context, 'lastFrameBinaryPropertyName', item);
	const url = option(context, 'lastFrameUrl', item);
	const type = option(context, 'lastFrameInputType', item);
	if (isBinary(type ?? 'url', 'lastFrameInputType')) {
		return await pictureInField(context, item, field, 'lastFrameBinaryPropertyName').catch(rename);
	}
	// The type alone, with no address, is a form half filled in: better said than silently left out.
	return url === undefined && type === undefined
		? undefined
		: { parameter: 'lastFrameUrl', value: url };
}

function rename(refusal: unknown): never {
	throw refusal instanceof InvalidParameter ? invalid(refusal) : refusal;
}

/** Whether the item's request carries a picture itself, so that building it takes memory. */
export function carriesPicture(context: IExecuteFunctions, item: number): boolean {
	return (
		parameter(context, 'imageInputType', item) === 'binary' ||
		option(context, 'lastFrameInputType', item) === 'binary'
	);
}

/** Builds the item's request, its pictures loaded. @throws ItemFailure */
export async function readRequest(
	context: IExecuteFunctions,
	item: number,
): Promise<SubmissionRequest> {
	const image = await firstFrame(context, item);
	const lastImage = await lastFrame(context, item);
	return named(() =>
		buildRequest({
			model: parameter(context, 'model', item) ?? DEFAULTS.model,
			prompt: parameter(context, 'prompt', item),
			image,
			lastImage,
			aspectRatio: parameter(context, 'aspectRatio', item) ?? DEFAULTS.aspectRatio,
			resolution: parameter(context, 'resolution', item) ?? DEFAULTS.resolution,
			duration: parameter(context, 'duration', item) ?? DEFAULTS.duration,
			seed: option(context, 'seed', item),
			cameraFixed: option(context, 'cameraFixed', item),
			generateAudio: option(context, 'generateAudio', item),
		}),
	);
}
