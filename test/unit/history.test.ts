// Random histories of answers, with a clock that does not make anybody wait: whatever GPTProto and the network do, an
// accepted request is never submitted twice, and nobody asks too often, too late, or after the end.
import fc from 'fast-check';
import { readPrediction } from '../../nodes/SeedanceImageToVideo/api/prediction';
import type { SubmissionRequest } from '../../nodes/SeedanceImageToVideo/api/request';
import { createAdmission } from '../../nodes/SeedanceImageToVideo/run/admission';
import { ItemFailure } from '../../nodes/SeedanceImageToVideo/run/failure';
import { openLedger } from '../../nodes/SeedanceImageToVideo/run/ledger';
import { limits } from '../../nodes/SeedanceImageToVideo/run/limits';
import { createLane, createPace } from '../../nodes/SeedanceImageToVideo/run/pace';
import { createRenderTimes } from '../../nodes/SeedanceImageToVideo/run/renderTimes';
import { judgeResult, type Outcome } from '../../nodes/SeedanceImageToVideo/run/retry';
import type { Run } from '../../nodes/SeedanceImageToVideo/run/run';
import { submitOnce } from '../../nodes/SeedanceImageToVideo/run/submission';
import { waitForEnd } from '../../nodes/SeedanceImageToVideo/run/wait';
import { FakeClock } from './fakeClock';

const REQUEST_MS = 40;

const noAnswer = (code: string): Outcome => ({ kind: 'noAnswer', code, message: '' });
const refused = (reason: 'badRequest' | 'contentPolicy' | 'notFound' | 'redirect'): Outcome => ({
	kind: 'refused',
	reason,
	httpCode: '400',
	message: '',
});
const limited = (retryAfterMs: number | null): Outcome => ({
	kind: 'rateLimited',
	retryAfterMs,
	message: '',
});
const unreadable = (retryAfterMs: number | null): Outcome => ({
	kind: 'unreadable',
	httpCode: '502',
	retryAfterMs,
	message: '',
});
function state(id: string, status: string): Outcome {
	const prediction = readPrediction({
		id,
		status,
		outputs: status === 'succeeded' ? ['https://x.com/v'] : [],
	});
	if (!prediction) throw new Error('No prediction');
	return { kind: 'prediction', prediction };
}

const retryAfter = fc.option(fc.integer({ min: 0, max: 20_000 }));
const fault = fc.oneof(
	fc
		.constantFrom('ECONNRESET', 'ECONNABORTED', 'ECONNREFUSED', 'ENOTFOUND', 'UNKNOWN')
		.map(noAnswer),
	retryAfter.map(limited),
	retryAfter.map(unreadable),
	fc.constantFrom('badRequest' as const, 'redirect' as const, 'notFound' as const).map(refused),
);

/** What happens to the submissions, and what the answers to the questions are, in order; then it goes well. */
interface History {
	readonly submissions: ReadonlyArray<Outcome | 'accepted' | 'accepted, answer lost'>;
	readonly answers: ReadonlyArray<Outcome | 'running' | 'failed' | 'succeeded'>;
	readonly pollingIntervalMs: number;
	readonly timeoutMs: number;
	readonly tries: ReadonlyArray<'retry on fail' | 'a person retries'>;
}

const history: fc.Arbitrary<History> = fc.record({
	submissions: fc.array(
		fc.oneof(fault, fc.constantFrom('accepted' as const, 'accepted, answer lost' as const)),
		{ maxLength: 8 },
	),
	answers: fc.array(
		fc.oneof(
			fault,
			fc.constantFrom(
				'running' as const,
				'running' as const,
				'failed' as const,
				'succeeded' as const,
			),
		),
		{ maxLength: 20 },
	),
	pollingIntervalMs: fc.integer({ min: 100, max: 20_000 }),
	timeoutMs: fc.integer({ min: 500, max: 900_000 }),
	tries: fc.array(fc.constantFrom('retry on fail' as const, 'a person retries' as const), {
		maxLength: 4,
	}),
});

const request: SubmissionRequest = {
	model: 'm',
	body: { prompt: 'p', image: 'i', aspect_ratio: '1:1', duration: 5, resolution: '720p', seed: -1 },
	frame: null,
};

