// The fault matrix: every fault, in every operation: what it costs, what becomes of the item, and whether the
// prediction's id is kept. The cases are played side by side, each against a sandbox that has nothing else to do.
// With RELIABILITY_RESULTS=<folder> the raw results are written there, as JSON.
import type { IBinaryData, IRun, OnError } from 'n8n-workflow';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fault, type Sandbox, startSandbox } from '../../sandbox';
import { FAILED, itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { setBounds, startIn, TINY_VIDEO, until, useRuntime } from './harness';

type Operation = 'submit' | 'getResult' | 'getResult, waiting' | 'submitAndWait';
type Mode = 'stop' | 'continue' | 'error branch';

const MODES: Record<Mode, OnError | undefined> = {
	stop: undefined,
	continue: 'continueRegularOutput',
	'error branch': 'continueErrorOutput',
};

export const EVERY_MODE = Object.keys(MODES) as Mode[];
export const WAITING = ['getResult, waiting', 'submitAndWait'] as const;
const SUBMITTING = ['submit', 'submitAndWait'] as const;
const READING = ['getResult', ...WAITING] as const;
const OPERATIONS = { submit: SUBMITTING, result: READING, download: READING };
/** Other places for what the documentation promises. */
export const VARIANTS = [
	'taskId',
	'dataArray',
	'noEnvelope',
	'numericId',
	'unknownStatus',
	'deepJson',
] as const;

type Outcome = 'video' | 'state' | 'failed';

/** A fault, where it is played, and what comes of it. */
export interface Row {
	readonly fault: string;
	/** Default: all that meet this fault. */
	readonly operations?: readonly Operation[];
	/** What a user may rely on. */
	readonly outcome: Outcome;
	/** How often the submission goes out. Default: once. */
	readonly submissions?: number;
	/** How often the video is asked for at least, until it is whole; where not given, what is stored is not looked at. */
	readonly downloads?: number;
	readonly faults: readonly Fault[];
	/** Where the mode can make a difference: a fault before acceptance, after it, in the download, and one that passes. */
	readonly modes?: readonly Mode[];
	/** The origin is switched off, for good or for so many milliseconds. */
	readonly offline?: { readonly origin: 'api' | 'media'; readonly forMs?: number };
	/** Without waiting, a state that is no video is an answer. */
	readonly isAnswerWithoutWaiting?: boolean;
	readonly timeoutMinutes?: number;
	/** Ids that are numbers. */
	readonly hasNumericId?: boolean;
}

/** A video is a video: HTTP 200, not empty, as long as announced, no page or message in its place. */
export const NO_VIDEO = [
	'empty',
	'status204',
	'status206',
	'htmlAsVideo',
	'jsonAsBytes',
	'short',
	'wrongContentType',
] as const;

/** A row a kind of fault, which is its name as well. */
export function rows<Kind extends string>(
	kinds: readonly Kind[],
	row: (kind: Kind) => Omit<Row, 'fault'>,
	suffix = '',
): Row[] {
	return kinds.map((kind) => ({ fault: `${kind}${suffix}`, ...row(kind) }));
}

/** A 429 that says when to come back. */
export function rateLimits(on: Fault['on'], more: Partial<Row> = {}): Row[] {
	return ([1, 'date'] as const).map((retryAfter) => ({
		fault: `429 with Retry-After (${retryAfter === 1 ? 'seconds' : retryAfter})`,
		outcome: 'video',
		faults: [{ on, kind: 'status429', retryAfter }],
		...more,
	}));
}

/** What is left of a case when it has been played. */
interface Played {
	readonly run: IRun;
	readonly sandbox: Sandbox;
	readonly outcome: Outcome;
	readonly video: Buffer | undefined;
	readonly submissions: number;
	/** Everything a person can read after the run. */
	readonly text: string;
}

function outcomeOf(run: IRun): Outcome {
	const [item] = itemsOf(run, SUCCESS);
	if (!item || item.json.error !== undefined) return 'failed';
	return item.binary ? 'video' : 'state';
}

async function play(
	row: Row,
	operation: Operation,
	mode: Mode,
	read: (file: IBinaryData) => Promise<Buffer>,
): Promise<Played> {
	const { faults, offline, hasNumericId, timeoutMinutes = 2 } = row;
	const sandbox = await startSandbox({
		video: { kind: 'buffer', data: TINY_VIDEO },
		...(hasNumericId && { predictionId: () => '9007199254740993123' }),
	});
	try {
		let predictionId = '';
		const isReading = operation.startsWith('getResult');
		if (isReading) {
			const submitted = await startIn(sandbox, { parameters: { operation: 'submit' } }).finished;
			predictionId = String(itemsOf(submitted, SUCCESS)[0]?.json.predictionId);
		}
		if (operation === 'getResult') {
			await until(() => sandbox.predictions[0]?.status === 'succeeded');
		}
		sandbox.plan(...faults);
		if (offline) await sandbox.goOffline(offline.origin);
		if (offline?.forMs) setTimeout(() => void sandbox.comeBack(offline.origin), offline.forMs);
		const onError = MODES[mode];
		const run = await startIn(sandbox, {
			parameters: {
				operation: isReading ? 'getResult' : operation,
				predictionId,
				waitForCompletion: operation !== 'getResult',
				options: { pollingInterval: 0.1, timeoutMinutes },
			},
			...(onError && { onError }),
		}).finished;
		const text = JSON.stringify([
			run.data.resultData.error,
			itemsOf(run, SUCCESS),
			itemsOf(run, FAILED),
		]);
		const submissions = sandbox.requests.filter(
			({ method, origin }) => method === 'POST' && origin === 'api',
		).length;
		const file = itemsOf(run, SUCCESS)[0]?.binary?.data;
		const video = file && (await read(file));
		return { run, sandbox, outcome: outcomeOf(run), video, submissions, text };
	} finally {
		await sandbox.close();
	}
}

/** Plays each row in its operations and modes, as a test of its own. */
export function playAll(on: Fault['on'], table: readonly Row[]): void {
	const { warnings, notes, binaryData } = useRuntime();
	const results: Array<Record<string, unknown>> = [];
	const cases = table.flatMap((row) =>
		(row.operations ?? OPERATIONS[on]).flatMap((operation) =>
			(row.modes ?? (['stop'] as const)).map((mode) => {
				const name = `${row.fault}, in ${operation}${row.modes ? `, On Error: ${mode}` : ''}`;
				return [name, row, operation, mode] as const;
			}),
		),
	);
	// Many begin at once, so none has to be quick: what may not be sent twice has the most time.
	beforeAll(() =>
		setBounds({
			videoBytes: 1_000_000,
			submissionMs: 24_000,
			resultMs: 4000,
			downloadIdleMs: 4000,
		}),
	);

	it.concurrent.each(cases)('%s', async (_name, row, operation, mode) => {
		const { fault } = row;
		const { run, sandbox, outcome, video, submissions, text } = await play(
			row,
			operation,
			mode,
			async (file) => await binaryData().getAsBuffer(file),
		);
		const [prediction] = sandbox.predictions;
		const id = prediction?.id;
		const knowable = on !== 'submit' || outcome !== 'failed';
		results.push({
			on,
			fault,
			operation,
			mode,
			accepted: sandbox.predictions.length,
			submitted: submissions,
			outcome,
			id: id === undefined ? 'none' : text.includes(id) ? 'kept' : knowable ? 'LOST' : 'never told',
		});

		const isState =
			(operation === 'submit' && row.outcome !== 'failed') ||
			(operation === 'getResult' && row.isAnswerWithoutWaiting);
		expect(outcome).toBe(isState ? 'state' : row.outcome);
		expect(submissions).toBe(row.submissions ?? 1);
		if (row.downloads !== undefined) {
			expect(prediction?.downloads).toBeGreaterThanOrEqual(row.downloads);
			expect(video).toEqual(TINY_VIDEO);
		}
		expect(sandbox.predictions.length).toBeLessThanOrEqual(1);
		if (knowable && id !== undefined) expect(text).toContain(id);
		if (on === 'download' && outcome === 'failed') expect(text).toContain('/videos/');
		// What may have been accepted is said to be possibly billed.
		if (sandbox.predictions.length > 0 && !knowable) {
			expect(text).toContain('may exist and may be billed');
		}
		// The key is seen by the API alone, and by nobody who reads.
		expect(JSON.stringify(run.data)).not.toContain(sandbox.apiKey);
		for (const request of sandbox.requests.filter(({ origin }) => origin !== 'api')) {
			expect(JSON.stringify([request.headers, request.path])).not.toContain(sandbox.apiKey);
		}
	});

	afterAll(async () => {
		expect([...warnings, ...notes].join()).not.toContain('sk-sandbox');
		const folder = process.env.RELIABILITY_RESULTS;
		if (!folder) return;
		await mkdir(folder, { recursive: true });
		await writeFile(join(folder, `${on}.json`), `${JSON.stringify(results, null, '\t')}\n`);
	});
}
