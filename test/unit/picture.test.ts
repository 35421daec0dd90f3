// What is taken for a picture, and for an address of one, and what is sent of it.
import fc from 'fast-check';
import { readAddress } from '../../nodes/SeedanceImageToVideo/gptproto/address';
import { contentOf, imageType } from '../../nodes/SeedanceImageToVideo/gptproto/content';
import { InvalidParameter } from '../../nodes/SeedanceImageToVideo/gptproto/input';
import { isDataUri, readPicture } from '../../nodes/SeedanceImageToVideo/gptproto/picture';
import { DEFAULT_BASE_URL } from '../../nodes/SeedanceImageToVideo/gptproto/reference';

const read = (value: unknown, baseUrl = DEFAULT_BASE_URL) =>
	readPicture({ parameter: 'lastFrameUrl', value }, baseUrl);

const refusal = (fault: object) =>
	expect.objectContaining({ parameter: 'lastFrameUrl', fault: expect.objectContaining(fault) });

const hex = (digits: string) => Buffer.from(digits, 'hex');
const ascii = (text: string) => Buffer.from(text, 'latin1');

/** The beginning of a file of each kind. */
const PICTURES: Readonly<Record<string, Buffer>> = {
	'image/png': ascii('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'),
	'image/jpeg': hex('ffd8ffe000104a464946'),
	'image/webp': ascii('RIFF\x24\0\0\0WEBPVP8 '),
	'image/bmp': ascii('BM\x46\x10\x32\0\0\0\0\0\x36\0\0\0\x28\0\0\0'),
	'image/tiff': ascii('MM\0*\0\0\0\x08'),
	'image/gif': ascii('GIF89a\x01\0\x01\0'),
};
const PNG = PICTURES['image/png'] as Buffer;
const PNG_URI = `data:image/png;base64,${PNG.toString('base64')}`;

const OTHERS: ReadonlyArray<readonly [content: string, bytes: Buffer]> = [
	['heic', ascii('\0\0\0\x24ftypheic\0\0\0\0mif1MiHEMiPr')],
	['heic', ascii('\0\0\0\x18ftypmif1\0\0\0\0mif1heic')],
	['avif', ascii('\0\0\0\x20ftypavif\0\0\0\0avifmif1miaf')],
	['avif', ascii('\0\0\0\x20ftypmif1\0\0\0\0mif1avifmiaf')],
	['video', ascii('\0\0\0\x20ftypisom\0\0\x02\0isomiso2')],
	['video', hex('1a45dfa3a3428681')],
	['jpegXl', hex('ff0a0000')],
	['icon', hex('0000010001001010')],
	['photoshop', ascii('8BPS\0\x01')],
	['pdf', ascii('%PDF-1.7\n')],
	['zip', ascii('PK\x03\x04')],
	[
		'svg',
		Buffer.from('<?xml version="1.0"?>\n<!-- a fox -->\n<svg xmlns="http://www.w3.org/2000/svg">'),
	],
	['svg', Buffer.from('\ufeff <svg>')],
	['webPage', Buffer.from('\n<!DOCTYPE html><title>Sign in</title>')],
	['webPage', Buffer.from('<html lang="en"><body><svg>')],
	['webPage', Buffer.from('<?xml version="1.0"?><html>')],
	['xml', Buffer.from('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>')],
	['json', Buffer.from('{"message":"Not found"}')],
	['text', Buffer.from('BMW, a picture of')],
	['text', Buffer.from('Füchse 🦊').subarray(0, -2)],
	['undefined', Buffer.from('undefined')],
	['null', Buffer.from(' null\n')],
	['[object Object]', Buffer.from('[object Object]')],
	['empty', Buffer.from(' \n')],
	['empty', Buffer.alloc(0)],
	['unknown', hex('00ff00ff00ff')],
	['unknown', ascii('BMtoolong\0')],
];

it.each(Object.entries(PICTURES))('takes %s by its first bytes', (type, bytes) => {
	expect(imageType(bytes)).toBe(type);
});

it.each(OTHERS)('takes what is %s for no picture: %j', (content, bytes) => {
	expect(imageType(bytes)).toBeUndefined();
	expect(contentOf(bytes)).toBe(content);
});

