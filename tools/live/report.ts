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
	readonly oneOf?: readonly unknown[];
}

/** A video may be some frames longer or shorter, and so may its sound. */
const LENGTH_TOLERANCE_SECONDS = 0.2;
const LONGEST_VALUE = 100;
const MOST_VALUES = 8;

const unique = (values: readonly string[]) => [...new Set(values)];
const inShort = (value: unknown) => (JSON.stringify(value) ?? '').slice(0, LONGEST_VALUE);
const undocumented = (name: string, seen: string): Point => {
	return { name, documented: '', seen, read: '', differs: false };
};

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

/** Every place of a value, by its path. */
function* places(value: unknown, path = ''): Generator<readonly [string, unknown]> {
	if (path !== '') yield [path, value];
	if (typeof value !== 'object' || value === null) return;
	for (const [name, inner] of Object.entries(value)) {
		yield* places(
			inner,
			Array.isArray(value) ? `${path}[]` : [path, name].filter(Boolean).join('.'),
		);
	}
}

/** Every documented place, by its path. */
function* documentedPlaces(given: Schema, path = ''): Generator<readonly [string, Schema]> {
	const schemas: Readonly<Record<string, Schema>> = openapi.components.schemas;
	const schema = (given.$ref && schemas[given.$ref.split('/').at(-1) ?? '']) || given;
	if (path !== '') yield [path, schema];
	for (const [name, inner] of Object.entries(schema.properties ?? {})) {
		yield* documentedPlaces(inner, [path, name].filter(Boolean).join('.'));
	}
	if (schema.items) yield* documentedPlaces(schema.items, `${path}[]`);
}

/** The fields of some answers beside a schema: those that it has, and those that it has not. */
function fieldPoints(
	prefix: string,
	answers: readonly Recorded[],
	described: Schema,
	readAs: (path: string, values: readonly unknown[]) => string,
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
		return {
			name: prefix + path,
			documented: [type, ...words].join(' '),
			seen: unique(values.map(inShort)).slice(0, MOST_VALUES).join(', ') || 'missing',
			read: readAs(path, values),
			differs,
		};
	});
}

function predictionPoints(transcript: Transcript): Point[] {
	const answers = transcript.exchanges.filter(predictionIn);
	if (answers.length === 0) return [];
	const readings = PAID_STEPS.map((step) => Object.entries(readingOf(transcript, step)));
	const { PredictionEnvelope } = openapi.components.schemas;
	return fieldPoints('', answers, PredictionEnvelope, (path, values) => {
		if (path === 'data.status') {
			const statuses = answers.map(predictionIn).map((one) => `${one?.status} (${one?.state})`);
			return unique(statuses).join(', ');
		}
		// By what it says, an ID or an address is found wherever it stands.
		const isTold = ([, told]: [string, unknown]) =>
			/string|number/.test(typeof told) && values.includes(told);
		return unique(
			readings
				.flat()
				.filter(isTold)
				.map(([name]) => name),
		).join(', ');
	});
}

/** How a request ended: its HTTP status, and the words of an error. */
function ending(exchange: Recorded): string {
	const { status, fault = 'no answer' } = exchange;
	if (status === undefined) return fault;
	if (status < 400) return `HTTP ${status}`;
	const { error, message } = Object(jsonIn(exchange)) as Readonly<Record<string, unknown>>;
	return `HTTP ${status} ${inShort(Object(error).message ?? error ?? message ?? exchange.body)}`;
}

/** The statuses of the answers to a step's calls, and the form of an error. */
function answerPoints(transcript: Transcript, step: StepName): Point[] {
	const calls = ['models', 'submission', 'result', 'download'] as const;
	return calls.flatMap((call) => {
		const exchanges = exchangesOf(transcript, step, call);
		if (exchanges.length === 0) return [];
		const isDocumented = call !== 'download' && step !== 'Result of an unknown ID';
		const wanted = step.endsWith('wrong key') ? 401 : 200;
		const { error, credential, predictionId, status } = readingOf(transcript, step);
		const answer: Point = {
			name: `${step}: ${call}`,
			documented: isDocumented ? `HTTP ${wanted}` : '',
			seen: unique(exchanges.map(ending)).join(', then '),
			read: String(error ?? credential ?? `${String(predictionId)} ${String(status)}`),
			differs: isDocumented && exchanges.some((one) => one.status !== wanted),
		};
		const refused = exchanges.filter((one) => call !== 'download' && (one.status ?? 0) >= 400);
		return [answer, ...refused.slice(-1).flatMap((one) => errorPoints(`${answer.name}: `, one))];
	});
}

/** The documented form: `{ "error": { "message": "…", "type": "401" } }`; the content policy's code is 503, with HTTP 400. */
function errorPoints(prefix: string, refused: Recorded): Point[] {
	const codes = [String(refused.status), ...(refused.status === 400 ? ['503'] : [])];
	const fields = { message: { type: 'string' }, type: { type: 'string', enum: codes } };
	const described = { properties: { error: { type: 'object', properties: fields } } };
	return fieldPoints(prefix, [refused], described, () => '');
}

