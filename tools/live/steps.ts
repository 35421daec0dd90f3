// The steps of a first contact: what each asks for, and how it is run, watched, through the node in n8n's engine.
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { IDataObject, IExecuteFunctions, INodeType } from 'n8n-workflow';

import { DEFAULTS, MODELS_PATH, RANGES } from '../../nodes/SeedanceImageToVideo/gptproto/reference';
import { probeVideo } from '../../sandbox';
import type { EngineRun, Product } from '../engine/engine';
import { type Exchange, observed } from '../engine/observed';
import type { Runtime } from '../engine/runtime';
import { FAILED, itemsOf, runSeedance, SUCCESS } from '../engine/seedance';
import {
	FREE_STEPS,
	PAID_STEPS,
	predictionIdOf,
	predictionIn,
	type StepName,
	type Transcript,
	writeTranscript,
} from './transcript';

/** The smallest video that may be asked for, with prompt and picture of the documentation's sample. */
export const ASKED = {
	prompt:
		'A girl holding a fox, gentle breeze blowing through her hair, golden sunset light, cinematic, shallow depth of field',
	imageUrl: 'https://tos.gptproto.com/resource/cat.png',
	aspectRatio: DEFAULTS.aspectRatio,
	resolution: '480p',
	duration: RANGES.duration.min,
} as const;

const PICTURE_FILE = join(__dirname, '..', 'demo', 'sample.png');
const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';
const WRONG_KEY = `sk-${'0'.repeat(40)}`;
const LONGEST_QUOTE = 200;
/** After Ctrl-C; the node itself waits somewhat less for the answer to a submission. */
const LAST_ANSWER_MS = 12_000;

export interface Contact {
	readonly product: Product;
	readonly apiKey: string;
	readonly transcript: Transcript;
	/** Where transcript and videos go, and the store that the videos come from; without it nothing is written. */
	readonly kept?: { readonly folder: string; readonly binaryData: Runtime['binaryData'] };
	/** Of the node, in seconds. */
	readonly pollingInterval: number;
	/** What is running. */
	readonly runs: Set<EngineRun>;
	/** Hears of the status in each answer. */
	say?: (step: StepName, status: string) => void;
	/** Nothing more begins. */
	isStopped?: boolean;
}

/** The credential's test, as n8n's credential form does it. */
function credentialTest({ nodeType, credentialType }: Product, baseUrl: string): INodeType {
	return {
		description: nodeType.description,
		async execute(this: IExecuteFunctions) {
			const ask = this.helpers.httpRequestWithAuthentication;
			const { statusCode, body } = await ask.call(this, credentialType.name, {
				url: `${baseUrl}${MODELS_PATH}`,
				disableFollowRedirect: true,
				ignoreHttpStatusErrors: true,
				returnFullResponse: true,
			});
			const isAccepted = statusCode === 200 && Object(body).data !== undefined;
			return [[{ json: { credential: isAccepted ? 'accepted' : 'refused' } }]];
		},
	};
}

/** @param paidFor a prediction that is to be waited for; nothing is submitted then */
function parametersOf(step: StepName, model: string, paidFor?: string): IDataObject {
	if (paidFor) return { operation: 'getResult', predictionId: paidFor, waitForCompletion: true };
	if (step === 'Result of an unknown ID')
		return { operation: 'getResult', predictionId: UNKNOWN_ID };
	if (step === 'Submission, wrong key') return { ...ASKED, model, operation: 'submit' };
	if (step === 'Video from a URL') return { ...ASKED, model };
	const picture = readFileSync(PICTURE_FILE, 'base64');
	return { ...ASKED, model, imageUrl: `data:image/png;base64,${picture}` };
}

/** @throws Error when the contact was stopped */
export async function runStep(contact: Contact, step: StepName, paidFor?: string): Promise<void> {
	if (contact.isStopped) throw new Error('Stopped.');
	const { product, apiKey, transcript, kept, pollingInterval, runs } = contact;
	const { baseUrl, model, exchanges } = transcript;
	const save = () => kept && writeTranscript(kept.folder, transcript, apiKey);
	const onChange = (exchange: Exchange) => {
		const recorded = Object.assign(exchange, { step });
		if (!exchanges.includes(recorded)) exchanges.push(recorded);
		save();
		const status = predictionIn(recorded)?.status;
		if (status) contact.say?.(step, status);
	};
	const isTest = step.startsWith('Credential test');
	const nodeType = isTest ? credentialTest(product, baseUrl) : product.nodeType;
	const options = { pollingInterval, spendingLimit: ASKED.duration };
	const run = runSeedance({
		product: { ...product, nodeType: observed(nodeType, onChange) },
		credential: { baseUrl, apiKey: step.endsWith('wrong key') ? WRONG_KEY : apiKey },
		onError: 'continueErrorOutput',
		parameters: { ...parametersOf(step, model, paidFor), options },
	});
	if (paidFor) transcript.resumed.push(step);
	runs.add(run);
	const done = await run.finished.finally(() => runs.delete(run));
	if (contact.isStopped) throw new Error('Stopped.');
	const item = itemsOf(done, SUCCESS)[0] ?? itemsOf(done, FAILED)[0];
	if (item) transcript.readings[step] = item.json;
	const video = item?.binary?.data;
	if (video && kept) {
		const file = join(kept.folder, `${step.toLowerCase().replaceAll(' ', '-')}.mp4`);
		await writeFile(file, await kept.binaryData.getAsBuffer(video));
		transcript.videos[step] = await probeVideo(file);
	}
	save();
}

/** Asks what costs nothing. @throws Error where the API cannot be reached or refuses the key */
export async function runFreeSteps(contact: Contact): Promise<void> {
	const { baseUrl, exchanges } = contact.transcript;
	for (const step of FREE_STEPS) {
		// A server that takes any key might take the submission as well, and bill it.
		const wrong = exchanges.find((one) => one.step === 'Credential test, wrong key');
		const wasRefused = wrong?.status === 401 || wrong?.status === 403;
		if (step === 'Submission, wrong key' && !wasRefused) continue;
		await runStep(contact, step);
		if (step !== 'Credential test') continue;
		const { fault, status = 0, body = '' } = exchanges.at(-1) ?? {};
		if (fault) throw new Error(`${baseUrl} could not be reached (${fault}).`);
		if (status !== 401 && status !== 403) continue;
		throw new Error(`The API key was refused (HTTP ${status}): ${body.slice(0, LONGEST_QUOTE)}`);
	}
}

/**
 * Submits, waits and downloads, all steps at the same time. What was submitted before is not submitted again.
 *
 * @param submits whether anything may be submitted
 */
export async function runPaidSteps(contact: Contact, submits: boolean): Promise<void> {
	const { transcript } = contact;
	const steps = PAID_STEPS.filter((step) => transcript.videos[step] === undefined);
	const runs = steps.map(async (step) => {
		const id = predictionIdOf(transcript, step);
		if (id !== undefined || submits) await runStep(contact, step, id);
	});
	for (const end of await Promise.allSettled(runs)) if (end.status === 'rejected') throw end.reason;
}

/** Ends what is running. A submission that was sent still gets its answer, so that its ID is not lost. */
export async function stop(contact: Contact): Promise<void> {
	contact.isStopped = true;
	for (const run of contact.runs) run.cancel();
	const { exchanges } = contact.transcript;
	const isOpen = () => exchanges.some((one) => one.method === 'POST' && one.tookMs === undefined);
	for (let waited = 0; isOpen() && waited < LAST_ANSWER_MS; waited += 100) await sleep(100);
}