/** An API that plays a history and takes notes. */
class Script {
	/** `writtenOff`: its answer was lost, a person read so and chose to submit again. */
	readonly accepted: Array<{ id: string; told: boolean; ended: boolean; writtenOff: boolean }> = [];
	readonly questions: Array<{ id: string; at: number; answeredAt: number; outcome: Outcome }> = [];
	readonly violations: string[] = [];
	private submissions = 0;
	private answers = 0;

	constructor(
		private readonly played: History,
		private readonly clock: FakeClock,
	) {}

	/** `attended`: a person chose this try after having read that an answer was lost. */
	async submit(attended: boolean): Promise<Outcome> {
		for (const lost of this.accepted) lost.writtenOff ||= attended && !lost.told;
		const open = this.accepted.find(({ ended, writtenOff }) => !ended && !writtenOff);
		if (open) this.violations.push(`submitted again although ${open.id} was accepted`);
		await this.clock.sleep(REQUEST_MS);
		const next = this.played.submissions[this.submissions++] ?? 'accepted';
		if (typeof next !== 'string') return next;
		const id = `id-${this.accepted.length}`;
		this.accepted.push({ id, told: next === 'accepted', ended: false, writtenOff: false });
		if (next === 'accepted') return state(id, 'created');
		return this.submissions % 2 === 0 ? unreadable(null) : noAnswer('ECONNRESET');
	}

	async result(id: string): Promise<Outcome> {
		const prediction = this.accepted.find((candidate) => candidate.id === id);
		if (!prediction) throw new Error(`Nobody accepted ${id}`);
		if (prediction.ended) this.violations.push(`asked for ${id} after its end`);
		const at = this.clock.now();
		await this.clock.sleep(REQUEST_MS);
		const next = this.played.answers[this.answers++] ?? 'succeeded';
		const outcome = typeof next === 'string' ? state(id, next) : next;
		if (next === 'failed' || next === 'succeeded') prediction.ended = true;
		this.questions.push({ id, at, answeredAt: this.clock.now(), outcome });
		return outcome;
	}
}

function newRun(
	script: Script,
	clock: FakeClock,
	context: object,
	executionId: string,
	attended: boolean,
): Run {
	const random = () => 0.5;
	return {
		transport: {
			submit: async () => await script.submit(attended),
			result: async (id) => await script.result(id),
			openVideo: async () => ({ kind: 'noAnswer', code: 'UNKNOWN', message: '' }),
		},
		pace: createPace(1, clock, random, undefined),
		admission: createAdmission(clock, random, undefined),
		ledger: openLedger(context as never, { round: 0, executionId }),
		renderTimes: createRenderTimes(),
		clock,
		random,
		signal: undefined,
		isTool: false,
		pictures: createLane(1),
		downloads: createLane(1),
		rendering: new Map(),
		pickedUp: new Map(),
		refusedForAll: null,
		note: () => undefined,
		warn: () => undefined,
	};
}

/** One try of one item, as Submit and Wait does it. */
async function tryOnce(run: Run, { pollingIntervalMs, timeoutMs }: History): Promise<boolean> {
	const line = run.ledger.line(0, request);
	try {
		const earlier = line.accepted();
		const id = earlier?.predictionId ?? (await submitOnce(run, 0, request, line, timeoutMs)).id;
		const acceptedAt = earlier ? null : run.clock.now();
		const prediction = await waitForEnd(run, id, {
			pollingIntervalMs,
			timeoutMs,
			acceptedAt,
			kind: 'kind',
		});
		if (prediction.state === 'ended') line.strike();
		run.ledger.close(prediction.state === 'succeeded');
		return prediction.state === 'succeeded';
	} catch (failure) {
		if (!(failure instanceof ItemFailure)) throw failure;
		run.ledger.close(false);
		return false;
	}
}