/** What is in a video, beside what was asked for. */
function videoPoints(transcript: Transcript, step: StepName): Point[] {
	const video = transcript.videos[step];
	if (!video) return [];
	const { model } = transcript;
	const { width = '', height = '' } = frameSize(model, ASKED.resolution, ASKED.aspectRatio) ?? {};
	const hasSound = modelFacts(model)?.audio ?? false;
	const reading = readingOf(transcript, step);
	const isLong = Math.abs(video.durationSeconds - ASKED.duration) <= LENGTH_TOLERANCE_SECONDS;
	const sound = (has: boolean) => (has ? 'sound' : 'no sound');
	const point = (name: string, documented: string, seen: string, differs = seen !== documented) => {
		return { name: `${step}: ${name}`, documented, seen, read: '', differs };
	};
	const size = point('frame size', `${width}x${height}`, `${video.width}x${video.height}`);
	return [
		{ ...size, read: reading.width ? `${reading.width}x${reading.height}` : '' },
		point('length', `${ASKED.duration} s`, `${video.durationSeconds} s`, !isLong),
		point('sound', sound(hasSound), sound(video.hasAudio)),
		undocumented(`${step}: pictures`, `${video.framesPerSecond} a second, ${video.codec}`),
	];
}

/** How long an address lives by its own words, in seconds from now on or as a moment since 1970. */
function lifetimeOf(address: unknown, nowMs: number): string {
	const { searchParams } = new URL(String(address ?? ''), 'http://none');
	const [, expires] = [...searchParams].find(([name]) => /expires?$/i.test(name)) ?? [];
	const seconds = Number(expires) < 1e9 ? Number(expires) : Number(expires) - nowMs / 1000;
	return seconds ? `${Math.round(seconds / 360) / 10} hours` : 'not said';
}

/** Times and counts, which nothing documents. */
function timePoints(transcript: Transcript, step: StepName): Point[] {
	const submission = exchangesOf(transcript, step, 'submission').find(predictionIn);
	if (!submission) return [];
	const { sentAt, tookMs = 0 } = submission;
	const polls = exchangesOf(transcript, step, 'result');
	const after = (states: readonly string[]) => {
		const found = polls.find((one) => states.includes(predictionIn(one)?.status ?? ''));
		return found ? `${((found.sentAt - sentAt) / 1000).toFixed(1)} s` : 'not seen';
	};
	const lifetime = lifetimeOf(readingOf(transcript, step).videoUrl, sentAt);
	return [
		undocumented(`${step}: accepted after`, `${(tookMs / 1000).toFixed(1)} s`),
		undocumented(`${step}: first running after`, after(['running'])),
		undocumented(`${step}: done after`, after(['succeeded', 'failed', 'expired'])),
		undocumented(`${step}: questions for the result`, String(polls.length)),
		undocumented(`${step}: lifetime of the address`, lifetime),
	];
}

function limitPoints({ exchanges }: Transcript): Point[] {
	const headers = exchanges.flatMap((one) => Object.entries(one.headers ?? {}));
	const limits = headers.filter(([name]) => /limit|retry-after/i.test(name));
	return unique(limits.map((pair) => pair.join(': '))).map((line) => undocumented('Header', line));
}

function table(title: string, points: readonly Point[]): string[] {
	if (points.length === 0) return [];
	const cell = (text: string) => text.replace(/[|\\]/g, '\\$&').replace(/\s+/g, ' ') || '-';
	const row = ({ name, documented, seen, read }: Point) => {
		return `| ${[name, documented, seen, read].map(cell).join(' | ')} |`;
	};
	const head = ['| Point | Documented | Seen | Read by the node as |', '| --- | --- | --- | --- |'];
	return ['', `## ${title}`, '', ...head, ...points.map(row)];
}

/**
 * The report as Markdown, and its last line.
 *
 * @param transcript cleaned
 */
export function report(transcript: Transcript): {
	readonly text: string;
	readonly summary: string;
} {
	const points = [
		...[...FREE_STEPS, ...PAID_STEPS].flatMap((step) => answerPoints(transcript, step)),
		...predictionPoints(transcript),
		...PAID_STEPS.flatMap((step) => [
			...videoPoints(transcript, step),
			...timePoints(transcript, step),
		]),
		...limitPoints(transcript),
	];
	const differing = points.filter(({ differs }) => differs);
	const same = points.filter(({ differs, documented }) => !differs && documented !== '');
	const summary = `${same.length} points as documented, ${differing.length} differ`;
	const { baseUrl, startedAt, version, model } = transcript;
	const lines = [
		`# First contact`,
		'',
		`${baseUrl}, ${model}, ${startedAt}, version ${version} of the node`,
		...table('Differs', differing),
		...table(
			'Not documented',
			points.filter(({ documented }) => documented === ''),
		),
		...table('As documented', same),
		'',
		summary,
		'',
	];
	return { text: lines.join('\n'), summary };
}
