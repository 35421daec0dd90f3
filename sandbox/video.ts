// Knows where the bytes of a prediction's video come from, and renders each different one once.
// Must not know HTTP.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { frameSize, settingsOf } from './contract';
import { Ffmpeg, type RenderRequest } from './ffmpeg';
import { fetchPicture, type Picture } from './picture';
import type { SandboxPrediction, VideoInputs } from './predictions';

/** Where the video of a succeeded prediction comes from. */
export type VideoSource =
	/** ffmpeg makes it from the submitted picture, at the first download. */
	| { kind: 'render' }
	/** `size` bytes made while they are sent, an MP4 in name only; for memory measurements. */
	| { kind: 'bytes'; size: number }
	| { kind: 'buffer'; data: Buffer };

export interface VideoSettings {
	/** Default `{ kind: 'render' }`. */
	video: VideoSource;
	/** Milliseconds to wait for a picture given by URL, when it is rendered. Default 5000. */
	pictureTimeoutMs: number;
}

/** Bytes ready to be sent. `read` takes positions, `end` exclusive. */
export interface Content {
	/** Media type. */
	readonly type: string;
	readonly size: number;
	readonly read: (start: number, end: number) => Readable;
}

interface Rendered {
	readonly file: string;
	/** Whether a test picture had to take the place of one that ffmpeg cannot read. */
	readonly standIn: boolean;
}

/** The beginning of an MP4: an `ftyp` box of 24 bytes, brands isom and avc1. */
const ftyp = Buffer.from('000000186674797069736f6d0000020069736f6d61766331', 'hex');
const filler = Buffer.alloc(64 * 1024);

/** The bytes from `start` to `end` of a video that is none; `end` may be Infinity. */
export function* madeUp(start: number, end: number): Generator<Buffer> {
	let at = start;
	while (at < end) {
		const part =
			at < ftyp.length
				? ftyp.subarray(at, Math.min(end, ftyp.length))
				: filler.subarray(0, Math.min(filler.length, end - at));
		at += part.length;
		yield part;
	}
}

/** A video, or any other content, that is held in memory. */
export function inMemory(content: Buffer | string, type = 'video/mp4'): Content {
	const data = Buffer.from(content);
	return {
		type,
		size: data.length,
		read: (start, end) => Readable.from([data.subarray(start, end)]),
	};
}

export class VideoShelf {
	private readonly ffmpeg = new Ffmpeg();
	private readonly cancelled = new AbortController();
	private readonly rendered = new Map<string, Promise<Rendered>>();
	private readonly fetched = new Map<string, Promise<Picture>>();
	/** How many renders were started. */
	renders = 0;

	/** @param folder for work files; must exist */
	constructor(
		readonly folder: string,
		private readonly settings: VideoSettings,
	) {}

	/**
	 * The video of a prediction, rendered now if it was not before.
	 * @throws when ffmpeg fails even with a test picture
	 */
	async videoOf(prediction: SandboxPrediction, inputs: VideoInputs): Promise<Content> {
		const { video } = this.settings;
		if (video.kind === 'buffer') return inMemory(video.data);
		if (video.kind === 'bytes') {
			const read = (start: number, end: number) => Readable.from(madeUp(start, end));
			return { type: 'video/mp4', size: video.size, read };
		}
		const file = await this.renderOnce(prediction, inputs);
		const { size } = await stat(file);
		return {
			type: 'video/mp4',
			size,
			read: (start, end) => createReadStream(file, { start, end: end - 1 }),
		};
	}

	/** Ends what runs. */
	async close(): Promise<void> {
		this.cancelled.abort();
		await this.ffmpeg.close();
		await Promise.allSettled(this.rendered.values());
	}

	private async renderOnce(prediction: SandboxPrediction, inputs: VideoInputs): Promise<string> {
		const picture = await this.fetchOnce(inputs.picture);
		const lastPicture = inputs.lastPicture && (await this.fetchOnce(inputs.lastPicture));
		const settings = settingsOf(prediction.body);
		const request = {
			picture: pathOf(picture),
			lastPicture: lastPicture && pathOf(lastPicture),
			...frameSize(prediction.model, settings.resolution, settings.aspectRatio),
			durationSeconds: settings.durationSeconds,
			audio: settings.generateAudio,
			cameraFixed: settings.cameraFixed,
		};
		const key = createHash('sha256').update(JSON.stringify(request)).digest('hex');
		let rendering = this.rendered.get(key);
		if (!rendering) {
			rendering = this.renderOrStandIn(request, join(this.folder, `${key}.mp4`));
			this.rendered.set(key, rendering);
		}
		const { file, standIn } = await rendering;
		prediction.picture = standIn
			? `generated test picture, since ffmpeg could not read the ${picture.note}`
			: picture.note;
		return file;
	}

	private async renderOrStandIn(request: RenderRequest, file: string): Promise<Rendered> {
		this.renders += 1;
		try {
			await this.ffmpeg.render(request, file);
			return { file, standIn: false };
		} catch (error) {
			if (this.cancelled.signal.aborted || !request.picture) throw error;
			await this.ffmpeg.render({ ...request, picture: undefined, lastPicture: undefined }, file);
			return { file, standIn: true };
		}
	}

	private async fetchOnce(picture: Picture): Promise<Picture> {
		if (picture.kind !== 'url') return picture;
		const known = this.fetched.get(picture.url);
		if (known) return await known;
		const { pictureTimeoutMs } = this.settings;
		const { signal } = this.cancelled;
		const fetching = fetchPicture(picture, this.folder, pictureTimeoutMs, signal);
		this.fetched.set(picture.url, fetching);
		return await fetching;
	}
}

/** Files are named after their content, so the path says which picture it is. */
function pathOf(picture: Picture): string | undefined {
	return picture.kind === 'file' ? picture.path : undefined;
}
