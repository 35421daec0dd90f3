// The rules by which an answer's codes and words are read, whatever their place, case and nesting; the known answers are
// samples of them (known-answers.test.ts).
import fc from 'fast-check';
import { readResponse, type ApiResponse } from '../../nodes/SeedanceImageToVideo/gptproto/response';
import { readError } from '../../nodes/SeedanceImageToVideo/gptproto/error-body';
import { readPolicy } from '../../nodes/SeedanceImageToVideo/gptproto/refusal';
import {
	ID_FIELDS,
	LAST_VIDEO_FIELDS,
	STATUS_SPELLINGS,
	STATUSES,
	VIDEO_FIELDS,
} from '../../nodes/SeedanceImageToVideo/gptproto/reference';
import { isSurelyNotAccepted } from '../../nodes/SeedanceImageToVideo/prediction/retry';

const read = (status: number, body: unknown, expectedId?: string): ApiResponse =>
	readResponse({ status, headers: {}, body: JSON.stringify(body) }, 0, '', expectedId);

/** Upper and lower case, as a relay may write it. */
const anyCase = (text: string) =>
	fc
		.array(fc.boolean(), { minLength: text.length, maxLength: text.length })
		.map((upper) =>
			[...text].map((c, at) => (upper[at] ? c.toUpperCase() : c.toLowerCase())).join(''),
		);

/** Where a code stands. */
const PLACES: ReadonlyArray<(code: unknown, message: string) => object> = [
	(code, message) => ({ code, message }),
	(code, message) => ({ code, msg: message, data: null }),
	(code, message) => ({ error: { code, message } }),
	(code, message) => ({ error: { message, type: code } }),
	(code, message) => ({ error: { code, message, type: 'BadRequest' }, request_id: 'r' }),
	(code, message) => ({ code, error: message }),
	(code, message) => ({ code: 'fail_to_fetch_task', error: { code, message } }),
	(code, message) => ({
		code: 'fail_to_fetch_task',
		message: JSON.stringify({ error: { code, message } }),
		data: null,
	}),
	(code, message) => ({ error: { error: { code, message } } }),
	(code, message) => ({ error: [{ code, message }] }),
];
const place = fc.constantFrom(...PLACES);
const asCode = (code: number) =>
	fc.constantFrom<unknown>(code, String(code), ` ${code} `, `${code}.0`);

const PARTS = {
	side: ['', 'Input', 'Output'],
	medium: ['', 'Text', 'Image', 'Video', 'Audio'],
	what: ['SensitiveContentDetected', 'RiskDetection'],
	more: ['', '.PrivacyInformation', '.PolicyViolation', '.SevereViolation'],
};
const policyCode = fc
	.tuple(
		fc.constantFrom(...PARTS.side),
		fc.constantFrom(...PARTS.medium),
		fc.constantFrom(...PARTS.what),
		fc.constantFrom(...PARTS.more),
	)
	.map((parts) => parts.join(''));
const POLICY_WORDS = [
	'Input may not meet the guidelines. Please adjust and try again.',
	'the input image may contain real person',
	'the output video may be related to copyright restrictions',
	'the input text may contain severe violation information',
	'the input text may contain violence information',
	'Content policy violation',
	'the output audio may contain sensitive information',
];

