// Knows the command line of `npm run sandbox`. Must not know how the sandbox works.
import { Command, InvalidArgumentError } from 'commander';
import { startSandbox, type Sandbox, type SandboxOptions } from './index';

interface CommandLine {
	port: number;
	mediaPort: number;
	key?: string;
	queue: number;
	render: number;
	maxInFlight?: number;
	requestsPerSecond?: number;
}

const notSucceeded = 1;
const wrongUsage = 2;

function numberIn(what: string, lowest: number, highest: number, whole: boolean) {
	return (text: string): number => {
		const value = text.trim() === '' ? NaN : Number(text);
		if (!(value >= lowest && value <= highest) || (whole && !Number.isInteger(value))) {
			throw new InvalidArgumentError(`Give ${what}.`);
		}
		return value;
	};
}

function apiKey(text: string): string {
	// What a header cannot carry unchanged could never be sent.
	if (!/^[\x21-\x7e]+$/.test(text)) throw new InvalidArgumentError('Give a key without spaces.');
	return text;
}

const port = numberIn('a port, 0 to 65535 (0 takes a free one)', 0, 65535, true);
const seconds = numberIn('seconds, 0 or more', 0, 86_400, false);
const count = numberIn('a whole number, 1 or more', 1, 1_000_000, true);

function commandLine(): CommandLine {
	return new Command('sandbox')
		.description(
			"A stand-in for GPTProto's Seedance API on this machine. It costs nothing and makes no AI video.",
		)
		.option('--port <port>', 'port of the API', port, 8787)
		.option('--media-port <port>', 'port the videos are served from; 0 takes a free one', port, 0)
		.option('--key <key>', 'API key to accept; it should not be a real one', apiKey)
		.option('--queue <seconds>', 'how long a prediction is queued', seconds, 1)
		.option('--render <seconds>', 'how long a prediction runs', seconds, 4)
		.option('--max-in-flight <count>', 'answer 429 beyond so many predictions at work', count)
		.option('--requests-per-second <count>', 'answer 429 beyond so many API requests', count)
		.allowExcessArguments(false)
		.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : wrongUsage))
		.parse()
		.opts<CommandLine>();
}

function optionsFrom(given: CommandLine): SandboxOptions {
	return {
		port: given.port,
		mediaPort: given.mediaPort,
		...(given.key !== undefined && { apiKey: given.key }),
		queueMs: given.queue * 1000,
		renderMs: given.render * 1000,
		maxInFlight: given.maxInFlight ?? Infinity,
		requestsPerSecond: given.requestsPerSecond ?? Infinity,
		retryAfter: 'seconds',
		log: (line) => console.log(`${new Date().toTimeString().slice(0, 8)}  ${line}`),
	};
}

function introduce({ baseUrl, mediaUrl, apiKey }: Sandbox): void {
	console.log(`This is a SANDBOX, not GPTProto: nothing is billed, and no video is made by Seedance.

  Base URL  ${baseUrl}
  API key   ${apiKey}
  Videos    ${mediaUrl}

Put the base URL and the key into a "GPTProto API" credential. Ctrl-C stops the sandbox.
`);
}

async function main(): Promise<void> {
	const given = commandLine();
	let sandbox: Sandbox;
	try {
		sandbox = await startSandbox(optionsFrom(given));
	} catch (error) {
		const { code, port: taken } = error as NodeJS.ErrnoException & { port?: number };
		if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
		const why = code === 'EACCES' ? 'may not be used' : 'is in use already';
		console.error(`Port ${taken} ${why}. Choose another one with --port or --media-port.`);
		process.exitCode = notSucceeded;
		return;
	}
	introduce(sandbox);
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => {
			console.log('\nStopping the sandbox.');
			void sandbox.close();
		});
	}
}

void main();
