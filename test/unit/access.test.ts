// The base URL and the key as people paste them, and which addresses a node may open.
import fc from 'fast-check';
import {
	bareKey,
	isAtBase,
	isPrivateAddress,
	readBaseUrl,
} from '../../nodes/SeedanceImageToVideo/gptproto/access';

it.each([
	['sk-abc', 'sk-abc'],
	[' sk-abc\n', 'sk-abc'],
	['Bearer sk-abc', 'sk-abc'],
	['bearer   sk-abc ', 'sk-abc'],
	['sk-abc\u200b', 'sk-abc'],
	['\ufeffsk-abc', 'sk-abc'],
	['sk-a\u00adbc', 'sk-abc'],
	['\u200bBearer\u00a0sk-abc', 'sk-abc'],
	['sk-\r\nabc', 'sk-abc'],
	['Bearer', 'Bearer'],
	['', ''],
	[undefined, ''],
	[null, ''],
	[7, ''],
])('of the key %j is sent %j', (value, expected) => {
	expect(bareKey(value)).toBe(expected);
});

it('whatever is pasted, what is sent can be in a header', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), (value) => {
			expect(bareKey(value)).toMatch(/^[\x21-\x7e]*$/);
		}),
	);
});

it.each([
	['https://gptproto.com/', 'https://gptproto.com'],
	[' https://gptproto.com// ', 'https://gptproto.com'],
	['http://127.0.0.1:8787/proxy/', 'http://127.0.0.1:8787/proxy'],
	['HTTPS://GPTProto.com:443/', 'https://gptproto.com'],
	['', 'https://gptproto.com'],
	['  ', 'https://gptproto.com'],
	[undefined, 'https://gptproto.com'],
	[7, 'https://gptproto.com'],
])('reads the base URL %j as %j', (value, baseUrl) => {
	expect(readBaseUrl(value)).toEqual({ baseUrl });
});

it.each([
	['gptproto.com', 'noScheme'],
	['//gptproto.com', 'noScheme'],
	['ftp://gptproto.com', 'notAUrl'],
	['file:///etc/passwd', 'notAUrl'],
	['https://', 'noScheme'],
	['https://a b', 'notAUrl'],
	['https://me@gptproto.com', 'userInfo'],
	['https://me:secret@gptproto.com', 'userInfo'],
	['https://gptproto.com?x=1', 'query'],
	['https://gptproto.com/?', 'query'],
	['https://gptproto.com/#', 'query'],
	['https://gptproto.com#api', 'query'],
])('refuses the base URL %j: %s', (value, fault) => {
	expect(readBaseUrl(value)).toEqual({ fault });
});

it.each([
	['https://gptproto.com/v1/models', true],
	['https://GPTPROTO.com:443/v1/models', true],
	['http://gptproto.com/v1/models', false],
	['https://gptproto.com:8443/', false],
	['https://gptproto.com@example.com/', false],
	['https://gptproto.com.example.com/', false],
	['/v1/models', false],
	['nonsense', false],
])('%s is at the base: %p', (address, expected) => {
	expect(isAtBase(address, 'https://gptproto.com')).toBe(expected);
});

it.each([
	'http://localhost/a',
	'http://LOCALHOST:8787/a',
	'http://n8n.local/a',
	'http://db.internal/a',
	'http://127.0.0.1/a',
	'http://127.1/a',
	'http://2130706433/a',
	'http://0x7f.1/a',
	'http://0.0.0.0/a',
	'http://10.255.255.255/a',
	'http://100.64.0.1/a',
	'http://169.254.169.254/latest/meta-data',
	'http://172.31.0.1/a',
	'http://192.168.0.1/a',
	'http://[::]/a',
	'http://[::1]/a',
	'http://[::ffff:127.0.0.1]/a',
	'http://[::ffff:a00:1]/a',
	'http://[fd00::1]/a',
	'http://[fe80::1]/a',
	'http://localhost./a',
])('%s is on a private network', (address) => {
	expect(isPrivateAddress(address)).toBe(true);
});

it.each([
	'https://gptproto.com/a.mp4',
	'http://8.8.8.8/a',
	'http://100.128.0.1/a',
	'http://172.32.0.1/a',
	'http://11.0.0.1/a',
	'http://[2001:4860:4860::8888]/a',
	'http://[::ffff:8.8.8.8]/a',
	'http://fd.example.com/a',
	'http://localhost.example.com/a',
])('%s is on the internet', (address) => {
	expect(isPrivateAddress(address)).toBe(false);
});