describe('a content policy’s no', () => {
	const isPolicy = { kind: 'refused', ground: 'contentPolicy' };

	it('is known by the code 503, wherever it stands, as number or text', () => {
		fc.assert(
			fc.property(place, asCode(503), fc.constantFrom(200, 400), (put, code, status) => {
				expect(read(status, put(code, 'No.'))).toMatchObject(isPolicy);
			}),
		);
	});

	it('is known by a code of its family, wherever it stands, in any case', () => {
		fc.assert(
			fc.property(place, policyCode.chain(anyCase), (put, code) => {
				expect(read(400, put(code, 'No.'))).toMatchObject({
					...isPolicy,
					message: expect.stringContaining(code),
				});
			}),
		);
	});

	it('is known by such a code at the head of a message', () => {
		fc.assert(
			fc.property(
				place,
				policyCode.chain(anyCase),
				fc.constantFrom('', ': no', ' - no', '. No'),
				(put, code, rest) => {
					expect(read(400, put(400, `${code}${rest}`))).toMatchObject(isPolicy);
				},
			),
		);
	});

	it('is known by clear words, in any case, also where an envelope alone says 400', () => {
		fc.assert(
			fc.property(
				place,
				fc.constantFrom(...POLICY_WORDS).chain(anyCase),
				fc.constantFrom(200, 400),
				(put, words, status) => {
					expect(read(status, put(400, words))).toMatchObject(isPolicy);
				},
			),
		);
	});

	it.each([
		[200, { error: { code: 'InputTextRiskDetection', message: 'No' } }, true],
		[200, { code: 'InputTextRiskDetection', message: 'No' }, true],
		[200, { error: { message: 'Input may not meet the guidelines.' } }, true],
		[200, { code: 200, message: 'Input may not meet the guidelines.', data: null }, false],
		[200, { message: 'Input may not meet the guidelines.' }, false],
		[200, { code: 500, error: { code: 'InputTextRiskDetection' } }, false],
		[200, { code: 500, error: { type: '400', message: 'Content policy violation' } }, false],
	])('HTTP %i with %j, without a 400, is one: %p', (status, body, expected) => {
		const response = read(status, body);
		expect(response).toMatchObject(expected ? isPolicy : { kind: 'unreadable' });
	});

	it('is not known by words where the status says something else', () => {
		const others = [401, 402, 403, 404, 408, 413, 422, 429, 500, 502, 503];
		fc.assert(
			fc.property(
				fc.constantFrom(...others),
				fc.constantFrom(...POLICY_WORDS),
				place,
				(status, words, put) => {
					expect(read(status, put(status, words))).not.toMatchObject(isPolicy);
				},
			),
		);
	});
});

it('a server’s fault is never a no, whatever it says', () => {
	fc.assert(
		fc.property(
			fc.integer({ min: 500, max: 599 }),
			place,
			fc.oneof(policyCode, fc.integer({ min: 100, max: 1500 })),
			fc.constantFrom('Insufficient balance', 'Invalid Token', ...POLICY_WORDS),
			(status, put, code, words) => {
				const response = read(status, put(code, words));
				expect(response.kind).toBe('unreadable');
				expect(response.kind !== 'prediction' && isSurelyNotAccepted(response)).toBe(false);
			},
		),
	);
});

describe('what is refused', () => {
	it('is read from a code', () => {
		const SUBJECTS = { Text: 'prompt', Image: 'image', Video: 'video', Audio: 'audio' };
		for (const [medium, subject] of Object.entries(SUBJECTS)) {
			for (const side of PARTS.side) {
				for (const what of PARTS.what) {
					expect(readPolicy(`${side}${medium}${what}: no`)).toMatchObject({ subject });
				}
			}
		}
	});

	it.each([
		['the input text may contain severe violation information.', 'prompt', null],
		['InputImageSensitiveContentDetected.PrivacyInformation', 'image', 'realPerson'],
		['The input image may contain real person', 'image', 'realPerson'],
		['The input image may be related to copyright restrictions', 'image', 'copyright'],
		['The output video may be related to copyright restrictions', 'video', 'copyright'],
		['The output audio may contain sensitive information', 'audio', null],
		['The image or the prompt has sensitive content', null, null],
		['SensitiveContentDetected', null, null],
	])('is read from "%s": %s, %s', (message, subject, ground) => {
		expect(readPolicy(message)).toEqual({ subject, ground });
	});

	it.each(['duration is not allowed', 'The image cannot be opened', ''])(
		'is nothing where the words are "%s"',
		(message) => expect(readPolicy(message)).toBeNull(),
	);
});

