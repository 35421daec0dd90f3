// The processes that measure: a sandbox, and the node in the engine; and what one run of the node brings.
import type { EngineProcess, Job, Memory } from './engine-process';
import { type Remote, startProcess } from './process';
import type { Rules, SandboxProcess, Seen, Target } from './sandbox-process';

export interface Stage {
	readonly sandbox: Remote<SandboxProcess>['call'];
	readonly target: Target;
}

export type Engine = Remote<EngineProcess>['call'];

/** Runs something with a sandbox of its own. */
export async function withSandbox<Result>(
	work: (stage: Stage) => Promise<Result>,
): Promise<Result> {
	const { call: sandbox, end } = startProcess<SandboxProcess>('sandbox-process');
	try {
		return await work({ sandbox, target: await sandbox.start() });
	} finally {
		await sandbox.stop().catch(() => undefined);
		await end();
	}
}

/** Runs something with an engine of its own. */
export async function withEngine<Result>(
	work: (engine: Engine) => Promise<Result>,
): Promise<Result> {
	const { call: engine, end } = startProcess<EngineProcess>('engine-process');
	try {
		await engine.start();
		return await work(engine);
	} finally {
		await engine.stop().catch(() => undefined);
		await end();
	}
}

/** One run of the node in the engine, and what the sandbox saw of it. */
export async function runNode(
	{ sandbox, target }: Stage,
	engine: Engine,
	rules: Rules,
	job: Omit<Job, 'target' | 'items'>,
): Promise<Seen & Memory> {
	await sandbox.prepare(rules);
	const items = rules.renderMs.length;
	const memory = await engine.run({ ...job, target, items });
	const seen = await sandbox.seen();
	if (seen.accepted !== items) {
		throw new Error(`${items} items, but ${seen.accepted} predictions were accepted`);
	}
	return { ...seen, ...memory };
}
