// One sandbox and one binary store for a test file, and the node under test in the real engine between them.
import { Container } from '@n8n/di';
import { Logger } from '@n8n/backend-common';
import type { BinaryDataService } from 'n8n-core';
import type { IBinaryData, IRun } from 'n8n-workflow';
import { GptProtoApi } from '../../credentials/GptProtoApi.credentials';
import { bounds } from '../../nodes/SeedanceImageToVideo/prediction/bounds';
import { SeedanceImageToVideo } from '../../nodes/SeedanceImageToVideo/SeedanceImageToVideo.node';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox';
import type { EngineRun } from '../../tools/engine/engine';
import { type Runtime, startRuntime } from '../../tools/engine/runtime';
import { runSeedance, type SeedanceOptions } from '../../tools/engine/seedance';

export const product = {
	nodeType: new SeedanceImageToVideo(),
	credentialType: new GptProtoApi(),
};

/** The documentation's own sample, as node parameters; asked for ten times a second so that tests are quick. */
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
	/** Starts the node over the given items, with the sample's parameters unless others are given. */
	start(options?: Partial<SeedanceOptions>): EngineRun;
	run(options?: Partial<SeedanceOptions>): Promise<IRun>;
	read(file: IBinaryData | undefined): Promise<Buffer>;
}

/** Starts what a test file needs, forgets between tests, and stops all of it at the end. */
export function useEngine(options: SandboxOptions = {}): Harness {
	let sandbox: Sandbox;
	let runtime: Runtime;
	const warnings: string[] = [];
	const notes: string[] = [];
	let initial: SandboxOptions;
	const defaults = { video: { kind: 'buffer', data: TINY_VIDEO } as const, ...options };

	beforeAll(async () => {
		runtime = await startRuntime();
		sandbox = await startSandbox(defaults);
		initial = { ...sandbox.options };
		jest
			.spyOn(Container.get(Logger), 'warn')
			.mockImplementation((line: string) => void warnings.push(line));
		jest
			.spyOn(Container.get(Logger), 'info')
			.mockImplementation((line: string) => void notes.push(line));
	});
	beforeEach(() => {
		sandbox.reset();
		Object.assign(sandbox.options, initial);
		warnings.length = 0;
		notes.length = 0;
		// The bounds of a real network, brought down to a test's patience.
		jest.replaceProperty(bounds, 'backoffBaseMs', 20);
		jest.replaceProperty(bounds, 'backoffMaxMs', 200);
		jest.replaceProperty(bounds, 'submissionMs', 1500);
		jest.replaceProperty(bounds, 'resultMs', 700);
		jest.replaceProperty(bounds, 'downloadIdleMs', 700);
		jest.replaceProperty(bounds, 'notFoundGraceMs', 1500);
	});
	afterAll(async () => {
		await sandbox.close();
		await runtime.close();
	});

	const start: Harness['start'] = (own = {}) =>
		runSeedance({
			product,
			credential: { apiKey: sandbox.apiKey, baseUrl: sandbox.baseUrl },
			...own,
			parameters: { ...SAMPLE, ...own.parameters },
		});
	return {
		get sandbox() {
			return sandbox;
		},
		get binaryData() {
			return runtime.binaryData;
		},
		warnings,
		notes,
		start,
		run: async (own) => await start(own).finished,
		read: async (file) => {
			if (!file) throw new Error('There is no file');
			return await runtime.binaryData.getAsBuffer(file);
		},
	};
}

/** `count` items, numbered in `json.n`. */
export function items(count: number) {
	return Array.from({ length: count }, (_, n) => ({ json: { n } }));
}
