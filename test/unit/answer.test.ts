// Any answer, of any JSON or none, becomes a typed Answer; and the spellings that are known are read right.
import fc from 'fast-check';
import { readAnswer, readRetryAfter } from '../../nodes/SeedanceImageToVideo/api/answer';
import { readPrediction } from '../../nodes/SeedanceImageToVideo/api/prediction';
import { STATUS_SPELLINGS, STATUSES } from '../../nodes/SeedanceImageToVideo/api/reference';

const data = fc.record(
	{
		id: fc.oneof(fc.string(), fc.integer(), fc.anything()),
		status: fc.oneof(
			fc.constantFrom(
				...Object.keys(STATUSES),
				...Object.keys(STATUS_SPELLINGS),
				'Thinking',
				'SUCCEEDED',
			),
			fc.anything(),
		),
		outputs: fc.oneof(fc.array(fc.oneof(fc.webUrl(), fc.string(), fc.anything())), fc.anything()),
		urls: fc.oneof(
			fc.record({ get: fc.webUrl() }),
			fc.array(fc.record({ get: fc.anything() })),
			fc.anything(),
		),
		error: fc.oneof(fc.string(), fc.constant(null), fc.anything()),
		has_nsfw_contents: fc.oneof(fc.array(fc.boolean()), fc.anything()),
		executionTime: fc.anything(),
		model: fc.anything(),
		created_at: fc.anything(),
	},
	{ requiredKeys: [] },
);

const anyBody = fc.oneof(
	fc.record({ data, code: fc.anything(), message: fc.anything() }, { requiredKeys: [] }),
	fc.record({ error: fc.anything(), code: fc.anything() }),
	fc.anything(),
);

it('reads any answer without a TypeError', () => {
	fc.assert(
		fc.property(
			fc.integer({ min: 100, max: 599 }),
			anyBody.map((value) => JSON.stringify(value) ?? ''),
			fc.nat(),
			fc.option(fc.string(), { nil: undefined }),
			(status, text, cut, askedId) => {
				for (const body of [text, text.slice(0, cut % (text.length + 1))]) {
					const answer = readAnswer({ status, headers: {}, body }, 0, askedId);
					expect(['prediction', 'refused', 'rateLimited', 'unreadable']).toContain(answer.kind);
					if (answer.kind !== 'prediction') continue;
					const { prediction } = answer;
					expect(prediction.id).toBe(askedId ?? prediction.id);
					expect(typeof prediction.status).toBe('string');
					if (prediction.state === 'succeeded' && prediction.videoUrl !== null) {
						expect(prediction.videoUrl).toMatch(/^https?:/i);
					}
					if (prediction.state === 'ended') expect(prediction.failureReason).not.toBe('');
				}
			},
		),
		{ numRuns: 6000 },
	);
});

const envelope = (more: object) => ({
	id: 'abc',
	status: 'queued',
	outputs: [],
	error: null,
	...more,
});

describe('statuses', () => {
	it.each(Object.entries(STATUSES))('%s means %s', (status, state) => {
		expect(readPrediction(envelope({ status: status.toUpperCase() }))).toMatchObject({
			status,
			state,
		});
	});
	it.each(Object.entries(STATUS_SPELLINGS))('%s is another word for %s', (word, status) => {
		expect(readPrediction(envelope({ status: word }))?.status).toBe(status);
	});
	it.each([
		[{ status: 'thinking' }, 'working', 'thinking'],
		[{ status: 'thinking', outputs: ['https://example.com/a.mp4'] }, 'succeeded', 'succeeded'],
		[{ status: 'thinking', error: 'Too dark' }, 'ended', 'failed'],
		[{ status: undefined }, 'working', 'created'],
	])('of %j the state is %s', (more, state, status) => {
		expect(readPrediction(envelope(more))).toMatchObject({ state, status });
	});
});

it.each([
	[{ id: 'abc' }, 'abc'],
	[{ id: 7 }, '7'],
	[{ id: '', urls: { get: 'https://x.com/api/v3/predictions/abc/result' } }, 'abc'],
	[{ id: null, urls: [{ get: 'https://x.com/api/v3/predictions/abc/result?a=b' }] }, 'abc'],
	[{ id: null, urls: { get: 'https://x.com/other' } }, undefined],
	[{}, undefined],
])('finds the id in %j', (given, id) => {
	expect(readPrediction(given)?.id).toBe(id);
});

it.each([
	[{ has_nsfw_contents: [false, true] }, true],
	[{ has_nsfw_contents: [false] }, false],
	[{ hasNsfwContents: [true] }, true],
	[{ has_nsfw_contents: [] }, null],
	[{ has_nsfw_contents: null }, null],
	[{}, null],
])('reads hasNsfwContent of %j', (more, expected) => {
	expect(readPrediction(envelope(more))?.hasNsfwContent).toBe(expected);
});

it.each([
	[200, { code: 401, message: 'bad key' }, 'refused', 'unauthorized'],
	[200, { code: 429 }, 'rateLimited', undefined],
	[200, { code: 500, message: 'oops' }, 'unreadable', undefined],
	[200, { code: 503, message: 'blocked' }, 'refused', 'contentPolicy'],
	[200, { code: 500, data: { id: 'abc', status: 'queued' } }, 'prediction', undefined],
	[400, { code: 503 }, 'refused', 'contentPolicy'],
	[400, { error: { code: 503, message: 'no' } }, 'refused', 'contentPolicy'],
	[400, { message: 'duration is wrong' }, 'refused', 'badRequest'],
	[503, { error: { code: 503, message: 'Content policy violation' } }, 'refused', 'contentPolicy'],
	[503, { code: 503, message: 'Service Unavailable' }, 'unreadable', undefined],
	[500, { error: 'x' }, 'unreadable', undefined],
	[408, {}, 'unreadable', undefined],
	[302, {}, 'refused', 'redirect'],
	[404, {}, 'refused', 'notFound'],
	[403, { error: { message: 'balance' } }, 'refused', 'forbidden'],
])('takes HTTP %i with %j for %s (%s)', (status, body, kind, reason) => {
	expect(readAnswer({ status, headers: {}, body: JSON.stringify(body) }, 0)).toMatchObject({
		kind,
		...(reason !== undefined && { reason }),
	});
});

it.each([
	['3', 3000],
	['0.5', 500],
	[2, 2000],
	['Thu, 01 Jan 1970 00:00:10 GMT', 10_000],
	['Thu, 01 Jan 1960 00:00:10 GMT', 0],
	['soon', null],
	['', null],
	[undefined, null],
])('reads Retry-After %j as %j milliseconds', (value, expected) => {
	expect(readRetryAfter(value, 0)).toBe(expected);
});
