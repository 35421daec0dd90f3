// The processes that measure: a sandbox, the bare client, and the node in the engine; and what one run of each brings.
import type { EngineProcess, Job, Ran } from './engine-process';
import type { LimitProcess, Target } from './limit-process';
import { type Remote, startProcess } from './process';
import type { Rules, SandboxProcess, Seen } from './sandbox-process';

export interface Stage {
	readonly sandbox: Remote<SandboxProcess>;
	readonly limit: Remote<LimitProcess>;
	readonly target: Target;
}

async function openStage(): Promise<Stage> {
	const sandbox = startProcess<SandboxProcess>('sandbox-process');
	const limit = startProcess<LimitProcess>('limit-process');
	return { sandbox, limit, target: await sandbox.call('start', undefined as never) };
}

async function closeStage({ sandbox, limit }: Stage): Promise<void> {
	await sandbox.call('stop', undefined as never);
	await Promise.all([sandbox.end(), limit.end()]);
}

/** Runs something with a stage of its own. */
export async function withStage<Result>(work: (stage: Stage) => Promise<Result>): Promise<Result> {
	const stage = await openStage();
	try {
		return await work(stage);
	} finally {
		await closeStage(stage);
	}
}

/** Runs something with an engine of its own. */
export async function withEngine<Result>(
	work: (engine: Remote<EngineProcess>) => Promise<Result>,
	nodeOptions: readonly string[] = [],
): Promise<Result> {
	const engine = startProcess<EngineProcess>('engine-process', nodeOptions);
	try {
		await engine.call('start', undefined as never);
		return await work(engine);
	} finally {
		await engine.call('stop', undefined as never).catch(() => undefined);
		await engine.end();
	}
}

/** The least time any client can take: from its start to the sandbox's own end of the last render. */
export async function runLimit(stage: Stage, rules: Rules): Promise<number> {
	const { sandbox, limit, target } = stage;
	await sandbox.call('prepare', rules);
	const items = rules.renderMs.length;
	const { startedAt } = await limit.call('submitAll', { target, items });
	const { lastDoneAt } = await sandbox.call('seen', undefined as never);
	await new Promise((resolve) => setTimeout(resolve, lastDoneAt - now() + 50));
	return lastDoneAt - startedAt;
}

/** One run of the node in the engine, and what the sandbox saw of it. */
export async function runNode(
	stage: Stage,
	engine: Remote<EngineProcess>,
	rules: Rules,
	job: Omit<Job, 'target' | 'items'>,
): Promise<{ readonly ran: Ran; readonly seen: Seen; readonly makespanMs: number }> {
	await stage.sandbox.call('prepare', rules);
	const items = rules.renderMs.length;
	const ran = await engine.call('run', { ...job, target: stage.target, items });
	const seen = await stage.sandbox.call('seen', undefined as never);
	if (seen.accepted !== items) {
		throw new Error(`${items} items, but ${seen.accepted} predictions were accepted`);
	}
	return { ran, seen, makespanMs: ran.endedAt - ran.startedAt };
}

function now(): number {
	return performance.timeOrigin + performance.now();
}