describe('a data URI', () => {
	it.each(Object.entries(PICTURES))(
		'of %s is sent with its type, whatever it declares',
		(type, bytes) => {
			const content = bytes.toString('base64');
			for (const declared of ['image/jpeg', 'image/png', 'image/heic', 'text/plain', '', type]) {
				expect(read(`data:${declared};base64,${content}`)).toBe(`data:${type};base64,${content}`);
			}
		},
	);

	const content = PNG.toString('base64');
	it.each([
		`data:image/png;charset=utf-8;base64,${content}`,
		`data:image/png,${content}`,
		`DATA:IMAGE/PNG;BASE64,${content}`,
		`data:image/png;base64,\n${content.slice(0, 5)}\r\n ${content.slice(5)}\n`,
		`data:image/png;base64,${content.slice(0, 5)}\u200b${content.slice(5)}\ufeff`,
		`"data:image/png;base64,${content}"`,
		` \u200bdata:image/png;base64,${content} `,
	])('is sent plain: %j', (value) => {
		expect(isDataUri(value)).toBe(true);
		expect(read(value)).toBe(PNG_URI);
	});

	it('is sent in plain base64 where it came in that of addresses, or encoded', () => {
		const base64 = 'iVBORw0KGgoAAAAN+/+/8w==';
		const bytes = Buffer.from(base64, 'base64');
		const plain = `data:image/png;base64,${base64}`;
		expect(read(`data:image/png;base64,${bytes.toString('base64url')}`)).toBe(
			plain.replace(/=+$/, ''),
		);
		expect(read(`data:image/png;base64,${encodeURIComponent(base64)}`)).toBe(plain);
	});

	it.each(OTHERS)('that holds what is %s is refused: %j', (content, bytes) => {
		const value = `data:image/png;base64,${bytes.toString('base64')}`;
		expect(() => read(value)).toThrow(refusal({ kind: 'notAPicture', content }));
	});

	it.each([
		['data:image/png;base64,undefined', 'undefined'],
		['data:image/png;base64,null', 'null'],
		['data:image/png;base64,[object Object]', '[object Object]'],
		['data:image/png;base64,', 'empty'],
		['data:image/png;base64', 'empty'],
		['data:,', 'empty'],
		['data:text/plain,hello', 'text'],
		['data:image/png;base64,<html><body>Sign in', 'webPage'],
		['data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22%3E', 'svg'],
		['data:image/svg+xml;utf8,<svg xmlns="http://www.w3.org/2000/svg">', 'svg'],
	])('%s is refused as %s', (value, content) => {
		expect(() => read(value)).toThrow(refusal({ kind: 'notAPicture', content }));
	});

	it.each([
		`${PNG_URI}!`,
		`${PNG_URI},${PNG_URI}`,
		`${PNG_URI}\nhttps://example.com/b.png`,
		'data:image/png;base64,iVBORw0KGgo=AAA=',
	])('with other characters in it is refused: %s', (value) => {
		expect(() => read(value)).toThrow(refusal({ kind: 'notBase64' }));
	});

	it('of 30 MB is looked at to its last character without choking on it, and not copied', () => {
		const value = `${PNG_URI.slice(0, -4)}${'A'.repeat(40_000_000)}`;
		expect(read(value)).toBe(value);
		expect(() => read(`${value}!`)).toThrow(refusal({ kind: 'notBase64' }));
		const other = value.replace('image/png', 'image/jpeg');
		expect(read(other) === value).toBe(true);
	});
});

