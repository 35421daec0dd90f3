// Knows ffmpeg: how it makes a video from a picture and how it says what a file is; at most two run at a time, and
// none is left behind. Must not know predictions or HTTP.
import { execFile, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { path as binary } from '@ffmpeg-installer/ffmpeg';

const mostAtOnce = 2;
const watermark = join(__dirname, 'watermark.png');
const framesPerSecond = 24;
/** How much larger than the frame the picture is laid out, so that the camera has room to move. */
const room = 1.08;

export interface RenderRequest {
	/** Of a picture file; undefined draws a test picture. */
	readonly picture: string | undefined;
	/** Of the picture to end with. */
	readonly lastPicture?: string | undefined;
	/** Pixels; even. */
	readonly width: number;
	readonly height: number;
	readonly durationSeconds: number;
	readonly audio: boolean;
	/** No camera movement. */
	readonly cameraFixed: boolean;
}

const even = (pixels: number) => Math.round(pixels / 2) * 2;

/** One picture, filling the frame, repeated for ever with proper timestamps. */
function still(input: string, output: string, format: string, { width, height }: RenderRequest) {
	const [w, h] = [even(width * room), even(height * room)];
	return (
		`[${input}]scale=${w}:${h}:force_original_aspect_ratio=increase,crop=${w}:${h},setsar=1,` +
		`format=${format},loop=loop=-1:size=1,setpts=N/${framesPerSecond}/TB,fps=${framesPerSecond}[${output}]`
	);
}

function filters(request: RenderRequest): string {
	const { width, height, durationSeconds, lastPicture, cameraFixed } = request;
	const along = cameraFixed ? '0.5' : `t/${durationSeconds}`;
	const chain = [still('0:v', 'first', 'yuv420p', request)];
	let scene = 'first';
	if (lastPicture) {
		chain.push(still('2:v', 'last', 'yuva420p', request));
		chain.push(`[last]fade=in:st=${durationSeconds - 1.2}:d=1:alpha=1[fading]`);
		chain.push('[first][fading]overlay[both]');
		scene = 'both';
	}
	chain.push(
		`[${scene}]crop=${width}:${height}:(in_w-out_w)*${along}:(in_h-out_h)*${along}[frame]`,
		`[1:v]scale=${even(width * 0.7)}:-2,format=yuva420p[mark]`,
		'[frame][mark]overlay=(W-w)/2:H-h-H/20,format=yuv420p[video]',
	);
	return chain.join(';');
}

interface FfmpegResult {
	readonly exitCode: number | null;
	/** What it said, which ffmpeg does on stderr. */
	readonly output: string;
}

export class Ffmpeg {
	private readonly children = new Set<ChildProcess>();
	private readonly waiting: Array<() => void> = [];
	private running = 0;
	private closed = false;

	/**
	 * Runs ffmpeg to its end.
	 * @throws when it cannot be started, or after `close()`
	 */
	async run(args: readonly string[]): Promise<FfmpegResult> {
		while (this.running >= mostAtOnce) {
			await new Promise<void>((resolve) => this.waiting.push(resolve));
		}
		if (this.closed) throw new Error('The sandbox is closed');
		this.running += 1;
		try {
			return await this.spawn(args);
		} finally {
			this.running -= 1;
			this.waiting.shift()?.();
		}
	}

	/**
	 * Renders an H.264 MP4 (with an AAC track when `audio`) that carries the watermark.
	 * @throws with ffmpeg's last words when it cannot be made, for instance because the picture is none
	 */
	async render(request: RenderRequest, file: string): Promise<void> {
		const { picture, lastPicture, width, height, durationSeconds, audio } = request;
		const first = picture
			? ['-i', picture]
			: ['-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:duration=0.04`];
		const last = lastPicture ? ['-i', lastPicture] : [];
		const tone = ['-f', 'lavfi', '-i', 'sine=frequency=220:sample_rate=48000'];
		const toneInput = lastPicture ? 3 : 2;
		const { exitCode, output } = await this.run([
			...['-loglevel', 'error', '-y'],
			...[...first, '-i', watermark, ...last, ...(audio ? tone : [])],
			...['-filter_complex', filters(request), '-map', '[video]'],
			...(audio ? ['-map', `${toneInput}:a`, '-c:a', 'aac', '-b:a', '48k'] : ['-an']),
			...['-t', String(durationSeconds), '-r', String(framesPerSecond)],
			...['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '28', '-pix_fmt', 'yuv420p'],
			...['-threads', '2', '-movflags', '+faststart', '-f', 'mp4', file],
		]);
		if (exitCode !== 0) throw new Error(`ffmpeg: ${output.trim().split('\n').at(-1) ?? ''}`);
	}

	/** Ends every ffmpeg at once, and waits for that. */
	async close(): Promise<void> {
		this.closed = true;
		const ended = [...this.children].map(
			(child) => new Promise((resolve) => child.once('close', resolve)),
		);
		for (const child of this.children) child.kill('SIGKILL');
		for (const resume of this.waiting.splice(0)) resume();
		await Promise.all(ended);
	}

	private spawn(args: readonly string[]): Promise<FfmpegResult> {
		return new Promise((resolve, reject) => {
			const whole = ['-hide_banner', '-nostdin', ...args];
			const child = execFile(binary, whole, (error, _stdout, output) => {
				this.children.delete(child);
				// The code is a number when ffmpeg ran, and a word when it did not start.
				if (typeof error?.code === 'string') reject(error);
				else resolve({ exitCode: child.exitCode, output });
			});
			this.children.add(child);
		});
	}
}

export interface VideoFacts {
	/** Pixels. */
	readonly width: number;
	readonly height: number;
	/** Of the longest track; an audio track may outlast the pictures by a few hundredths. */
	readonly durationSeconds: number;
	readonly hasAudio: boolean;
	/** Of the pictures, as ffmpeg names it: `h264`. */
	readonly codec: string;
	/** null where the file does not say. */
	readonly framesPerSecond: number | null;
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
		framesPerSecond: Number(/, (\d+(?:\.\d+)?) fps,/.exec(output)?.[1]) || null,
	};
}
