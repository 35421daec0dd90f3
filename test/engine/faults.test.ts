// Every fault, in every operation and On Error mode: what it costs, what becomes of the item, and whether the
// prediction's id is kept. The table is printed and written to docs/reliability.md by this test alone.
import type { IRun, OnError } from 'n8n-workflow';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { acceptedDespite, type Fault } from '../../sandbox';
import { FAILED, itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { useEngine } from './harness';

const engine = useEngine();

type Operation = 'submit' | 'getResult' | 'getResult, waiting' | 'submitAndWait';
type Mode = 'stop' | 'continue' | 'error branch';

const MODES: Record<Mode, OnError | undefined> = {
	stop: undefined,
	continue: 'continueRegularOutput',
	'error branch': 'continueErrorOutput',
};

/** What a user may rely on; `resent`: how often the submission went out. */
interface Expected {
	readonly outcome: 'video' | 'state' | 'failed';
	readonly resent?: number;
}

interface Case {
	readonly on: Fault['on'];
	readonly fault: string;
	readonly operations: readonly Operation[];
	readonly expected: Expected;
	readonly faults: Fault[];
	/** The origin is switched off, for good or for so many milliseconds. */
	readonly offline?: { readonly origin: 'api' | 'media'; readonly forMs?: number };
	/** Without waiting, a state that is no video is an answer. */
	readonly isAnswerWithoutWaiting?: boolean;
}

const RETRIED_RESULT = [
	'resetBefore',
	'resetAfter',
	'hangBefore',
	'slowBody',
	'status429',
	'status500',
	'status502Html',
	'status503',
	'truncatedJson',
	'wrongContentType',
	'envelope500',
	'missingData',
	'redirect',
	'keyEcho',
	'unknownStatus',
] as const;
const FINAL_RESULT = ['unauthorized', 'forbidden', 'contentPolicy', 'notFound'] as const;
const RETRIED_DOWNLOAD = [
	'resetBefore',
	'resetAfter',
	'hangBefore',
	'hangAfter',
	'slowBody',
	'status429',
	'status500',
	'status502Html',
	'status503',
	'wrongContentType',
	'download403',
	'notFound',
	'redirect',
] as const;

const SUBMITTING = ['submit', 'submitAndWait'] as const;
const WAITING = ['getResult, waiting', 'submitAndWait'] as const;
const READING = ['getResult', ...WAITING] as const;
const sendAgain = new Set<string>(['status429']);
const readable = new Set<string>(['slowBody', 'wrongContentType']);

const cases: Case[] = [
	...Object.keys(acceptedDespite).map((kind): Case => {
		const comesThrough = sendAgain.has(kind) || readable.has(kind);
		return {
			on: 'submit',
			fault: kind,
			operations: SUBMITTING,
			expected: {
				outcome: comesThrough ? 'state' : 'failed',
				resent: sendAgain.has(kind) ? 2 : 1,
			},
			faults: [{ on: 'submit', kind: kind as keyof typeof acceptedDespite }],
		};
	}),
	{
		on: 'submit',
		fault: '429 with Retry-After (seconds)',
		operations: SUBMITTING,
		expected: { outcome: 'state', resent: 2 },
		faults: [{ on: 'submit', kind: 'status429', retryAfter: 1 }],
	},
	{
		on: 'submit',
		fault: '429 with Retry-After (date)',
		operations: SUBMITTING,
		expected: { outcome: 'state', resent: 2 },
		faults: [{ on: 'submit', kind: 'status429', retryAfter: 'date' }],
	},
	{
		on: 'submit',
		fault: 'connection refused, for good',
		operations: SUBMITTING,
		expected: { outcome: 'failed', resent: 0 },
		faults: [],
		offline: { origin: 'api' },
	},
	...RETRIED_RESULT.map((kind): Case => ({
		on: 'result',
		fault: kind,
		operations: READING,
		expected: { outcome: 'video', resent: 1 },
		faults: [{ on: 'result', kind, times: 2, ...(kind === 'slowBody' && { delayMs: 300 }) }],
		isAnswerWithoutWaiting: kind === 'unknownStatus',
	})),
	...(['result', 'download'] as const).flatMap((on) =>
		([1, 'date'] as const).map((retryAfter): Case => ({
			on,
			fault: `429 with Retry-After (${retryAfter === 1 ? 'seconds' : retryAfter})`,
			operations: retryAfter === 1 ? READING : ['submitAndWait'],
			expected: { outcome: 'video', resent: 1 },
			faults: [{ on, kind: 'status429', retryAfter }],
		})),
	),
	{
		on: 'result',
		fault: 'connection refused, for a while',
		operations: ['getResult, waiting'],
		expected: { outcome: 'video', resent: 1 },
		faults: [],
		offline: { origin: 'api', forMs: 400 },
	},
	...FINAL_RESULT.map((kind): Case => ({
		on: 'result',
		fault: kind === 'notFound' ? 'notFound, beyond the grace' : kind,
		operations: READING,
		expected: { outcome: 'failed', resent: 1 },
		faults: [{ on: 'result', kind, times: Infinity }],
	})),
	...(['succeededWithoutOutputs', 'badVideoUrl'] as const).map((kind): Case => ({
		on: 'result',
		fault: kind,
		operations: READING,
		expected: { outcome: 'failed', resent: 1 },
		faults: [{ on: 'result', kind, times: Infinity }],
		isAnswerWithoutWaiting: kind === 'succeededWithoutOutputs',
	})),
	{
		on: 'submit',
		fault: 'unknownStatus',
		operations: SUBMITTING,
		expected: { outcome: 'state', resent: 1 },
		faults: [{ on: 'submit', kind: 'unknownStatus' }],
	},
	...RETRIED_DOWNLOAD.map((kind): Case => ({
		on: 'download',
		fault: kind,
		operations: READING,
		expected: { outcome: 'video', resent: 1 },
		faults: [{ on: 'download', kind, times: 2 }],
	})),
	{
		on: 'download',
		fault: 'download403, for good',
		operations: READING,
		expected: { outcome: 'failed', resent: 1 },
		faults: [{ on: 'download', kind: 'download403', times: Infinity }],
	},
	{
		on: 'download',
		fault: 'connection refused, for good',
		operations: READING,
		expected: { outcome: 'failed', resent: 1 },
		faults: [],
		offline: { origin: 'media' },
	},
];

interface Row {
	readonly fault: string;
	readonly on: string;
	readonly operation: Operation;
	readonly mode: Mode;
	readonly accepted: number;
	readonly submitted: number;
	readonly outcome: string;
	readonly idKept: string;
}
const rows: Row[] = [];

async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

function outcomeOf(run: IRun): 'video' | 'state' | 'failed' {
	const [item] = itemsOf(run, SUCCESS);
	if (!item || item.json.error !== undefined) return 'failed';
	return item.binary ? 'video' : 'state';
}

/** Everything a person can read after the run. */
function shownTo(run: IRun): string {
	return JSON.stringify([run.data.resultData.error, itemsOf(run, SUCCESS), itemsOf(run, FAILED)]);
}

describe.each(cases)('$on: $fault', (given) => {
	const { on, fault, operations, expected, faults, offline } = given;
	it.each(
		operations.flatMap((operation) =>
			(Object.keys(MODES) as Mode[]).map((mode) => [operation, mode] as const),
		),
	)('%s, On Error: %s', async (operation, mode) => {
		const { sandbox } = engine;
		let predictionId = '';
		const isReading = operation.startsWith('getResult');
		if (isReading) {
			const submitted = await engine.run({ parameters: { operation: 'submit' } });
			predictionId = String(itemsOf(submitted, SUCCESS)[0]?.json.predictionId);
		}
		if (operation === 'getResult')
			await until(() => sandbox.predictions[0]?.status === 'succeeded');
		sandbox.plan(...faults);
		if (offline) await sandbox.goOffline(offline.origin);
		if (offline?.forMs) setTimeout(() => void sandbox.comeBack(offline.origin), offline.forMs);
		const onError = MODES[mode];
		const run = await engine.run({
			parameters: {
				operation: isReading ? 'getResult' : operation,
				predictionId,
				waitForCompletion: operation !== 'getResult',
			},
			...(onError && { onError }),
		});
		if (offline && !offline.forMs) await sandbox.comeBack(offline.origin);

		const posts = sandbox.requests.filter(
			({ method, origin }) => method === 'POST' && origin === 'api',
		).length;
		const outcome = outcomeOf(run);
		const id = sandbox.predictions[0]?.id;
		const text = shownTo(run);
		const knowable = on !== 'submit' || outcome !== 'failed';
		rows.push({
			fault,
			on,
			operation,
			mode,
			accepted: sandbox.predictions.length,
			submitted: posts,
			outcome,
			idKept: id === undefined ? '-' : text.includes(id) ? 'yes' : knowable ? 'NO' : 'never told',
		});

		const isState = operation === 'getResult' && given.isAnswerWithoutWaiting === true;
		const isDelivered = expected.outcome !== 'failed' && operation !== 'submit';
		expect(outcome).toBe(isState ? 'state' : isDelivered ? 'video' : expected.outcome);
		expect(posts).toBe(expected.resent);
		expect(sandbox.predictions.length).toBeLessThanOrEqual(1);
		if (knowable && id !== undefined) expect(text).toContain(id);
		if (on === 'download' && outcome === 'failed') expect(text).toContain('/videos/');
		// What may have been accepted, and only that, is said to be possibly billed.
		const mayBeBilled = text.includes('may exist and may be billed');
		if (sandbox.predictions.length > 0 && !knowable) expect(mayBeBilled).toBe(true);
		// The key is seen by the API alone, and by nobody who reads.
		expect(text).not.toContain(sandbox.apiKey);
		expect(JSON.stringify(run.data)).not.toContain(sandbox.apiKey);
		expect([...engine.warnings, ...engine.notes].join()).not.toContain(sandbox.apiKey);
		for (const request of sandbox.requests.filter(({ origin }) => origin !== 'api')) {
			expect(JSON.stringify([request.headers, request.path])).not.toContain(sandbox.apiKey);
		}
	});
});

afterAll(async () => {
	const header = [
		'Fault',
		'On',
		'Operation',
		'On Error',
		'Accepted',
		'Submitted',
		'Outcome',
		'Id kept',
	];
	const lines = rows.map((row) => [
		row.fault,
		row.on,
		row.operation,
		row.mode,
		row.accepted,
		row.submitted,
		row.outcome,
		row.idKept,
	]);
	const table = [header, header.map(() => '---'), ...lines].map(
		(line) => `| ${line.join(' | ')} |`,
	);
	const text = `# Reliability

Written by \`test/engine/faults.test.ts\` on every run: each fault is injected into n8n's real engine by the sandbox, whose
own count of accepted predictions is the judge. "Submitted" counts the submissions that reached the API; an outcome is a video, a
state (an id, without a video as yet) or a failure with its item named; "never told" means
that the answer holding the id was lost on its way; the item then says that a prediction may exist and may be billed.

${table.join('\n')}
`;
	process.stdout.write(`${table.join('\n')}\n`);
	const folder = join(__dirname, '..', '..', 'docs');
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'reliability.md'), text);
});
