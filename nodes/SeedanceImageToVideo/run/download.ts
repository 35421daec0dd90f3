// Streams a finished video into n8n's binary store, so that it never sits in memory, and watches that bytes keep coming.
import type { IBinaryData } from 'n8n-workflow';
import type { SucceededPrediction } from '../api/prediction';
import { ERROR_CODES } from '../api/reference';
import { ItemFailure } from './failure';
import { limits } from './limits';
import { backoffMs } from './retry';
import { type Run, throwIfCancelled } from './run';
import type { ByteStream } from './transport';

/** Puts a stream in the binary store; rejects when the stream breaks off. */
export type StoreVideo = (stream: ByteStream, fileName: string) => Promise<IBinaryData>;

const VIDEO_TYPE = /^\s*($|video\/|(application|binary)\/octet-stream)/i;

/** Ends a stream that is cancelled or over which nothing has come for a while. */
async function watch(run: Run, stream: ByteStream, done: AbortSignal): Promise<void> {
	const { socket } = stream;
	const slices = Math.max(1, Math.ceil(limits.downloadIdleMs / 1000));
	let bytes = -1;
	let idleSlices = 0;
	while (!done.aborted) {
		await run.clock.sleep(
			limits.downloadIdleMs / slices,
			AbortSignal.any([done, ...(run.signal ? [run.signal] : [])]),
		);
		if (done.aborted) return;
		if (run.signal?.aborted) {
			stream.destroy(new Error('The execution was cancelled'));
			return;
		}
		const now = socket?.bytesRead ?? bytes + 1;
		idleSlices = now === bytes ? idleSlices + 1 : 0;
		bytes = now;
		if (idleSlices >= slices) {
			stream.destroy(new Error('No data came any more'));
			return;
		}
	}
}

async function downloadOnce(
	run: Run,
	url: string,
	fileName: string,
	store: StoreVideo,
): Promise<IBinaryData | string> {
	const answer = await run.transport.openVideo(url, run.signal);
	if (!('stream' in answer)) return `no answer (${answer.code})`;
	const { status, contentType, stream } = answer;
	if (status === ERROR_CODES.tooManyRequests) run.pace.limited(answer.retryAfterMs);
	if (status < 200 || status >= 300) {
		stream.destroy(new Error('Not a video'));
		return `HTTP ${status}`;
	}
	if (!VIDEO_TYPE.test(contentType)) {
		stream.destroy(new Error('Not a video'));
		return `content of type "${contentType}" in place of a video`;
	}
	const done = new AbortController();
	const watching = watch(run, stream, done.signal);
	try {
		return await store(stream, fileName);
	} catch (fault) {
		return fault instanceof Error ? fault.message.slice(0, 200) : 'the transfer broke off';
	} finally {
		done.abort();
		await watching;
	}
}

/**
 * Downloads a video, from its start again after a fault, up to a few times.
 *
 * @throws ItemFailure with the prediction's id and the video's address
 * @throws Cancelled
 */
export async function downloadVideo(
	run: Run,
	prediction: SucceededPrediction & { readonly videoUrl: string },
	store: StoreVideo,
): Promise<IBinaryData> {
	return await run.downloads(async () => {
		let fault = '';
		for (let attempt = 1; attempt <= limits.downloadAttempts; attempt++) {
			if (attempt > 1) await run.clock.sleep(backoffMs(attempt - 1, run.random()), run.signal);
			throwIfCancelled(run);
			const result = await run.pace.download(async () => {
				throwIfCancelled(run);
				return await downloadOnce(run, prediction.videoUrl, `${prediction.id}.mp4`, store);
			});
			if (typeof result !== 'string') return result;
			fault = result;
		}
		throwIfCancelled(run);
		throw new ItemFailure({
			message: `The video of prediction ${prediction.id} is finished but could not be downloaded`,
			description: `The last of ${limits.downloadAttempts} tries brought: ${fault}. The video is at ${prediction.videoUrl} for about a day; Get Result with this prediction ID downloads it without paying again.`,
			origin: 'service',
			predictionId: prediction.id,
			status: prediction.status,
			videoUrl: prediction.videoUrl,
			cause: 'temporarily-unavailable',
		});
	});
}
