// Knows how to make a picture without a library, and how to look at one picture of a video file.
import { readFile } from 'node:fs/promises';
import { Ffmpeg, probeVideo } from '../../sandbox/ffmpeg';

/** A BMP of one colour. */
export function plainPicture(red: number, green: number, blue: number, side = 64): Buffer {
	const pixels = side * side * 3;
	const file = Buffer.alloc(54 + pixels);
	file.write('BM');
	file.writeUInt32LE(file.length, 2);
	file.writeUInt32LE(54, 10);
	file.writeUInt32LE(40, 14);
	file.writeInt32LE(side, 18);
	file.writeInt32LE(side, 22);
	file.writeUInt16LE(1, 26);
	file.writeUInt16LE(24, 28);
	for (let at = 54; at < file.length; at += 3) file.set([blue, green, red], at);
	return file;
}

export const asDataUri = (picture: Buffer) => `data:image/bmp;base64,${picture.toString('base64')}`;

/** The brightness of one picture of a video, 0 to 255, by row and column. */
export async function brightness(file: string, atSeconds: number) {
	const { width } = await probeVideo(file);
	const raw = `${file}.raw`;
	const { exitCode, output } = await new Ffmpeg().run([
		...['-y', '-ss', String(atSeconds), '-i', file],
		...['-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'gray', raw],
	]);
	if (exitCode !== 0) throw new Error(output);
	const data = await readFile(raw);
	return (row: number, column: number) => data[Math.round(row) * width + Math.round(column)] ?? -1;
}