describe('an address', () => {
	it.each([
		'https://example.com/a.png',
		'HTTP://EXAMPLE.COM/A.PNG',
		'https://example.com',
		'https://example.com/resize?a=1,2&size=[3]',
		'https://example.com/a,b;c.png',
		'https://example.com/%C3%A9%20%2F.png?x=%2C',
		'https://user:word@example.com:8443/a.png#top',
		'https://proxy.example.com/?https://example.com/a.png',
		'https://proxy.example.com/fetch/w_300,h_200/https://example.com/a.png',
		'https://proxy.example.com/?url=https://example.com/a.png&next=https%3A%2F%2Fexample.com',
	])('is sent as it is: %s', (value) => {
		expect(read(value)).toBe(value);
	});

	it.each([
		[' https://example.com/a.png\n', 'https://example.com/a.png'],
		['\u200bhttps://example.com/a.png\u200b', 'https://example.com/a.png'],
		['https://example.com/a.png\ufeff', 'https://example.com/a.png'],
		['https://exam\u00adple.com/a\u2060.png\u202c', 'https://example.com/a.png'],
		['https://example.com/a.png\u0000', 'https://example.com/a.png'],
		['<https://example.com/a.png>', 'https://example.com/a.png'],
		['"https://example.com/a.png"', 'https://example.com/a.png'],
		['` https://example.com/a.png `', 'https://example.com/a.png'],
		['https://example.com/a.png, ', 'https://example.com/a.png'],
		['https://example.com/my cat.png', 'https://example.com/my%20cat.png'],
		['https://example.com/my big cat.PNG?w=1', 'https://example.com/my%20big%20cat.PNG?w=1'],
		['https://example.com/my cats/cat (1).jpeg', 'https://example.com/my%20cats/cat%20(1).jpeg'],
		['https://example.com/café.png', 'https://example.com/caf%C3%A9.png'],
		['https://example.com/caf%C3%A9 é.png', 'https://example.com/caf%C3%A9%20%C3%A9.png'],
		['https://example.com/a.png?name=é', 'https://example.com/a.png?name=%C3%A9'],
		['https://example.com/100%.png', 'https://example.com/100%25.png'],
		['https://example.com/🦊.png', 'https://example.com/%F0%9F%A6%8A.png'],
		['https://bücher.example.com/a.png', 'https://xn--bcher-kva.example.com/a.png'],
		['https://example.com/a.png?fonts=A|B', 'https://example.com/a.png?fonts=A%7CB'],
		['https:/example.com/a.png', 'https://example.com/a.png'],
	])('%j is sent as %s', (value, expected) => {
		expect(read(value)).toBe(expected);
	});

	it.each([
		['', 'empty'],
		[undefined, 'empty'],
		[{}, 'notText'],
		[['https://example.com/a.png'], 'notText'],
		['example.com/a.png', 'notAnAddress'],
		['ftp://example.com/a.png', 'notAnAddress'],
		['javascript:alert(1)', 'notAnAddress'],
		['undefined', 'notAnAddress'],
		['https://', 'notAnAddress'],
		['https://exa%mple.com/a.png', 'notAnAddress'],
		['https://example.com/a.png,https://example.com/b.png', 'severalAddresses'],
		['https://example.com/a.png, https://example.com/b.png', 'severalAddresses'],
		['https://example.com/a.png\nhttps://example.com/b.png', 'severalAddresses'],
		['https://example.com/a.png https://example.com/b.png', 'severalAddresses'],
		['https://example.com/a.png;HTTP://example.com/b.png', 'severalAddresses'],
		['https://example.com/a.png | https://example.com/b.png', 'severalAddresses'],
		['"https://example.com/a.png", "https://example.com/b.png"', 'severalAddresses'],
		['https://example.com/a.pnghttps://example.com/b.png', 'severalAddresses'],
		['https://example.com/a?x=1,2,https://example.com/b?x=1,2', 'severalAddresses'],
		['https://example.com/a.png the fox', 'textBehindAddress'],
		['https://example.com/a.png (front.jpg)', 'textBehindAddress'],
		['https://example.com/a the fox', 'textBehindAddress'],
		['https://example.com my fox.png', 'textBehindAddress'],
		['https://example.com/a.png\nthe fox', 'textBehindAddress'],
		['https://example.com/a\tb.png', 'textBehindAddress'],
		['https://example.com/a.png, example.com/b.png', 'textBehindAddress'],
	])('is not %j: %s', (value, kind) => {
		expect(() => read(value)).toThrow(refusal({ kind }));
	});

	it.each([
		'http://localhost:5678/a.png',
		'http://minio:9000/bucket/a.png',
		'http://host.docker.internal/a.png',
		'http://192.168.1.5/a.png',
		'http://[fd00::1]/a.png',
		'http://[::ffff:10.0.0.1]/a.png',
		'http://2130706433/a.png',
		'https://nas.local/a.png',
		'https://nas./a.png',
	])('%s is taken only where the API is on a private network, too', (value) => {
		expect(() => read(value)).toThrow(refusal({ kind: 'privateAddress' }));
		expect(read(value, 'http://127.0.0.1:8787')).toBe(value);
		expect(read(value, 'http://sandbox:8787')).toBe(value);
	});

	it('is well-formed when it is sent, whatever was given', () => {
		const given = fc.tuple(fc.webUrl({ withQueryParameters: true }), fc.string({ unit: 'binary' }));
		fc.assert(
			fc.property(given, ([address, more]) => {
				try {
					const sent = read(address + more);
					expect(sent).toMatch(/^https?:\/\/[!-~]+$/);
					expect(sent).not.toMatch(/%(?![0-9a-f]{2})|["<>\\^`{|}]/i);
					// What was sent once is sent again as it is.
					expect(read(sent)).toBe(sent);
				} catch (refused) {
					expect(refused).toBeInstanceOf(InvalidParameter);
				}
			}),
			{ numRuns: 2000 },
		);
	});
});

it('is read alike however often, also by a Node.js that has optimized it', () => {
	const address = 'https://bücher.example.com/ä.png';
	const read = () => readAddress('imageUrl', address, 'https://gptproto.com');
	const results = new Set(Array.from({ length: 50_000 }, read));
	expect([...results]).toEqual(['https://xn--bcher-kva.example.com/%C3%A4.png']);
});
