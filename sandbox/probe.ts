// Knows how to read from a video file what it is. Must not know how it came to be.
import { Ffmpeg } from './ffmpeg';

export interface VideoFacts {
	/** Pixels. */
	readonly width: number;
	readonly height: number;
	/** Of the longest track; an audio track may outlast the pictures by a few hundredths. */
	readonly durationSeconds: number;
	readonly hasAudio: boolean;
	/** Of the pictures, as ffmpeg names it: `h264`. */
	readonly codec: string;
}

/**
 * Asks ffmpeg what is in a video file.
 * @throws when the file holds no video
 */
export async function probeVideo(file: string): Promise<VideoFacts> {
	// Without an output file ffmpeg describes the input and exits with 1, which is no failure here.
	const { output } = await new Ffmpeg().run(['-i', file]);
	const duration = /Duration: (\d+):(\d+):(\d+(?:\.\d+)?)/.exec(output);
	const video = /Stream #.*?: Video: (\w+).*?, (\d+)x(\d+)[ ,]/.exec(output);
	if (!duration || !video) throw new Error(`Not a video: ${file}\n${output}`);
	const [, hours, minutes, seconds] = duration.map(Number);
	return {
		width: Number(video[2]),
		height: Number(video[3]),
		durationSeconds: (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0),
		hasAudio: /Stream #.*?: Audio: /.test(output),
		codec: video[1] ?? '',
	};
}
