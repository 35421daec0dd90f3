// Knows the command line of `npm run dev`. Must not know how anything is started.
import { commandLine, n8nVersion, run, wholeNumber } from '../command';
import { NEWEST_VERSION } from '../n8n/versions';
import { Closing } from './closing';
import { dev, type DevOptions } from './dev';

/** As the command line has them: the key is not on it. */
interface Options extends Omit<DevOptions, 'apiKey'> {
	readonly live: boolean;
}

function readOptions(): Options {
	const port = wholeNumber('a port', 1, 65_535);
	return commandLine(
		'dev',
		'Brings up a real n8n editor with the freshly built node, a credential and the example workflows.',
	)
		.option('--port <port>', "port of n8n's editor", port, 5678)
		.option('--sandbox-port <port>', 'port of the stand-in for GPTProto', port, 8787)
		.option('--version <version>', 'version of n8n', n8nVersion, NEWEST_VERSION)
		.option('--live', 'use GPTProto itself, with the key in GPTPROTO_API_KEY; costs money', false)
		.option('--no-watch', 'do not rebuild when a file changes')
		.parse()
		.opts<Options>();
}

function liveKey(): string {
	const key = process.env.GPTPROTO_API_KEY?.trim();
	if (key) return key;
	throw new Error('--live needs a GPTProto API key in the environment variable GPTPROTO_API_KEY.');
}

const { live, ...options } = readOptions();
const closing = new Closing();
const interrupted = new Promise<void>((resolve) => {
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
		process.on(signal, () => resolve());
});

void run(async () => {
	try {
		const started = dev({ ...options, apiKey: live ? liveKey() : undefined }, closing);
		// After Ctrl-C what is still being started stops by itself, or is left behind by the end of this process.
		await Promise.race([started.then(() => interrupted), interrupted]);
		started.catch(() => {});
	} finally {
		await closing.close();
	}
});
