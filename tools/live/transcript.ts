// The transcript of a first contact: what was asked, what was answered and what the node made of it. It is on disk after
// every change, so that a process that is killed loses nothing.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { IDataObject } from 'n8n-workflow';

import {
	type Prediction,
	readPrediction,
} from '../../nodes/SeedanceImageToVideo/gptproto/prediction';
import { MODELS_PATH } from '../../nodes/SeedanceImageToVideo/gptproto/reference';
import type { VideoFacts } from '../../sandbox';
import type { Exchange } from '../engine/observed';
import { withoutSecrets } from './secrets';

/** Cost nothing: no account stands behind a wrong key, and no prediction behind the ID. */
export const FREE_STEPS = [
	'Credential test',
	'Credential test, wrong key',
	'Result of an unknown ID',
	'Submission, wrong key',
] as const;
export const PAID_STEPS = ['Video from a URL', 'Video from a data URI'] as const;
export type StepName = (typeof FREE_STEPS)[number] | (typeof PAID_STEPS)[number];

export interface Recorded extends Exchange {
	readonly step: StepName;
}

export interface Transcript {
	readonly baseUrl: string;
	readonly model: string;
	readonly startedAt: string;
	/** Of this package. */
	readonly version: string;
	readonly exchanges: Recorded[];
	/** The item that the node put out for a step; a failed one has `error`. */
	readonly readings: Partial<Record<StepName, IDataObject>>;
	/** Steps whose prediction was picked up with --resume. */
	readonly resumed: StepName[];
	readonly videos: Partial<Record<StepName, VideoFacts>>;
}

/** @throws Error where the file is no transcript */
export function readTranscript(file: string): Transcript {
	const transcript = JSON.parse(readFileSync(file, 'utf8')) as Transcript;
	if (Array.isArray(transcript.exchanges)) return transcript;
	throw new Error(`${file} is no transcript of this command.`);
}

/** Writes the whole file anew, so that a kill leaves the old one or the new one. */
export function writeTranscript(folder: string, transcript: Transcript, key: string): void {
	const file = join(folder, 'transcript.json');
	mkdirSync(folder, { recursive: true });
	writeFileSync(`${file}.new`, `${JSON.stringify(cleaned(transcript, key), null, '\t')}\n`);
	renameSync(`${file}.new`, file);
}

/** Headers of an answer that say something about the API, and nothing about the account. */
const HEADERS =
	/^(content-(type|length|encoding)|retry-after|date|server|location|.*rate-?limit.*)$/i;

/** The same without key, signatures in addresses, picture data and other headers. */
export function cleaned(transcript: Transcript, key: string): Transcript {
	const clean = (name: string, value: unknown) => {
		if (typeof value === 'string') return withoutSecrets(value, key);
		if (name !== 'headers') return value;
		return Object.fromEntries(
			Object.entries(Object(value)).filter(([header]) => HEADERS.test(header)),
		);
	};
	return JSON.parse(JSON.stringify(transcript, clean)) as Transcript;
}

/** The path of a result, with the ID. */
const RESULT = /\/predictions\/([^/]+)\/result$/;

/** What a request asks for. */
export function callOf({ method, url }: Recorded): 'submission' | 'result' | 'models' | 'download' {
	if (method === 'POST') return 'submission';
	if (RESULT.test(url)) return 'result';
	return url.endsWith(MODELS_PATH) ? 'models' : 'download';
}

/** The prediction that an answer tells of, as the node reads it; null where it tells of none. */
export function predictionIn(exchange: Recorded): Prediction | null {
	if (exchange.status !== 200 || !['submission', 'result'].includes(callOf(exchange))) return null;
	const [, asked] = RESULT.exec(exchange.url) ?? [];
	try {
		// Integers that JavaScript would round are read as text.
		const body = (exchange.body ?? '').replace(/(:\s*)(\d{16,})(?=\s*[,}])/g, '$1"$2"');
		return readPrediction(JSON.parse(body), asked && decodeURIComponent(asked));
	} catch {
		return null;
	}
}

/** Of one call, in order. */
export function exchangesOf(
	transcript: Transcript,
	step: StepName,
	call: ReturnType<typeof callOf>,
) {
	return transcript.exchanges.filter((one) => one.step === step && callOf(one) === call);
}

/** The ID that a step's submission got; undefined where it got none. */
export function predictionIdOf(transcript: Transcript, step: StepName): string | undefined {
	const submissions = exchangesOf(transcript, step, 'submission');
	return submissions.map((one) => predictionIn(one)?.id).find((id) => id !== undefined);
}
