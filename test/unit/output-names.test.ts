// What the file of a video may be called, and what its field may.
import {
	readFileName,
	readOutputField,
} from '../../nodes/SeedanceImageToVideo/execute/output-names';

it.each([
	['fox', 'fox.mp4'],
	['fox.mp4', 'fox.mp4'],
	['Fox.MP4', 'Fox.MP4'],
	[' my fox, 2. try \n', 'my fox, 2. try.mp4'],
	['fox.mov', 'fox.mov.mp4'],
	['füchse 🦊', 'füchse 🦊.mp4'],
	[7, '7.mp4'],
	['console', 'console.mp4'],
	[undefined, null],
])('calls the file of %j %s', (value, expected) => {
	expect(readFileName(value)).toBe(expected);
});

it.each([
	'videos/fox',
	'..\\fox.mp4',
	'..',
	'.mp4',
	'fox.',
	'fox\u0000.mp4',
	'fo\nx',
	'fox?',
	'a:b',
	'"fox"',
	'<fox>',
	'a|b',
	'*',
	'CON',
	'nul.mp4',
	'Com1.fox',
	'fox\u202egpj.mp4',
	'fox\ud83e',
	'x'.repeat(252),
	'🦊'.repeat(63),
])('refuses %j for a file', (value) => {
	expect(() => readFileName(value)).toThrow(
		expect.objectContaining({ parameter: 'fileName', fault: { kind: 'notAFileName' }, value }),
	);
});

it.each([[{}], [['fox']], [true]])('takes no %j for the name of a file', (value) => {
	expect(() => readFileName(value)).toThrow(
		expect.objectContaining({ parameter: 'fileName', fault: { kind: 'notText' } }),
	);
});

it.each(['__proto__', 'constructor', 'prototype'])('refuses %s for a field', (value) => {
	expect(() => readOutputField(value)).toThrow(
		expect.objectContaining({ fault: { kind: 'reservedName' } }),
	);
});
