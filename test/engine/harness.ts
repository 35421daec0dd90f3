// One sandbox and one binary store for a test file, and the node under test in the real engine between them.
import { Container } from '@n8n/di';
import { Logger } from '@n8n/backend-common';
import { BinaryDataConfig, type BinaryDataService } from 'n8n-core';
import type { IBinaryData, IRun } from 'n8n-workflow';
import { readdir } from 'node:fs/promises';
import { GptProtoApi } from '../../credentials/GptProtoApi.credentials';
import { bounds } from '../../nodes/SeedanceImageToVideo/prediction/bounds';
import { onAbort } from '../../nodes/SeedanceImageToVideo/prediction/cancellation';
import { systemClock } from '../../nodes/SeedanceImageToVideo/prediction/clock';
import { SeedanceImageToVideo } from '../../nodes/SeedanceImageToVideo/SeedanceImageToVideo.node';
import {
	type RecordedRequest,
	type Sandbox,
	type SandboxOptions,
	startSandbox,
} from '../../sandbox';
import type { EngineRun } from '../../tools/engine/engine';
import { type Runtime, startRuntime } from '../../tools/engine/runtime';
import { itemsOf, runSeedance, type SeedanceOptions, SUCCESS } from '../../tools/engine/seedance';

export const product = {
	nodeType: new SeedanceImageToVideo(),
	credentialType: new GptProtoApi(),
};

/** The node's clock runs so many times faster than the wall's: its waits are the same, and a test's are not. */
const CLOCK_SPEED = 4;

/** The bounds of a real network, brought down to a test's patience. Milliseconds of the node's clock. */
const TEST_BOUNDS: Partial<typeof bounds> = {
	backoffBaseMs: 80,
	backoffMaxMs: 800,
	notFoundGraceMs: 4000,
	addressGraceMs: 1200,
	// No test inherits the pauses that another one's account was asked for.
	accountIdleMs: -1,
};

/** The documentation's own sample, as node parameters; asked for as often as the node allows. */
export const SAMPLE = {
	imageUrl: 'https://tos.gptproto.com/resource/cat.png',
	prompt:
		'A girl holding a fox, gentle breeze blowing through her hair, golden sunset light, cinematic, shallow depth of field',
	options: { pollingInterval: 0.1 },
} as const;

/** A video in name only: what lies in the file is the sandbox's own tests' affair. */
export const TINY_VIDEO = Buffer.from('not really a video');

export interface Harness {
	readonly sandbox: Sandbox;
	readonly binaryData: BinaryDataService;
	/** Lines that the node wrote to n8n's log: warnings, and what it notes as it goes. */
	readonly warnings: string[];
	readonly notes: string[];
	/** Lets so much time of the node's clock pass at once. */
	leap(ms: number): void;
	/** Starts the node over the given items, with the sample's parameters unless others are given. */
	start(options?: Partial<SeedanceOptions>): EngineRun;
	run(options?: Partial<SeedanceOptions>): Promise<IRun>;
	read(file: IBinaryData | undefined): Promise<Buffer>;
	/** Submissions that reached the API, good or bad. */
	submissions(): readonly RecordedRequest[];
	/** The id of a prediction that is at work or done. */
	submitted(): Promise<string>;
}

/** Starts the node in the engine, against a sandbox. */
export function startIn(sandbox: Sandbox, own: Partial<SeedanceOptions> = {}): EngineRun {
	return runSeedance({
		product,
		credential: { apiKey: sandbox.apiKey, baseUrl: sandbox.baseUrl },
		...own,
		parameters: { ...SAMPLE, ...own.parameters },
	});
}

