// The report of a cleaned transcript: point by point what is documented, what was seen and what the node made of it. The
// fields of an answer come from the transcribed documentation.
import type { IDataObject } from 'n8n-workflow';

import { frameSize, modelFacts } from '../../nodes/SeedanceImageToVideo/gptproto/reference';
import openapi from '../../sandbox/openapi.json';
import { documentedSchemas } from '../../sandbox/validation';
import { ASKED } from './steps';
import {
	exchangesOf,
	FREE_STEPS,
	PAID_STEPS,
	predictionIn,
	type Recorded,
	type StepName,
	type Transcript,
} from './transcript';

interface Point {
	readonly name: string;
	/** Empty where the documentation says nothing: then nothing can differ. */
	readonly documented: string;
	readonly seen: string;
	/** What the node made of it. */
	readonly read: string;
	readonly differs: boolean;
}

interface Schema {
	readonly $ref?: string;
	readonly type?: string | readonly string[];
	readonly properties?: { readonly [name: string]: Schema };
	readonly items?: Schema;
	readonly enum?: readonly string[];
	readonly const?: unknown;
}

const { ErrorBody, PredictionEnvelope } = openapi.components.schemas;

/** A video may be some frames longer or shorter, and so may its sound. */
const LENGTH_TOLERANCE_SECONDS = 0.2;
const LONGEST_VALUE = 100;
const MOST_VALUES = 8;

const unique = (values: readonly string[]) => [...new Set(values)];
const inShort = (value: unknown) => (JSON.stringify(value) ?? '').slice(0, LONGEST_VALUE);
const inSeconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

function point(
	name: string,
	documented: string,
	seen: string,
	read = '',
	differs = documented !== '' && documented !== seen,
): Point {
	return { name, documented, seen, read, differs };
}

function jsonIn({ body = '' }: Recorded): unknown {
	try {
		return JSON.parse(body);
	} catch {
		return undefined;
	}
}

/** What the node put out for a step; of a failed item, its details as well. */
function readingOf({ readings }: Transcript, step: StepName): IDataObject {
	const reading = readings[step] ?? {};
	return { ...(reading.details as IDataObject | undefined), ...reading };
}

/** Every place in a value, by its path. */
function* places(value: unknown, path = ''): Generator<readonly [string, unknown]> {
	if (path !== '') yield [path, value];
	if (typeof value !== 'object' || value === null) return;
	const pathOf = (name: string) => (path === '' ? name : `${path}.${name}`);
	for (const [name, inner] of Object.entries(value)) {
		yield* places(inner, Array.isArray(value) ? `${path}[]` : pathOf(name));
	}
}

/** Every documented place, by its path. */
function* documentedPlaces(given: Schema, path = ''): Generator<readonly [string, Schema]> {
	const schemas: Readonly<Record<string, Schema>> = openapi.components.schemas;
	const schema = (given.$ref && schemas[given.$ref.split('/').at(-1) ?? '']) || given;
	if (path !== '') yield [path, schema];
	for (const [name, inner] of Object.entries(schema.properties ?? {})) {
		yield* documentedPlaces(inner, path === '' ? name : `${path}.${name}`);
	}
	if (schema.items) yield* documentedPlaces(schema.items, `${path}[]`);
}

