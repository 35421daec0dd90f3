// A process of the benchmark that answers calls, and the other end that makes them: every contender has its own
// memory and processor time, and the sandbox burdens none of them.
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/** What a process can be asked to do. Arguments and results travel as JSON. */
export type Handlers = Record<string, (argument: never) => unknown>;

type Argument<Handler> = Handler extends (argument: infer Value) => unknown ? Value : never;
type Result<Handler> = Handler extends (argument: never) => infer Value ? Awaited<Value> : never;

interface Call {
	readonly id: number;
	readonly name: string;
	readonly argument: unknown;
}

interface Answer {
	readonly id: number;
	readonly result?: unknown;
	readonly error?: string;
}

export interface Remote<Own extends Handlers> {
	readonly processId: number;
	call<Name extends keyof Own & string>(
		name: Name,
		argument: Argument<Own[Name]>,
	): Promise<Result<Own[Name]>>;
	/** Ends the process; waits until it has ended. */
	end(): Promise<void>;
}

/** Answers calls of the process that started this one, until it says goodbye. */
export function answerCalls(handlers: Handlers): void {
	process.on('message', (call: Call) => {
		void (async () => {
			let answer: Answer;
			try {
				const handler = handlers[call.name];
				if (!handler) throw new Error(`Nothing here is called ${call.name}`);
				answer = { id: call.id, result: await handler(call.argument as never) };
			} catch (error) {
				answer = {
					id: call.id,
					error: error instanceof Error ? String(error.stack) : String(error),
				};
			}
			process.send?.(answer);
		})();
	});
	process.once('disconnect', () => process.exit(0));
}

/** All processes that run, so that none outlives the benchmark. */
const running = new Set<ChildProcess>();

export function killAll(): void {
	for (const child of running) child.kill('SIGKILL');
}

/**
 * Starts a process.
 *
 * @param file in this folder, without its extension
 * @param nodeOptions for Node.js itself, such as `--cpu-prof`
 */
export function startProcess<Own extends Handlers>(
	file: string,
	nodeOptions: readonly string[] = [],
): Remote<Own> {
	const child = fork(join(__dirname, `${file}.ts`), [], {
		execArgv: ['--import', 'tsx', ...nodeOptions],
		stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
	});
	running.add(child);
	const pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
	let calls = 0;
	const ended = new Promise<void>((resolve) => {
		child.once('exit', (code, signal) => {
			running.delete(child);
			const error = new Error(`${file} ended with ${signal ?? `code ${code}`}`);
			for (const { reject } of pending.values()) reject(error);
			resolve();
		});
	});
	child.on('message', ({ id, result, error }: Answer) => {
		const call = pending.get(id);
		pending.delete(id);
		if (error !== undefined) call?.reject(new Error(`In ${file}: ${error}`));
		else call?.resolve(result);
	});
	return {
		processId: child.pid ?? 0,
		async call(name, argument) {
			const id = calls++;
			return await new Promise((resolve, reject) => {
				pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
				child.send({ id, name, argument } satisfies Call);
			});
		},
		async end() {
			if (child.connected) child.disconnect();
			await ended;
		},
	};
}