/** Prepares n8n's core, the node's clock and its bounds, which are whole again before every test. */
export function useRuntime() {
	let runtime: Runtime;
	const warnings: string[] = [];
	const notes: string[] = [];
	const real = { ...bounds };
	const { now, epochMs, sleep } = systemClock;
	let leapt = 0;
	const sleepers = new Set<AbortController>();

	beforeAll(async () => {
		runtime = await startRuntime();
		jest.spyOn(systemClock, 'now').mockImplementation(() => now() * CLOCK_SPEED + leapt);
		jest.spyOn(systemClock, 'epochMs').mockImplementation(() => epochMs() + leapt);
		jest.spyOn(systemClock, 'sleep').mockImplementation(async (ms, signal) => {
			const end = systemClock.now() + ms;
			for (let left = ms; left > 0 && !signal?.aborted; left = end - systemClock.now()) {
				const wake = new AbortController();
				const forget = onAbort(signal, () => wake.abort());
				sleepers.add(wake);
				await sleep(left / CLOCK_SPEED, wake.signal);
				sleepers.delete(wake);
				forget();
				wake.abort();
			}
		});
		const logger = Container.get(Logger);
		jest.spyOn(logger, 'warn').mockImplementation((line: string) => void warnings.push(line));
		jest.spyOn(logger, 'info').mockImplementation((line: string) => void notes.push(line));
		Object.assign(bounds, TEST_BOUNDS);
	});
	beforeEach(() => void Object.assign(bounds, real, TEST_BOUNDS));
	afterAll(async () => await runtime.close());
	return {
		warnings,
		notes,
		binaryData: () => runtime.binaryData,
		/** Lets so much time of the node's clock pass at once. */
		leap: (ms: number) => {
			leapt += ms;
			for (const wake of sleepers) wake.abort();
		},
	};
}

/** Starts what a test file needs, forgets between tests, and stops all of it at the end. */
export function useEngine(options: SandboxOptions = {}): Harness {
	let sandbox: Sandbox;
	let initial: SandboxOptions;
	const { warnings, notes, binaryData, leap } = useRuntime();

	beforeAll(async () => {
		sandbox = await startSandbox({ video: { kind: 'buffer', data: TINY_VIDEO }, ...options });
		initial = { ...sandbox.options };
	});
	beforeEach(() => {
		sandbox.reset();
		Object.assign(sandbox.options, initial);
		warnings.length = 0;
		notes.length = 0;
	});
	afterAll(async () => await sandbox.close());

	const start: Harness['start'] = (own) => startIn(sandbox, own);
	const run: Harness['run'] = async (own) => await start(own).finished;
	return {
		get sandbox() {
			return sandbox;
		},
		get binaryData() {
			return binaryData();
		},
		warnings,
		notes,
		leap,
		start,
		run,
		read: async (file) => {
			if (!file) throw new Error('There is no file');
			return await binaryData().getAsBuffer(file);
		},
		submissions: () =>
			sandbox.requests.filter(({ origin, method }) => origin === 'api' && method === 'POST'),
		submitted: async () => {
			const submitting = await run({ parameters: { operation: 'submit' } });
			return String(itemsOf(submitting, SUCCESS)[0]?.json.predictionId);
		},
	};
}

/** Changes bounds for the rest of the test. */
export function setBounds(changes: Partial<typeof bounds>): void {
	Object.assign(bounds, changes);
}

/** The default timeout of an item, and a moment. */
export const PAST_THE_TIMEOUT_MS = 15 * 60_000 + 1000;

/** What a person reads of a run that stopped; empty texts where it went well. */
export function errorOf({ data }: IRun): {
	readonly message: string;
	readonly description: string;
	readonly httpCode: string | null;
} {
	const {
		message = '',
		description,
		httpCode,
	} = (data.resultData.error ?? {}) as unknown as Record<string, string | undefined>;
	return { message, description: description ?? '', httpCode: httpCode ?? null };
}

export async function settle(ms: number): Promise<void> {
	await new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits for a condition; the test's own timeout is the end of it. */
export async function until(condition: () => boolean): Promise<void> {
	const patience = performance.now() + 20_000;
	while (!condition()) {
		if (performance.now() > patience) throw new Error(`Still not so: ${condition}`);
		await settle(5);
	}
}

/** Files that n8n's binary store holds, without its notes on each. */
export async function storedFiles(): Promise<string[]> {
	const folder = Container.get(BinaryDataConfig).localStoragePath;
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
	return files.filter((name) => !name.endsWith('.metadata'));
}

/** `count` items, numbered in `json.n`. */
export function items(count: number) {
	return Array.from({ length: count }, (_, n) => ({ json: { n } }));
}