/** The fields of some answers beside a schema: those that it has, and those that it has not. */
function fieldPoints(
	prefix: string,
	answers: readonly Recorded[],
	described: Schema,
	readAs: (path: string, values: readonly unknown[]) => readonly string[],
): Point[] {
	const seen = new Map<string, unknown[]>();
	for (const [path, value] of answers.flatMap((answer) => [...places(jsonIn(answer))])) {
		seen.set(path, [...(seen.get(path) ?? []), value]);
	}
	const documented = new Map(documentedPlaces(described));
	const ajv = documentedSchemas();
	return unique([...documented.keys(), ...seen.keys()]).flatMap((path) => {
		const { properties, items, ...own } = documented.get(path) ?? {};
		const values = seen.get(path) ?? [];
		const isContainer = properties !== undefined || items !== undefined;
		const isRight = (value: unknown) => ajv.validate(isContainer ? { type: own.type } : own, value);
		const differs = !documented.has(path) || values.length === 0 || !values.every(isRight);
		// Items of a list that was always empty are not missing; what holds other fields is shown by them.
		if (values.length === 0 ? path.endsWith('[]') : isContainer && !differs) return [];
		const words = own.enum ?? (own.const === undefined ? [] : [inShort(own.const)]);
		const type = [own.type ?? 'no such field'].flat().join(' or ');
		const shown = unique(values.map(inShort)).slice(0, MOST_VALUES).join(', ') || 'missing';
		const read = unique(readAs(path, values)).join(', ');
		return point(prefix + path, [type, ...words].join(' '), shown, read, differs);
	});
}

function predictionPoints(transcript: Transcript): Point[] {
	const answers = transcript.exchanges.filter(predictionIn);
	if (answers.length === 0) return [];
	const fields = PAID_STEPS.flatMap((step) => Object.entries(readingOf(transcript, step)));
	return fieldPoints('', answers, PredictionEnvelope, (path, values) => {
		const states = answers.map(predictionIn).map((one) => `${one?.status} (${one?.state})`);
		if (path === 'data.status') return states;
		// By what it says, an ID or an address is found wherever it stands.
		const isTold = (told: unknown) => /string|number/.test(typeof told) && values.includes(told);
		return fields.filter(([, told]) => isTold(told)).map(([name]) => name);
	});
}

/** How a request ended: its HTTP status, and the words of an error. */
function ending(exchange: Recorded): string {
	const { status, fault = 'no answer', body } = exchange;
	if (status === undefined) return fault;
	if (status < 400) return `HTTP ${status}`;
	const { error, message } = Object(jsonIn(exchange)) as Readonly<Record<string, unknown>>;
	return `HTTP ${status} ${inShort(Object(error).message ?? error ?? message ?? body)}`;
}

/** The statuses of the answers to a step's calls, and the form of an error. */
function answerPoints(transcript: Transcript, step: StepName): Point[] {
	const { error, credential, predictionId, status } = readingOf(transcript, step);
	const read = String(error ?? credential ?? `${String(predictionId)} ${String(status)}`);
	const wanted = step.endsWith('wrong key') ? 401 : 200;
	return (['models', 'submission', 'result', 'download'] as const).flatMap((call) => {
		const exchanges = exchangesOf(transcript, step, call);
		if (exchanges.length === 0) return [];
		const isDocumented = call !== 'download' && step !== 'Result of an unknown ID';
		const differs = isDocumented && exchanges.some((one) => one.status !== wanted);
		const seen = unique(exchanges.map(ending)).join(', then ');
		const refused = exchanges.findLast((one) => call !== 'download' && (one.status ?? 0) >= 400);
		const name = `${step}: ${call}`;
		return [
			point(name, isDocumented ? `HTTP ${wanted}` : '', seen, read, differs),
			...(refused ? fieldPoints(`${name}: `, [refused], ErrorBody, () => []) : []),
		];
	});
}

/** What is in a video, beside what was asked for. */
function videoPoints(transcript: Transcript, step: StepName): Point[] {
	const video = transcript.videos[step];
	if (!video) return [];
	const { width, height, durationSeconds, hasAudio, framesPerSecond, codec } = video;
	const size = frameSize(transcript.model, ASKED.resolution, ASKED.aspectRatio);
	const sound = modelFacts(transcript.model)?.audio ? 'sound' : '';
	const told = readingOf(transcript, step);
	const isOtherLength = Math.abs(durationSeconds - ASKED.duration) > LENGTH_TOLERANCE_SECONDS;
	const inPixels = (one: object | null) => {
		const { width, height } = Object(one) as Readonly<Record<string, unknown>>;
		return width ? `${String(width)}x${String(height)}` : '';
	};
	return [
		point(`${step}: frame size`, inPixels(size), inPixels({ width, height }), inPixels(told)),
		point(`${step}: length`, `${ASKED.duration} s`, `${durationSeconds} s`, '', isOtherLength),
		point(`${step}: sound`, sound, hasAudio ? 'sound' : 'no sound'),
		point(`${step}: pictures`, '', `${framesPerSecond} a second, ${codec}`),
	];
}

