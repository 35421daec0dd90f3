// `npm run test:e2e`: in which n8n, and which tests. Without options it does what every change has to pass.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import execa from 'execa';

import { commandLine, n8nVersion, run } from '../../tools/command';
import { recordTrials, type Trial } from '../../tools/n8n/compatibility';
import { ensureN8n } from '../../tools/n8n/install';
import {
	compareVersions,
	GATE_VERSIONS,
	type N8nVersion,
	NEWEST_VERSION,
} from '../../tools/n8n/versions';
import { PROJECT } from '../../tools/project';
import { type Counts, countTests, reasonOf, tableOf } from './results';
import { inGroups, isWholeVersion, startAll, type Wanted } from './start-n8n';
import { allStarted, newestStarted, started, wholeStarted } from './started';
import stopAll from './stop-n8n';

/** How many n8n run at one time. Each takes about half a gigabyte of memory. */
const TOGETHER = 5;

const cli = commandLine('test:e2e', 'Tries the packed package in whole n8n installations.')
	.argument('[files...]', 'test files; without them, all')
	.option('--n8n <versions>', 'versions of n8n, with commas between them', readVersions)
	.option('--whole', 'run every test in each of them, and not the core of the tests alone')
	.option('--required', 'count a version that cannot be had as failed')
	.option('--install', 'install them and run nothing')
	.option('--record', 'keep the table, for the README')
	.parse();
const options = cli.opts<{
	n8n?: N8nVersion[];
	whole?: true;
	required?: true;
	install?: true;
	record?: true;
}>();

function readVersions(text: string): N8nVersion[] {
	return text.split(',').map((one) => n8nVersion(one.trim()));
}

/** @returns why some could not be installed */
async function install(wanted: readonly Wanted[]): Promise<Trial[]> {
	const trials: Trial[] = [];
	for (const { version } of wanted) {
		try {
			await ensureN8n(version);
		} catch (error) {
			trials.push({ version, reason: reasonOf(error) });
		}
	}
	return trials;
}

/** Runs the tests in some n8n at one time. @returns what became of each, and what is no version's own */
async function tryIn(wanted: readonly Wanted[]): Promise<{ trials: Trial[]; others: Counts }> {
	const folder = await mkdtemp(join(tmpdir(), 'seedance-e2e-'));
	try {
		const reasons = await startAll(wanted);
		const counts = await runJest(join(folder, 'results.json'));
		const trials = wanted.map(({ version, isWhole }): Trial => {
			const reason = reasons.get(version);
			if (reason) return { version, reason: reasonOf(reason) };
			const tests = isWhole ? 'whole' : 'core';
			return { version, tests, ...(counts.get(version) ?? NONE) };
		});
		return { trials, others: counts.get('none') ?? NONE };
	} finally {
		await stopAll();
		await rm(folder, { recursive: true, force: true });
	}
}

const NONE: Counts = { passed: 0, failed: 0 };

/** Runs the files that have an n8n to run in. */
async function runJest(results: string): ReturnType<typeof countTests> {
	if (allStarted().length === 0) return new Map();
	const left: string[] = [];
	const newest = newestStarted();
	if (wholeStarted().length === 0) left.push('whole');
	const isNewest = compareVersions(newest, NEWEST_VERSION) >= 0;
	if (!isNewest || !started(newest).isWhole) left.push('newest');
	// The files first: the option for what is left out takes all that follows it.
	const args = [
		...[...cli.args, '-c', 'test/e2e/jest.config.js', '--json', '--outputFile', results],
		...left.map((name) => `--testPathIgnorePatterns=/e2e/${name}/`),
	];
	const jest = require.resolve('jest/bin/jest');
	await execa.node(jest, args, { cwd: PROJECT, stdio: 'inherit', reject: false, nodeOptions: [] });
	return await countTests(results, newest);
}

/** A version that cannot be had is no failure, unless every change has to pass in it. */
function isBad(trial: Trial): boolean {
	if ('tests' in trial) return trial.failed > 0 || trial.passed === 0;
	return options.required ?? GATE_VERSIONS.some((one) => one === trial.version);
}

void run(async () => {
	if (options.record && cli.args.length > 0) throw new Error('--record keeps whole runs only.');
	const wanted = [...new Set<N8nVersion>(options.n8n ?? GATE_VERSIONS)]
		.sort(compareVersions)
		.map((version) => ({ version, isWhole: options.whole ?? isWholeVersion(version) }));
	const trials: Trial[] = [];
	const others = { ...NONE };
	if (options.install) {
		trials.push(...(await install(wanted)));
	} else {
		for (const group of inGroups(wanted, TOGETHER)) {
			const tried = await tryIn(group);
			trials.push(...tried.trials);
			others.passed += tried.others.passed;
			others.failed += tried.others.failed;
		}
	}
	if (trials.length > 0) console.log(`\n${tableOf(trials, others)}`);
	if (options.record) await recordTrials(trials);
	if (others.failed > 0 || trials.some(isBad)) throw new Error('Something failed, see the table.');
});
