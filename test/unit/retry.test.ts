// What a fault tells of a request: whether it may have reached GPTProto decides whether it may be sent again and whether a
// person reads that it may be billed.
import { NodeApiError, type INode } from 'n8n-workflow';
import {
	backoffMs,
	isFinalRefusal,
	isSurelyNotAccepted,
	mayConnectNextTime,
	type Obstacle,
	type RateLimited,
	type Refusal,
	readFault,
	refusalByLimit,
	scopeOfRefusal,
} from '../../nodes/SeedanceImageToVideo/prediction/retry';
import { bounds } from '../../nodes/SeedanceImageToVideo/prediction/bounds';
import type { RefusalGround } from '../../nodes/SeedanceImageToVideo/gptproto/refusal';
import { limited, noResponse, refused, unreadable } from './played-run';

/** A fault as Node makes it. */
function fault(message: string, facts: object = {}): Error {
	const [syscall, code] = /^(\w+) (E\w+)/.exec(message)?.slice(1) ?? [];
	return Object.assign(new Error(message), { ...(code && { code, syscall }), ...facts });
}
/** As axios wraps it. */
const axiosFault = (cause: Error & { code?: string }) =>
	Object.assign(new Error(cause.message), { name: 'AxiosError', code: cause.code, cause });
const node = { name: 'Seedance', type: 'seedance' } as INode;
/** As n8n wraps that. */
const nodeApiError = (cause: Error) => new NodeApiError(node, cause as never);
const aggregate = Object.assign(
	new AggregateError([
		fault('connect ECONNREFUSED ::1:443'),
		fault('connect ECONNREFUSED 127.0.0.1:443'),
	]),
	{ code: 'ECONNREFUSED' },
);
const beforeTls = fault(
	'Client network socket disconnected before secure TLS connection was established',
	{ code: 'ECONNRESET' },
);

