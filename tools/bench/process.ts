// A process of the benchmark that answers calls, and the other end that makes them: every contender has its own
// memory and processor time, and the sandbox burdens none of them.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { type BirpcReturn, createBirpc } from 'birpc';

// A run may take minutes.
const NO_TIMEOUT = -1;

/** What a process can be asked to do. Arguments and results travel as JSON. */
type Handlers = object;

export interface Remote<Own extends Handlers> {
	readonly call: BirpcReturn<Own>;
	/** Ends the process; waits until it has ended. */
	end(): Promise<void>;
}

/** Answers calls of the process that started this one, and ends with it. */
export function answerCalls(handlers: Handlers): void {
	createBirpc<Record<string, never>, Handlers>(handlers, {
		post: (message) => process.send?.(message),
		on: (receive) => process.on('message', receive),
		timeout: NO_TIMEOUT,
	});
	process.once('disconnect', () => process.exit());
}

/** Starts a process. @param file in this folder, without its extension */
export function startProcess<Own extends Handlers>(file: string): Remote<Own> {
	const child = fork(join(__dirname, `${file}.ts`), [], {
		execArgv: ['--import', 'tsx'],
		stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
	});
	const exited = once(child, 'exit');
	const call = createBirpc<Own>(
		{},
		{
			post: (message) => child.send(message),
			on: (receive) => child.on('message', receive),
			timeout: NO_TIMEOUT,
		},
	);
	void exited.then(([code]) => call.$close(new Error(`${file} ended with code ${code}`)));
	return {
		call,
		async end() {
			if (child.connected) child.disconnect();
			await exited;
		},
	};
}
