// Knows how a video is made from a picture: the ffmpeg command. Must not know predictions or HTTP.
import { join } from 'node:path';
import type { Ffmpeg } from './ffmpeg';

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

/**
 * Renders an H.264 MP4 (with an AAC track when `audio`) that carries the watermark.
 * @throws with ffmpeg's last words when it cannot be made, for instance because the picture is none
 */
export async function render(ffmpeg: Ffmpeg, request: RenderRequest, file: string): Promise<void> {
	const { picture, lastPicture, width, height, durationSeconds, audio } = request;
	const first = picture
		? ['-i', picture]
		: ['-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:duration=0.04`];
	const last = lastPicture ? ['-i', lastPicture] : [];
	const tone = ['-f', 'lavfi', '-i', 'sine=frequency=220:sample_rate=48000'];
	const toneInput = lastPicture ? 3 : 2;
	const { exitCode, output } = await ffmpeg.run([
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
