// Knows the command line of `npm run dev`. Must not know how anything is started.
import { Command, InvalidArgumentError } from 'commander';

import { NEWEST_VERSION, type N8nVersion, N8N_VERSIONS, parseVersion } from '../n8n/versions';
import { Closing } from './closing';
import { dev } from './dev';

interface CommandLine {
	port: number;
	sandboxPort: number;
	version: N8nVersion;
	live: boolean;
	watch: boolean;
}

const FAILED = 1;
const WRONG_USAGE = 2;

function port(text: string): number {
	const value = Number(text);
	if (!Number.isInteger(value) || value < 1 || value > 65_535) {
		throw new InvalidArgumentError('Give a port, 1 to 65535.');
	}
	return value;
}

function version(text: string): N8nVersion {
	try {
		return parseVersion(text);
	} catch (error) {
		throw new InvalidArgumentError((error as Error).message);
	}
}

function commandLine(): CommandLine {
	return new Command('dev')
		.description(
			'Brings up a real n8n editor with the freshly built node, a credential and the example workflows.',
		)
		.option('--port <port>', "port of n8n's editor", port, 5678)
		.option('--sandbox-port <port>', 'port of the stand-in for GPTProto', port, 8787)
		.option('--version <version>', `one of ${N8N_VERSIONS.join(', ')}`, version, NEWEST_VERSION)
		.option('--live', 'use GPTProto itself, with the key in GPTPROTO_API_KEY; costs money', false)
		.option('--no-watch', 'do not rebuild when a file changes')
		.allowExcessArguments(false)
		.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : WRONG_USAGE))
		.parse()
		.opts<CommandLine>();
}

async function main(): Promise<void> {
	const { live, ...options } = commandLine();
	const closing = new Closing();
	const end = (code: number) => {
		// A second signal does not start a second ending.
		void closing.close().then((clean) => process.exit(clean ? code : FAILED));
	};
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0));
	try {
		await dev({ ...options, apiKey: live ? liveKey() : undefined }, closing);
	} catch (error) {
		if (!closing.hasBegun) console.error(`\n${(error as Error).message}`);
		end(FAILED);
	}
}

function liveKey(): string {
	const key = process.env.GPTPROTO_API_KEY?.trim();
	if (!key) {
		throw new Error(
			'--live needs a GPTProto API key in the environment variable GPTPROTO_API_KEY.',
		);
	}
	return key;
}

void main();