describe('HTTP 403', () => {
	it.each([
		['Invalid Token', 'keyRefused'],
		['invalid api key', 'keyRefused'],
		['The API key is invalid', 'keyRefused'],
		['This token has expired', 'keyRefused'],
		['Insufficient balance', 'balance'],
		['Your account has an overdue balance', 'balance'],
		['Not enough credits', 'balance'],
		['token quota is not enough', 'balance'],
		['This token may not use this model', 'forbidden'],
		['You have no access to this model', 'forbidden'],
		['', 'forbidden'],
	])('with "%s" is %s', (words, ground) => {
		fc.assert(
			fc.property(place, anyCase(words), (put, message) => {
				expect(read(403, put(403, message))).toMatchObject({ kind: 'refused', ground });
				expect(read(200, put(403, message))).toMatchObject({ kind: 'refused', ground });
			}),
			{ numRuns: 20 },
		);
	});
});

it.each([
	[{ msg: 'no' }, 'no'],
	[{ detail: 'no' }, 'no'],
	[{ detail: [{ loc: ['body', 'duration'], msg: 'no' }, { msg: 'never' }] }, 'duration: no; never'],
	[{ error: 'no', message: 'other' }, 'no'],
	[{ error: { code: 'Odd', message: 'no' } }, 'Odd: no'],
	[{ error: { code: 'Odd', message: 'odd: no' } }, 'odd: no'],
	[{ error: { code: 'Odd' } }, 'Odd'],
	[{ error: { code: 400, message: 'no', type: 'BadRequest' } }, 'no'],
	[{ error: { code: 1402, message: 'no' } }, '1402: no'],
	[{ code: 200, message: 'success' }, ''],
	[{ error: {}, message: 7, detail: [null, [], {}] }, ''],
	['no', 'no'],
	[null, ''],
])('the words of %j are "%s"', (body, message) => {
	expect(readError(body).message).toBe(message);
});

it('any JSON at all is read without a TypeError, nested as deep as it may be', () => {
	const FIELDS = [
		...['error', 'message', 'msg', 'detail', 'code', 'type', 'data', 'status', 'urls', 'loc'],
		...ID_FIELDS,
		...VIDEO_FIELDS,
		...LAST_VIDEO_FIELDS,
	];
	const { value } = fc.letrec((tie) => ({
		value: fc.oneof(
			{ maxDepth: 6 },
			fc.jsonValue({ maxDepth: 1 }),
			fc.dictionary(fc.constantFrom(...FIELDS), tie('value'), { maxKeys: 4 }),
			fc.array(tie('value'), { maxLength: 2 }),
			tie('value').map((inner) => JSON.stringify(inner)),
		),
	}));
	fc.assert(
		fc.property(fc.integer({ min: 100, max: 599 }), value, fc.boolean(), (status, body, isPoll) => {
			const response = read(status, body, isPoll ? 'abc' : undefined);
			expect(JSON.stringify(response)).toContain('"kind":');
		}),
		{ numRuns: 2000 },
	);
});

describe('a prediction’s end', () => {
	const ENDS = ['failed', 'expired', 'FAILED', 'Expired'];
	const end = (id: string, status: string) => ({ id, status, error: 'render failed' });

	it('is told by any 2xx and 4xx, in an envelope and without, and never by a 5xx', () => {
		fc.assert(
			fc.property(
				fc.constantFrom(200, 201, 400, 402, 403, 404, 409, 410, 422, 500, 502, 503),
				fc.constantFrom(...ENDS),
				fc.constantFrom(...ID_FIELDS),
				fc.boolean(),
				fc.constantFrom<unknown>(undefined, 200, 400, 1402, 'TaskFailed'),
				(http, status, field, isWrapped, code) => {
					const data = { [field]: 'abc', status, error: 'render failed' };
					const body = isWrapped ? { code, message: 'failed', data } : { ...data, code };
					const response = read(http, body, 'abc');
					if (http >= 500) expect(response.kind).toBe('unreadable');
					else {
						expect(response).toMatchObject({
							kind: 'prediction',
							prediction: { id: 'abc', state: 'ended', failureReason: 'render failed' },
						});
					}
				},
			),
		);
	});

	it.each([
		[400, { data: end('other', 'failed') }],
		[400, { data: { status: 'failed' } }],
		[400, { data: { id: 'abc', error: 'overloaded' } }],
		[400, { data: { id: 'abc', status: 'error' } }],
		[400, { id: 'abc', status: 'timeout' }],
		[200, { data: end('other', 'failed') }],
		[200, { code: 500, id: 'abc', status: 'error', message: 'upstream' }],
	])('is not told by HTTP %i with %j', (status, body) => {
		expect(read(status, body, 'abc').kind).not.toBe('prediction');
	});

	it('is not told to a submission by a 4xx', () => {
		expect(read(400, { data: end('abc', 'failed') })).toMatchObject({ kind: 'refused' });
	});
});

