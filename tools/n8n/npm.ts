// Knows how to run npm for the cache folder and the user folders: which Node.js, which environment, which words
// for what goes wrong.
import { delimiter } from 'node:path';

import execa, { type ExecaError } from 'execa';

export interface NpmOptions {
	readonly cwd: string;
	/** A folder to put first on PATH, so that npm and what it builds use the `node` in it. */
	readonly nodeBin?: string;
	/** Called with every piece of text npm and the scripts it runs print. */
	readonly onText?: (text: string) => void;
}

// What `npm run` in this checkout exports from its .npmrc and package.json is not meant for other folders, nor what
// jest sets for the code it tests: n8n prints nothing where NODE_ENV says "test".
const NOT_INHERITED =
	/^(NODE_ENV$|JEST_|npm_(config_(ignore_scripts|local_prefix|save_exact|omit|package_lock)|package|lifecycle|command))/i;

/** This process's environment without what `npm run` and jest added to it, `nodeBin` first on PATH. */
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
export async function npm(
	args: readonly string[],
	{ cwd, nodeBin, onText = () => {} }: NpmOptions,
): Promise<string> {
	const env = cleanEnvironment(nodeBin);
	const options = { cwd, env, extendEnv: false, all: true, stdin: 'ignore' } as const;
	const child = execa('npm', args, options);
	child.all?.on('data', (chunk: Buffer) => onText(chunk.toString()));
	try {
		return (await child).stdout;
	} catch (error) {
		throw new Error(explain(args, error as ExecaError));
	}
}

function explain(args: readonly string[], { stderr = '', shortMessage }: ExecaError): string {
	const command = `npm ${args.filter((arg) => !arg.startsWith('--')).join(' ')}`;
	if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT/.test(stderr)) {
		return (
			`${command}: the package registry cannot be reached. Connect this machine to the network, or set npm's ` +
			'registry or proxy, and start again.'
		);
	}
	if (/ENOSPC/.test(stderr))
		return `${command}: the disk is full. Free some space and start again.`;
	const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !/npm http/.test(line));
	return `${command} did not succeed:\n${lines.slice(-15).join('\n') || shortMessage}`;
}
