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
} from '../gptproto/input';
import { readPredictionId, readSettings, type RequestSettings } from '../gptproto/request';
import { bounds } from '../prediction/bounds';
import { hashOf } from '../prediction/ledger-entry';
import type { OutputOptions } from './item';
import { describeUnexpected, type FormFault } from './messages';
import { readFileName, readOutputField } from './output-names';
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
			// The default, where n8n shows no such parameter: in the tool of an AI agent.
			return orUnset(context.getNodeParameter(path, item, defaultOf(name)));
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

/** Options that hold for the whole run. */
export interface RunOptions {
	readonly maxConcurrentRequests: number;
	/** Seconds of video; 0: no limit. */
	readonly spendingLimit: number;
	readonly surviveRestarts: boolean;
}

/** Reads them from the first item. @throws InvalidParameter */
export function readRunOptions(context: IExecuteFunctions): RunOptions {
	const { number, option, isAdded } = readersOf(context, 0);
	if (isAdded(ONE_EXPRESSION)) throwInvalid('options', { kind: 'oneExpression' });
	const survives = option('surviveRestarts') ?? defaultOf('surviveRestarts');
	return {
		maxConcurrentRequests: number('maxConcurrentRequests', { min: 1, isInteger: true }),
		spendingLimit: number('spendingLimit', { min: 0, isInteger: true }),
		surviveRestarts: readBoolean('surviveRestarts', survives),
	};
}

/** What the parameters of one item say of its way, whatever the operation. */
interface ItemPlan {
	readonly pollingIntervalMs: number;
	readonly timeoutMs: number;
	readonly output: OutputOptions;
	readonly waitsForVideo: boolean;
}

export interface GetResultPlan extends ItemPlan {
	readonly predictionId: string;
}

export interface SubmissionPlan extends ItemPlan {
	readonly settings: RequestSettings;
	readonly image: PictureSource;
	readonly lastImage: PictureSource | undefined;
}

function readItemPlan(
	{ isOn, number, parameter, option }: Readers,
	waitsForVideo: boolean,
	mayDownload: boolean,
): ItemPlan {
	// Options of waiting that are left over from another operation do not count.
	const ofWaiting: typeof number = waitsForVideo ? number : (name) => Number(defaultOf(name));
	const seconds = ofWaiting('pollingInterval', { min: MIN_POLLING_INTERVAL_SECONDS });
	const minutes = ofWaiting('timeoutMinutes', { min: 0, exclusiveMin: true });
	const downloads = mayDownload && isOn('downloadVideo');
	return {
		pollingIntervalMs: seconds * 1000,
		timeoutMs: Math.min(minutes * 60_000, bounds.longestSleepMs),
		output: {
			simplify: isOn('simplify'),
			videoField: downloads ? readOutputField(parameter('binaryOutputField')) : null,
			fileName: downloads ? readFileName(option('fileName')) : null,
		},
		waitsForVideo,
	};
}

/**
 * Everything that the parameters of one item say in Get Result.
 *
 * @param isTool an AI agent is handed no files, so nothing is downloaded for it
 * @throws InvalidParameter
 */
export function readGetResult(
	context: IExecuteFunctions,
	item: number,
	isTool: boolean,
): GetResultPlan {
	const readers = readersOf(context, item);
	const plan = readItemPlan(readers, readers.isOn('waitForCompletion'), !isTool);
	return { ...plan, predictionId: readPredictionId(readers.parameter('predictionId')) };
}

/**
 * The same in Submit, and in Submit and Wait.
 *
 * @throws InvalidParameter
 */
export function readSubmission(
	context: IExecuteFunctions,
	waitsForVideo: boolean,
	item: number,
	isTool: boolean,
): SubmissionPlan {
	const readers = readersOf(context, item);
	const { parameter, isAdded, option, orDefault } = readers;
	// A field's name has to be there where it was added; an address whose expression gives nothing, as in the row of a sheet,
	// is not set. The type alone is a form half filled in: better said than silently left out.
	const isFromField =
		isAdded('lastFrameBinaryPropertyName') && option('lastFrameUrl') === undefined;
	const lastType = option('lastFrameInputType') ?? (isFromField ? 'binary' : 'url');
	const hasLastFrame =
		lastType === 'binary' ||
		option('lastFrameUrl') !== undefined ||
		(option('lastFrameInputType') !== undefined && !isAdded('lastFrameUrl'));
	return {
		...readItemPlan(readers, waitsForVideo, waitsForVideo && !isTool),
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
		image: readSource(parameter, {
			type: ['imageInputType', orDefault('imageInputType')],
			url: 'imageUrl',
			field: 'binaryPropertyName',
		}),
		lastImage: hasLastFrame
			? readSource(option, {
					type: ['lastFrameInputType', lastType],
					url: 'lastFrameUrl',
					field: 'lastFrameBinaryPropertyName',
				})
			: undefined,
	};
}

interface SourceNames {
	/** The parameter, and what it gives. */
	readonly type: readonly [name: string, value: unknown];
	readonly url: string;
	readonly field: string;
}

function readSource(read: Read, { type, url, field }: SourceNames): PictureSource {
	return readOneOf(...type, ['url', 'binary']) === 'binary'
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

/**
 * A hash of what decides which video is made, as written, expressions unresolved: whoever changes it wants another one. A field
 * at its default counts as one that is not there, so that a field that comes with a later version changes nothing.
 */
export function hashOfParameters({ parameters }: INode): string {
	const fields = submissionFields.map(({ name }) => [name, parameters[name]] as const);
	const options = Object.entries(Object(parameters.options) as object).filter(
		([name]) => !NOT_OF_THE_VIDEO.includes(name),
	);
	const isSet = ([name, value]: readonly [string, unknown]) =>
		value !== undefined && JSON.stringify(value) !== JSON.stringify(defaultOf(name));
	const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) =>
		a < b ? -1 : 1;
	const set = new Map([...fields, ...options].filter(isSet).sort(byName));
	return hashOf(JSON.stringify([...set]));
}