describe.each([
	['as Node gives it', (one: Error) => one],
	['as axios wraps it', axiosFault],
	['as n8n wraps that', (one: Error) => nodeApiError(axiosFault(one))],
])('a fault %s', (_, wrap) => {
	it.each([
		['connect ECONNREFUSED 127.0.0.1:443', 'ECONNREFUSED'],
		['connect ETIMEDOUT 10.0.0.1:443', 'ETIMEDOUT'],
		['connect EHOSTUNREACH 10.0.0.1:443', 'EHOSTUNREACH'],
		['connect ENETUNREACH 10.0.0.1:443', 'ENETUNREACH'],
		['getaddrinfo ENOTFOUND gptproto.com', 'ENOTFOUND'],
		['getaddrinfo EAI_AGAIN gptproto.com', 'EAI_AGAIN'],
		['write EPROTO 40:error:0A00010B:SSL routines:ssl3_get_record:wrong version number', 'EPROTO'],
		[
			'write EPROTO 40:error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure',
			'EPROTO',
		],
	])('%s was never sent', (message, code) => {
		expect(readFault(wrap(fault(message)))).toEqual({ kind: 'noResponse', code, sent: false });
	});

	it.each([
		['of two addresses that refuse', aggregate, 'ECONNREFUSED'],
		['in the TLS handshake', beforeTls, 'ECONNRESET'],
		[
			'of a certificate',
			fault('certificate has expired', { code: 'CERT_HAS_EXPIRED' }),
			'CERT_HAS_EXPIRED',
		],
		[
			'of a certificate that nobody signed',
			fault('self-signed certificate', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
			'DEPTH_ZERO_SELF_SIGNED_CERT',
		],
	])('%s was never sent', (__, given, code) => {
		expect(readFault(wrap(given))).toEqual({ kind: 'noResponse', code, sent: false });
	});

	it.each([
		['read ECONNRESET', 'ECONNRESET'],
		['read EHOSTUNREACH', 'EHOSTUNREACH'],
		['read EPROTO', 'EPROTO'],
		['read ETIMEDOUT', 'ETIMEDOUT'],
		['write EPIPE', 'EPIPE'],
		['write EHOSTUNREACH', 'EHOSTUNREACH'],
	])('%s may have been sent', (message, code) => {
		expect(readFault(wrap(fault(message)))).toEqual({ kind: 'noResponse', code, sent: true });
	});

	it.each([
		['socket hang up', 'ECONNRESET'],
		['timeout of 30000ms exceeded', 'ECONNABORTED'],
		['aborted', 'ECONNRESET'],
		['Something else', 'ODD'],
	])('%s may have been sent', (message, code) => {
		expect(readFault(wrap(fault(message, { code })))).toEqual({
			kind: 'noResponse',
			code,
			sent: true,
		});
	});
});

it.each([undefined, null, 'text', 7, {}, new Error('odd')])('of %p nothing is known', (given) => {
	expect(readFault(given)).toEqual({ kind: 'noResponse', code: 'UNKNOWN', sent: true });
});

it('n8n’s own protection against private addresses sends nothing', () => {
	const blocked = Object.assign(new Error('blocked'), { name: 'SsrfBlockedIpError' });
	expect(readFault(nodeApiError(axiosFault(blocked)))).toMatchObject({ sent: false });
});

it.each([
	['connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED', false],
	['getaddrinfo ENOTFOUND nowhere', 'ENOTFOUND', false],
	['connect ETIMEDOUT 10.0.0.1:443', 'ETIMEDOUT', false],
	['self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT', false],
	['The request was blocked because it resolves to a restricted IP address', null, false],
	['read ECONNRESET', 'ECONNRESET', true],
	['socket hang up', 'ECONNRESET', true],
	['timeout of 30000ms exceeded', 'ECONNABORTED', true],
])(
	'is read right where n8n has lost what it wrapped, as in 2.30: %s',
	(message, httpCode, sent) => {
		const lost = { message: 'In the words of n8n', messages: [message, message], httpCode };
		const code = httpCode ?? 'BLOCKED_BY_N8N';
		expect(readFault({ ...lost, cause: undefined })).toEqual({ kind: 'noResponse', code, sent });
	},
);

it('a fault that is its own cause ends', () => {
	const circle = fault('odd', { code: 'ODD' }) as Error & { cause?: unknown };
	circle.cause = circle;
	expect(readFault(circle)).toMatchObject({ code: 'ODD' });
});

it('carries nothing of the exception, whose request holds the key', () => {
	const given = Object.assign(fault('read ECONNRESET'), {
		config: { headers: { a: 'sk-secret' } },
	});
	expect(JSON.stringify(readFault(given))).not.toContain('sk-secret');
});

it.each<[Obstacle, boolean]>([
	[limited() as Obstacle, true],
	[refused('badRequest') as Obstacle, true],
	[noResponse('ECONNREFUSED', false) as Obstacle, true],
	[noResponse('ECONNRESET') as Obstacle, false],
	[unreadable() as Obstacle, false],
])('of %j it is sure that nothing was accepted: %p', (outcome, expected) => {
	expect(isSurelyNotAccepted(outcome)).toBe(expected);
});

it('only a connection that never came about, and may come about next time, is tried again', () => {
	const worth = (code: string, sent: boolean) =>
		mayConnectNextTime(noResponse(code, sent) as Obstacle);
	expect(worth('ECONNREFUSED', false)).toBe(true);
	expect(worth('ETIMEDOUT', false)).toBe(true);
	expect(worth('ETIMEDOUT', true)).toBe(false);
	expect(worth('CERT_HAS_EXPIRED', false)).toBe(false);
	expect(mayConnectNextTime(limited() as Obstacle)).toBe(false);
});

type Finality = 'final' | 'finalIfItLasts' | 'forgiven';
const REFUSALS: Readonly<
	Record<RefusalGround, readonly [httpCode: string, finality: Finality, scope: string | null]>
> = {
	keyRefused: ['401', 'final', 'account'],
	balance: ['403', 'final', 'model'],
	forbidden: ['403', 'final', 'model'],
	forbiddenByUnknown: ['403', 'forgiven', 'model'],
	contentPolicy: ['400', 'final', null],
	notFound: ['404', 'final', null],
	badRequest: ['422', 'finalIfItLasts', null],
	tooLarge: ['413', 'finalIfItLasts', null],
	limitReached: ['429', 'finalIfItLasts', 'model'],
	redirect: ['302', 'forgiven', null],
};

it.each(Object.entries(REFUSALS))(
	'%s is final for a poll and holds for others as it should',
	(ground, [httpCode, finality, scope]) => {
		const refusal = refused(ground as RefusalGround, httpCode) as Refusal;
		expect(isFinalRefusal(refusal, null, bounds.notFoundGraceMs - 1)).toBe(finality === 'final');
		expect(isFinalRefusal(refusal, null, bounds.notFoundGraceMs)).toBe(finality !== 'forgiven');
		expect(scopeOfRefusal(refusal)).toBe(scope);
	},
);

it('a prediction may be unknown for a while after this run’s own submission', () => {
	const unknown = refused('notFound') as Obstacle;
	expect(isFinalRefusal(unknown, bounds.notFoundGraceMs - 1, 0)).toBe(false);
	expect(isFinalRefusal(unknown, bounds.notFoundGraceMs, 0)).toBe(true);
	expect(isFinalRefusal(refused('keyRefused', '401') as Obstacle, 0, 0)).toBe(true);
});

it('a missing balance is final at once where it is HTTP 403, and if it lasts where it is another', () => {
	expect(isFinalRefusal(refused('balance', '402') as Obstacle, null, 0)).toBe(false);
	expect(isFinalRefusal(refused('balance', '402') as Obstacle, null, 30_000)).toBe(true);
});

it('a limit that waiting does not help against is a refusal when it comes for the third time', () => {
	const paused = { ...limited(), limitReached: true, message: 'paused' } as RateLimited;
	expect([1, 2].map((times) => refusalByLimit(paused, times))).toEqual([null, null]);
	expect(refusalByLimit(paused, 3)).toEqual({
		kind: 'refused',
		ground: 'limitReached',
		httpCode: '429',
		message: 'paused',
	});
	expect(refusalByLimit(limited() as RateLimited, 300)).toBeNull();
});

it('backs off twice as long each time, up to half a minute, with jitter', () => {
	expect([1, 2, 3, 6, 60].map((faults) => backoffMs(faults, 1))).toEqual([
		1000, 2000, 4000, 30_000, 30_000,
	]);
	expect(backoffMs(1, 0)).toBe(500);
});
