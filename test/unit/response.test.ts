// Any answer, of any JSON or none, becomes a typed Answer; and the spellings that are known are read right.
import fc from 'fast-check';
import { readResponse, readRetryAfter } from '../../nodes/SeedanceImageToVideo/gptproto/response';
import { readPrediction } from '../../nodes/SeedanceImageToVideo/gptproto/prediction';
import { STATUS_SPELLINGS, STATUSES } from '../../nodes/SeedanceImageToVideo/gptproto/reference';

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
			(status, text, cut, expectedId) => {
				for (const body of [text, text.slice(0, cut % (text.length + 1))]) {
					const answer = readResponse(
						{ status, headers: {}, body },
						0,
						'sk-secret-key',
						expectedId,
					);
					expect(['prediction', 'refused', 'rateLimited', 'unreadable']).toContain(answer.kind);
					if (answer.kind !== 'prediction') continue;
					const { prediction } = answer;
					expect(prediction.id).toBe(expectedId ?? prediction.id);
					expect(typeof prediction.status).toBe('string');
					if (prediction.state === 'succeeded' && prediction.videoUrl !== null) {
						expect(prediction.videoUrl).toMatch(/^https?:/i);
					}
					if (prediction.state === 'ended') expect(prediction.failureReason).not.toBe('');
				}
			},
		),
		{ numRuns: 3000 },
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
	[200, { code: 401, message: 'bad key' }, 'refused', 'keyRefused'],
	[200, { code: 429 }, 'rateLimited', undefined],
	[200, { code: 500, message: 'oops' }, 'unreadable', undefined],
	[200, { code: 503, message: 'blocked' }, 'refused', 'contentPolicy'],
	[200, { code: 500, data: { id: 'abc', status: 'queued' } }, 'prediction', undefined],
	[400, { code: 503 }, 'refused', 'contentPolicy'],
	[400, { error: { code: 503, message: 'no' } }, 'refused', 'contentPolicy'],
	[400, { message: 'duration is wrong' }, 'refused', 'badRequest'],
	[503, { error: { code: 503, message: 'Content policy violation' } }, 'unreadable', undefined],
	[503, { code: 503, message: 'Service Unavailable' }, 'unreadable', undefined],
	[500, { error: 'x' }, 'unreadable', undefined],
	[408, {}, 'unreadable', undefined],
	[302, {}, 'refused', 'redirect'],
	[303, {}, 'unreadable', undefined],
	[404, {}, 'refused', 'notFound'],
	[403, { error: { message: 'balance' } }, 'refused', 'balance'],
	[403, { error: { message: 'no access' } }, 'refused', 'forbidden'],
	// The status outranks words.
	[
		504,
		{ error: { message: 'timeout in front of the content safety service' } },
		'unreadable',
		undefined,
	],
	[429, { error: { message: 'moderation queue is full' } }, 'rateLimited', undefined],
	[401, { error: { message: 'API keys are case-sensitive' } }, 'refused', 'keyRefused'],
	[403, { error: { message: 'sensitive content is not in your plan' } }, 'refused', 'forbidden'],
	[500, { error: { message: 'moderation backend unavailable' } }, 'unreadable', undefined],
	[404, { error: { message: 'no such safety model' } }, 'refused', 'notFound'],
	[200, { code: 500, message: 'moderation backend unavailable' }, 'unreadable', undefined],
	[200, { code: 429, message: 'moderation queue is full' }, 'rateLimited', undefined],
	[400, { error: { message: 'The image has sensitive content' } }, 'refused', 'contentPolicy'],
	[422, { error: { message: 'blocked by moderation' } }, 'refused', 'badRequest'],
])('takes HTTP %i with %j for %s (%s)', (status, body, kind, ground) => {
	expect(readResponse({ status, headers: {}, body: JSON.stringify(body) }, 0)).toMatchObject({
		kind,
		...(ground !== undefined && { ground }),
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

const read = (status: number, body: unknown, key = '', expectedId?: string) =>
	readResponse(
		{ status, headers: {}, body: typeof body === 'string' ? body : JSON.stringify(body) },
		0,
		key,
		expectedId,
	);

describe('a prediction is found', () => {
	const prediction = { id: 'abc', status: 'queued' };

	it.each([
		['in the envelope', { code: 200, message: 'success', data: prediction }],
		['in a list in the envelope', { code: 200, data: [prediction] }],
		['without an envelope', prediction],
		['beside a code that says all is well', { ...prediction, code: 0 }],
		['beside such a code as text', { ...prediction, code: '200' }],
		['by its task id', { data: { task_id: 'abc', status: 'queued' } }],
		['by its task id, without an envelope', { task_id: 'abc', status: 'queued' }],
		['whatever else the envelope says', { code: 500, message: 'oops', data: prediction }],
	])('%s', (_, body) => {
		expect(read(200, body)).toMatchObject({
			kind: 'prediction',
			prediction: { id: 'abc', status: 'queued', state: 'working' },
		});
	});

	it.each([
		['an error body, whose id is one of the request', { id: 'req-1', error: { message: 'odd' } }],
		['an error code with an id', { id: 'req-1', code: 500, message: 'odd' }],
		['an empty list', { data: [] }],
		['a text', { data: 'abc' }],
	])('but not in %s', (_, body) => {
		expect(read(200, body).kind).not.toBe('prediction');
	});

	it.each([400, 404, 429, 500, 504])('nor in an answer of HTTP %i, whatever it holds', (status) => {
		expect(read(status, { id: 'req-1', data: prediction }).kind).not.toBe('prediction');
	});

	it.each([
		['{"data":{"id":12345678901234567890,"status":"queued"}}', '12345678901234567890'],
		['{"data":{"status":"queued","task_id" : 9007199254740993}}', '9007199254740993'],
		['{"data":{"id":7,"status":"queued"}}', '7'],
	])('with the id of %s unrounded', (body, id) => {
		expect(read(200, body)).toMatchObject({ prediction: { id } });
	});

	it('with the id that was asked for, whatever the answer calls it', () => {
		expect(read(200, { data: { id: 'other', status: 'queued' } }, '', 'abc')).toMatchObject({
			prediction: { id: 'abc' },
		});
		expect(read(200, { data: { status: 'queued' } }, '', 'abc')).toMatchObject({
			prediction: { id: 'abc' },
		});
		expect(read(200, { data: {} }, '', 'abc').kind).toBe('unreadable');
	});
});

it.each([
	[['https://x.com/a.mp4'], 'https://x.com/a.mp4'],
	[[{ url: 'https://x.com/a.mp4' }], 'https://x.com/a.mp4'],
	[{ url: 'https://x.com/a.mp4' }, 'https://x.com/a.mp4'],
	['https://x.com/a.mp4', 'https://x.com/a.mp4'],
	[[null, 'ftp://x.com/a', 'https://x.com/b.mp4'], 'https://x.com/b.mp4'],
	[[], null],
	[['file:///etc/passwd'], null],
	[null, null],
])('of outputs %j the video is at %j', (outputs, videoUrl) => {
	expect(readPrediction(envelope({ status: 'succeeded', outputs }))).toMatchObject({ videoUrl });
});

describe('the API key', () => {
	const KEY = 'sk-0123456789/abc';

	it.each([
		['in a message', { error: { message: `no such key ${KEY}` } }],
		['with its slashes escaped', `{"error":{"message":"no such key ${KEY.replace('/', '\\/')}"}}`],
		['with a letter escaped', `{"error":{"message":"no such key ${KEY.replace('s', '\\u0073')}"}}`],
		['on a page', `<html><title>no such key ${KEY}</title></html>`],
	])('is blotted out %s', (_, body) => {
		expect(read(401, body)).toMatchObject({ message: 'no such key ***' });
	});

	it('is blotted out of the beginning of an answer that nobody can read', () => {
		for (const body of [`what ${KEY} is this`, `what ${KEY.replace('/', '\\/')} is this`]) {
			expect(read(200, body)).toMatchObject({ kind: 'unreadable', message: 'what *** is this' });
		}
	});

	it('is blotted out of a prediction, but for its id', () => {
		const body = { data: { id: KEY, status: 'queued', note: [`Bearer ${KEY}`], deep: { KEY } } };
		expect(read(200, body, KEY)).toMatchObject({
			prediction: { id: KEY, data: { note: ['Bearer ***'], deep: { KEY: '***' } } },
		});
	});

	it.each(['', 'a', 'null', 'id'])('is not looked for where it is as short as "%s"', (key) => {
		const body = { data: { id: 'banana', status: 'queued', outputs: null, note: 'a null id' } };
		expect(read(200, body, key)).toMatchObject({
			prediction: { id: 'banana', status: 'queued', data: { note: 'a null id' } },
		});
	});

	// The key of every case above, as the transport hands it on.
	const read = (status: number, body: unknown, key = KEY) =>
		readResponse(
			{ status, headers: {}, body: typeof body === 'string' ? body : JSON.stringify(body) },
			0,
			key,
		);
});

it('JSON that is 200,000 levels deep is cut off, and its id still read', () => {
	const deep = '['.repeat(200_000) + ']'.repeat(200_000);
	const answer = read(200, `{"data":{"id":"abc","status":"queued","odd":${deep}}}`);
	expect(answer).toMatchObject({ kind: 'prediction', prediction: { id: 'abc' } });
	expect(JSON.stringify(answer).length).toBeLessThan(1000);
	expect(read(200, deep).kind).toBe('unreadable');
	expect(read(200, '{"data":'.repeat(200_000)).kind).toBe('unreadable');
});

it('an accepted-looking answer that nobody can read is quoted, 200 characters of it', () => {
	const body = JSON.stringify({ strange: 'x'.repeat(1000) });
	expect(read(201, body)).toEqual({
		kind: 'unreadable',
		httpCode: '201',
		retryAfterMs: null,
		message: body.slice(0, 200),
	});
	expect(read(502, '<html><title>502 Bad Gateway</title></html>')).toMatchObject({
		message: '502 Bad Gateway',
	});
	expect(read(502, 'plain')).toMatchObject({ message: '' });
});

it('reads an answer that begins with a byte order mark', () => {
	const body = `\ufeff${JSON.stringify({ data: { id: 'abc', status: 'created' } })}`;
	expect(readResponse({ status: 200, headers: {}, body }, 0)).toMatchObject({
		prediction: { id: 'abc' },
	});
});

it('keeps the key out of the names of fields', () => {
	const key = 'sk-0123456789';
	const body = JSON.stringify({ data: { id: 'abc', status: 'created', [key]: 1 } });
	expect(JSON.stringify(readResponse({ status: 200, headers: {}, body }, 0, key))).not.toContain(
		key,
	);
});
