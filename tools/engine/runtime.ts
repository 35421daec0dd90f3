// What n8n-core needs around it to run outside of n8n: decorators' metadata, and a binary store in a folder of its own.
import 'reflect-metadata';
import { Container } from '@n8n/di';
import { BinaryDataConfig, BinaryDataService, ErrorReporter } from 'n8n-core';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Runtime {
	/** n8n's real binary store, in filesystem mode. */
	readonly binaryData: BinaryDataService;
	/** Removes everything that was stored. */
	close(): Promise<void>;
}

/** Prepares n8n-core; the binary store lies in a temporary folder until `close`. */
export async function startRuntime(): Promise<Runtime> {
	const folder = await mkdtemp(join(tmpdir(), 'seedance-engine-'));
	process.env.N8N_USER_FOLDER ??= folder;
	process.env.N8N_LOG_LEVEL ??= 'silent';
	const config = Container.get(BinaryDataConfig);
	config.mode = 'filesystem';
	config.availableModes = ['filesystem'];
	config.localStoragePath = join(folder, 'binary');
	Container.get(ErrorReporter);
	const binaryData = Container.get(BinaryDataService);
	await binaryData.init();
	return {
		binaryData,
		close: async () => await rm(folder, { recursive: true, force: true }),
	};
}