it('a page that answers a poll is nobody’s word, whatever its status; to a submission it is a no', () => {
	for (const status of [400, 401, 403, 404, 410, 413]) {
		const page = { status, headers: {}, body: '<html><title>No</title></html>' };
		expect(readResponse(page, 0, '', 'abc')).toMatchObject({ kind: 'unreadable', message: 'No' });
		expect(readResponse(page, 0)).toMatchObject({ kind: 'refused', message: 'No' });
	}
});

describe('where things stand', () => {
	const url = 'https://x.com/a.mp4';
	const shapes = [url, [url], { url }, { video_url: url }, [{ url }], [{ video_url: { url } }]];
	const state = (more: object) => read(200, { data: { id: 'abc', ...more } }, 'abc');

	it.each([...VIDEO_FIELDS, ...LAST_VIDEO_FIELDS])('the video may stand in %s', (field) => {
		for (const shape of shapes) {
			expect(state({ status: 'succeeded', outputs: [], [field]: shape })).toMatchObject({
				prediction: { state: 'succeeded', videoUrl: url },
			});
		}
	});

	it('the video is not looked for in url and result where another field has it, or before it is done', () => {
		const other = 'https://x.com/other';
		for (const field of LAST_VIDEO_FIELDS) {
			expect(state({ status: 'succeeded', [field]: other, output: url })).toMatchObject({
				prediction: { videoUrl: url },
			});
			expect(state({ status: 'thinking', [field]: other })).toMatchObject({
				prediction: { state: 'working' },
			});
		}
	});

	it.each(ID_FIELDS)('the id may stand in %s, in an envelope and without, unrounded', (field) => {
		for (const [json, id] of [
			['"cgt-1"', 'cgt-1'],
			['7', '7'],
			['9007199254740993', '9007199254740993'],
		] as const) {
			const data = `{"${field}":${json},"status":"queued"}`;
			for (const body of [data, `{"data":${data}}`, `{"data":[${data}]}`]) {
				expect(readResponse({ status: 200, headers: {}, body }, 0)).toMatchObject({
					prediction: { id, state: 'working' },
				});
			}
		}
	});

	it('every status and spelling is read in any case', () => {
		const words = Object.keys({ ...STATUSES, ...STATUS_SPELLINGS });
		fc.assert(
			fc.property(fc.constantFrom(...words).chain(anyCase), (status) => {
				const documented = STATUS_SPELLINGS[status.toLowerCase()] ?? status.toLowerCase();
				expect(state({ status })).toMatchObject({ prediction: { status: documented } });
			}),
		);
	});
});

describe('why it failed', () => {
	const reasonOf = (body: object) => read(200, body, 'abc');
	it.each([
		['a text', { data: { error: 'dark' } }, 'dark'],
		['its code and words', { data: { error: { code: 'Odd', message: 'dark' } } }, 'Odd: dark'],
		['its code alone', { data: { error: { code: 'Odd' } } }, 'Odd'],
		['the envelope', { message: 'dark', data: { error: null } }, 'dark'],
		['the envelope, where an error is empty', { message: 'dark', data: { error: {} } }, 'dark'],
		['the envelope’s msg', { msg: 'dark', data: { error: '' } }, 'dark'],
		['nothing', { message: 'success', data: { error: null } }, null],
		['nothing, in capitals', { message: 'SUCCESS', data: {} }, null],
	])('is %s', (_, body, failureReason) => {
		const data = { id: 'abc', status: 'failed', ...body.data };
		expect(reasonOf({ code: 200, ...body, data })).toMatchObject({ prediction: { failureReason } });
	});
});