/** How long an address lives by its own words, in seconds from now on or as a moment since 1970. */
function lifetimeOf(address: unknown, nowMs: number): string {
	const { searchParams } = new URL(String(address ?? ''), 'http://none');
	const [, expires] = [...searchParams].find(([name]) => /expires?$/i.test(name)) ?? [];
	const seconds = Number(expires) < 1e9 ? Number(expires) : Number(expires) - nowMs / 1000;
	return seconds ? `${(seconds / 3600).toFixed(1)} hours` : 'not said';
}

/** Times and counts, which nothing documents. */
function timePoints(transcript: Transcript, step: StepName): Point[] {
	const submission = exchangesOf(transcript, step, 'submission').find(predictionIn);
	if (!submission) return [];
	const { sentAt, tookMs = 0 } = submission;
	const polls = exchangesOf(transcript, step, 'result');
	const first = (isIt: (prediction: ReturnType<typeof predictionIn>) => boolean) => {
		const found = polls.find((one) => isIt(predictionIn(one)));
		return found ? inSeconds(found.sentAt - sentAt) : 'not seen';
	};
	const { videoUrl } = readingOf(transcript, step);
	return [
		point(`${step}: accepted after`, '', inSeconds(tookMs)),
		point(
			`${step}: first running after`,
			'',
			first((one) => one?.status === 'running'),
		),
		point(
			`${step}: done after`,
			'',
			first((one) => one !== null && one.state !== 'working'),
		),
		point(`${step}: polls`, '', String(polls.length)),
		point(`${step}: lifetime of the address`, '', lifetimeOf(videoUrl, sentAt)),
	];
}

function limitPoints({ exchanges }: Transcript): Point[] {
	const headers = exchanges.flatMap((one) => Object.entries(one.headers ?? {}));
	const limits = headers.filter(([name]) => /limit|retry-after/i.test(name));
	return unique(limits.map((pair) => pair.join(': '))).map((line) => point('Header', '', line));
}

function table(title: string, points: readonly Point[]): string[] {
	if (points.length === 0) return [];
	const cell = (text: string) => text.replace(/[|\\]/g, '\\$&').replace(/\s+/g, ' ') || '-';
	const rows = points.map(({ name, documented, seen, read }) => {
		return `| ${[name, documented, seen, read].map(cell).join(' | ')} |`;
	});
	const head = ['| Point | Documented | Seen | Read by the node as |', '| --- | --- | --- | --- |'];
	return [`## ${title}`, '', ...head, ...rows, ''];
}

/** The report as Markdown, and its last line. */
export function report(transcript: Transcript): {
	readonly text: string;
	readonly summary: string;
} {
	const { baseUrl, startedAt, version, model } = transcript;
	const points = [
		...[...FREE_STEPS, ...PAID_STEPS].flatMap((step) => answerPoints(transcript, step)),
		...predictionPoints(transcript),
		...PAID_STEPS.flatMap((step) => videoPoints(transcript, step)),
		...PAID_STEPS.flatMap((step) => timePoints(transcript, step)),
		...limitPoints(transcript),
	];
	const differing = points.filter(({ differs }) => differs);
	const silent = points.filter(({ documented }) => documented === '');
	const same = points.filter(({ documented, differs }) => documented !== '' && !differs);
	const summary = `${same.length} points as documented, ${differing.length} differ`;
	const head = `${baseUrl}, ${model}, ${startedAt}, version ${version} of the node`;
	const tables = [
		...table('Differs', differing),
		...table('Not documented', silent),
		...table('As documented', same),
	];
	return { text: ['# First contact', '', head, '', ...tables, summary, ''].join('\n'), summary };
}
