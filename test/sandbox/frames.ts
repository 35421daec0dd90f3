// Knows how to look at single frames of a video file.
import { readFile } from 'node:fs/promises';
import { probeVideo } from '../../sandbox';
import { Ffmpeg } from '../../sandbox/ffmpeg';

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
