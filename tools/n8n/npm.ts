// Knows how to run npm for the cache folder and the user folders: which Node.js, which environment, which words
// for what goes wrong.
import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';

export interface NpmOptions {
	readonly cwd: string;
	/** A folder to put first on PATH, so that npm and what it builds use the `node` in it. */
	readonly nodeBin?: string | undefined;
	/** Called with every line npm writes to standard error. */
	readonly onLine?: (line: string) => void;
}

// What `npm run` in this checkout exports from its .npmrc and package.json is not meant for other folders.
const NOT_INHERITED =
	/^npm_(config_(ignore_scripts|local_prefix|save_exact|omit|package_lock)|package|lifecycle|command)/i;

/** This process's environment without what `npm run` added to it, `nodeBin` first on PATH. */
export function cleanEnvironment(nodeBin?: string): NodeJS.ProcessEnv {
	const entries = Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name));
	const path = [nodeBin, process.env.PATH].filter((part) => part).join(delimiter);
	return { ...Object.fromEntries(entries), PATH: path };
}

/**
 * Runs npm to its end.
 *
 * @returns what it wrote to standard output
 * @throws Error with npm's own last words, or a sentence about the network when that is the cause
 */
export async function npm(args: readonly string[], options: NpmOptions): Promise<string> {
	const child = spawn('npm', args, {
		cwd: options.cwd,
		env: cleanEnvironment(options.nodeBin),
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let output = '';
	let messages = '';
	let partLine = '';
	child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => {
		const text = chunk.toString();
		messages = (messages + text).slice(-200_000);
		const lines = (partLine + text).split('\n');
		partLine = lines.pop() ?? '';
		for (const line of lines) options.onLine?.(line);
	});
	const code = await new Promise<number | null>((resolve, reject) => {
		child.once('error', (error) => reject(new Error(`npm could not be started: ${error.message}`)));
		child.once('close', resolve);
	});
	if (code === 0) return output;
	throw new Error(explain(args, messages));
}

/** A line about one request to the registry in npm's output at `--loglevel=http`. */
export function isRequest(line: string): boolean {
	return line.startsWith('npm http');
}

function explain(args: readonly string[], messages: string): string {
	const command = `npm ${args.filter((arg) => !arg.startsWith('--')).join(' ')}`;
	if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT/.test(messages)) {
		return (
			`${command}: the package registry cannot be reached. Connect this machine to the network, or set npm's ` +
			'registry or proxy, and start again.'
		);
	}
	if (/ENOSPC/.test(messages)) {
		return `${command}: the disk is full. Free some space and start again.`;
	}
	const lines = messages.split('\n').filter((line) => line.trim() !== '' && !/npm http/.test(line));
	return `${command} ended without success:\n${lines.slice(-15).join('\n')}`;
}
