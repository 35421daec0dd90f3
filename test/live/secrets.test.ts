// What is taken out of a text before it is written down, and what stays.
import { withoutSecrets } from '../../tools/live/secrets';

const KEY = 'sk-a/b+c0123456789';
const base64 = 'iVBORw0KGgo'.repeat(40);

it.each([
	['the key', `Bearer ${KEY}.`, 'Bearer ***.'],
	['the key in an address', `at/${encodeURIComponent(KEY)}`, 'at/***'],
	['the key behind escapes', String.raw`"sk-a\/b\u002bc0123456789"`, '"***"'],
	[
		'the key behind escapes of escapes',
		String.raw`"{\"k\":\"sk-a\\/b\\u002bc0123456789\"}"`,
		String.raw`"{\"k\":\"***\"}"`,
	],
	['what is left of a key', 'Invalid Token sk-abc****wxyz (id 7)', 'Invalid Token *** (id 7)'],
	['a signature', 'https://a.b/v.mp4?X-Sign=1f2e&x=', 'https://a.b/v.mp4?X-Sign=***&x=***'],
	['a signature without a name', '"https://a.b/v.mp4?1f2e"', '"https://a.b/v.mp4?***"'],
	[
		'a signature after an escape',
		String.raw`https://a.b/?a=1\u0026sign=1f2e`,
		'https://a.b/?a=***&sign=***',
	],
	['a password', 'https://me:pass@a.b/c', 'https://***@a.b/c'],
	[
		'a data URI',
		`"data:image/png;base64,${base64}"`,
		'"data:image/png;base64,*** (440 characters)"',
	],
	['a picture alone', `{"image":"${base64}=="}`, '{"image":"*** (442 characters)"}'],
])('%s goes', (_what, text, left) => {
	expect(withoutSecrets(text, KEY)).toBe(left);
	expect(withoutSecrets(left, KEY)).toBe(left);
});

it.each([
	'https://tos.gptproto.com/resource/cat.png',
	'https://a.b/v.mp4?X-Tos-Expires=86400&X-Tos-Date=20260101T000000Z&Expires=1790000000',
	'{"id":12345678901234567890,"task_id":"cgt-20251225201409-abc","n":1.50}',
	String.raw`{"message":"He said \"no\"\n\u00e9"}`,
	'the risk-free task-list',
])('%s stays', (text) => {
	expect(withoutSecrets(text, KEY)).toBe(text);
});