/** Questions of one wait keep their distance, end with the timeout, and stop at a refusal. */
function checkWait(
	questions: Script['questions'],
	startedAt: number,
	acceptedAt: number | null,
	{ pollingIntervalMs, timeoutMs }: History,
): void {
	questions.forEach(({ at, outcome, answeredAt }, index) => {
		const before = questions[index - 1];
		const since = before?.at ?? (acceptedAt === null ? null : startedAt);
		const isLast = at >= startedAt + timeoutMs - 1;
		if (since !== null && !isLast) expect(at - since).toBeGreaterThanOrEqual(pollingIntervalMs - 1);
		// A 429 pauses the whole run, so only the rest has to be in time.
		const wasPaused = questions
			.slice(0, index)
			.some(({ outcome: { kind } }) => kind === 'rateLimited');
		if (!wasPaused) expect(at).toBeLessThanOrEqual(startedAt + timeoutMs + REQUEST_MS + 1);
		const sinceSubmission = acceptedAt === null ? null : answeredAt - acceptedAt;
		if (judgeResult(outcome, sinceSubmission).verdict === 'refused') {
			expect(index).toBe(questions.length - 1);
		}
	});
}

it('never submits what was accepted, never asks too often, too late or after the end', async () => {
	await fc.assert(
		fc.asyncProperty(history, async (played) => {
			const clock = new FakeClock();
			const script = new Script(played, clock);
			const context = {};
			let executionId = 0;
			for (const kind of ['first', ...played.tries]) {
				if (kind === 'a person retries') executionId++;
				const attended = kind !== 'retry on fail';
				const asked = script.questions.length;
				const known = script.accepted.length;
				const run = newRun(script, clock, context, String(executionId), attended);
				const startedAt = clock.now();
				const succeeded = await clock.until(tryOnce(run, played));
				const wasSubmitted = script.accepted.slice(known).some(({ told }) => told);
				const questions = script.questions.slice(asked);
				if (!wasSubmitted) checkWait(questions, startedAt, null, played);
				if (succeeded) break;
			}
			expect(script.violations).toEqual([]);
		}),
		{ numRuns: 1500 },
	);
});

it('keeps its distance between questions after a submission, and asks once more at the timeout', async () => {
	await fc.assert(
		fc.asyncProperty(history, async (given) => {
			const played = { ...given, submissions: [] };
			const clock = new FakeClock();
			const script = new Script(played, clock);
			const run = newRun(script, clock, {}, '1', true);
			const startedAt = clock.now() + REQUEST_MS;
			const succeeded = await clock.until(tryOnce(run, played));
			checkWait(script.questions, startedAt, startedAt, played);
			const last = script.questions.at(-1);
			const verdict = last && judgeResult(last.outcome, last.answeredAt - startedAt);
			if (
				!succeeded &&
				(!verdict || verdict.verdict === 'askAgain' || script.accepted[0]?.ended === false)
			) {
				if (verdict?.verdict !== 'refused') {
					expect(last?.at).toBeGreaterThanOrEqual(startedAt + played.timeoutMs - 1);
				}
			}
		}),
		{ numRuns: 1500 },
	);
});

it('waits no longer than the timeout for an API that asks for a pause of hours', async () => {
	const clock = new FakeClock();
	const played: History = {
		submissions: [],
		answers: [limited(36_000_000)],
		pollingIntervalMs: 5000,
		timeoutMs: 60_000,
		tries: [],
	};
	const script = new Script(played, clock);
	const startedAt = clock.now();
	expect(await clock.until(tryOnce(newRun(script, clock, {}, '1', true), played))).toBe(false);
	expect(clock.now() - startedAt).toBeLessThan(62_000);
	expect(script.questions).toHaveLength(1);
});

it('gives up on a host that cannot be reached after a few tries, with nothing submitted', async () => {
	const clock = new FakeClock();
	const submissions = Array.from({ length: 20 }, () => noAnswer('ECONNREFUSED'));
	const played: History = {
		submissions,
		answers: [],
		pollingIntervalMs: 5000,
		timeoutMs: 900_000,
		tries: [],
	};
	const script = new Script(played, clock);
	const submit = jest.spyOn(script, 'submit');
	expect(await clock.until(tryOnce(newRun(script, clock, {}, '1', true), played))).toBe(false);
	expect(submit).toHaveBeenCalledTimes(limits.connectAttempts);
	expect(script.accepted).toEqual([]);
});
