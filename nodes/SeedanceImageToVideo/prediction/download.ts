// Streams a finished video into n8n's binary store, so that it never sits in memory, and looks that it is a video, comes
// whole, and comes to an end.
import type { IBinaryData } from 'n8n-workflow';
import type { SucceededPrediction } from '../gptproto/prediction';
import { bounds } from './bounds';
import { onAbort } from './clock';
import { Cancelled, HeldBack } from './limiter';
import { type DownloadFault, PredictionFailure } from './reason';
import { backoffMs } from './retry';
import type { Account, Run } from './run';
import type { ByteStream, VideoAnswer } from './transport';
import { throwIfCancelled } from './wait';

/** Puts a stream in the binary store; rejects when the stream breaks off. */
export type VideoStore = (stream: ByteStream, fileName: string) => Promise<IBinaryData>;

const bytesOf = (text: string): readonly number[] => [...Buffer.from(text)];
/** A page or a message begins so, after white space or a byte order mark. A video, of whatever container, does not. */
const PAGE_OR_MESSAGE = bytesOf('<{[');
const SKIPPED = bytesOf(' \t\r\n\ufeff');

/** Counts what passes through a stream, and ends it when it must not go on. */
class Watch {
	bytes = 0;
	fault: DownloadFault | null = null;
	private lastByteAt: number;
	private hasBegun = false;

	constructor(
		private readonly run: Run,
		private readonly answer: VideoAnswer,
		private readonly deadline: number,
		private readonly hangUp: () => void,
	) {
		this.lastByteAt = run.clock.now();
		// Paused, so that no byte passes before somebody stores it.
		answer.stream.pause();
		answer.stream.on('data', (chunk) => this.see(chunk));
	}

	private see(chunk: Uint8Array): void {
		this.lastByteAt = this.run.clock.now();
		this.bytes += chunk.length;
		const first = this.hasBegun ? undefined : chunk.find((byte) => !SKIPPED.includes(byte));
		if (first !== undefined) {
			this.hasBegun = true;
			const contentType = String(this.answer.headers['content-type'] ?? '');
			if (PAGE_OR_MESSAGE.includes(first)) this.end({ kind: 'notAVideo', contentType });
		}
		if (this.bytes > bounds.videoBytes) this.end({ kind: 'tooLarge' });
	}

	end(fault: DownloadFault): void {
		this.fault ??= fault;
		// First: n8n 2 wraps the connection's stream, and a wrapper waits for the next byte before it is destroyed.
		this.hangUp();
		this.answer.stream.destroy(new Error(fault.kind));
	}

	/** Looks once a second until `done`. */
	async keep(done: AbortSignal): Promise<void> {
		const { clock } = this.run;
		while (!done.aborted) {
			const now = clock.now();
			if (now >= this.deadline) this.end({ kind: 'tooSlow' });
			else if (now - this.lastByteAt >= bounds.downloadIdleMs) {
				this.end({ kind: 'brokeOff', message: 'no more data' });
			}
			await clock.sleep(Math.min(1000, bounds.downloadIdleMs, this.deadline - now + 1), done);
			if (this.fault) return;
		}
	}

	/** What is wrong with a stream that came to its end. */
	verdict(): DownloadFault | null {
		if (this.fault) return this.fault;
		if (this.bytes === 0) return { kind: 'empty' };
		const announced = announcedBytes(this.answer);
		const isPacked = (this.answer.headers['content-encoding'] ?? 'identity') !== 'identity';
		return !isPacked && Number.isFinite(announced) && this.bytes !== announced
			? { kind: 'incomplete', bytes: this.bytes, announced }
			: null;
	}
}

function announcedBytes({ headers }: VideoAnswer): number {
	return Number(headers['content-length'] ?? NaN);
}

type Downloaded =
	| { readonly video: IBinaryData }
	| { readonly video: null; readonly fault: DownloadFault; readonly retryAfterMs: number };

async function downloadOnce(
	run: Run,
	{ transport }: Account,
	url: string,
	fileName: string,
	store: VideoStore,
	deadline: number,
): Promise<Downloaded> {
	const abort = new AbortController();
	const done = new AbortController();
	const forget = onAbort(run.signal, () => abort.abort());
	const { clock } = run;
	// Headers that never end are bounded too.
	void clock.sleep(deadline - clock.now(), done.signal).then(() => {
		if (!done.signal.aborted) abort.abort();
	});
	const failed = (fault: DownloadFault, retryAfterMs = 0): Downloaded => ({
		video: null,
		fault,
		retryAfterMs,
	});
	try {
		const answer = await transport.openVideo(url, abort.signal);
		if (!('stream' in answer)) return failed({ kind: 'noAnswer', code: answer.code });
		const { status, stream, retryAfterMs } = answer;
		if (status !== 200) return failed({ kind: 'status', status }, retryAfterMs ?? 0);
		const announced = announcedBytes(answer);
		if (announced === 0 || announced > bounds.videoBytes) {
			return failed({ kind: announced === 0 ? 'empty' : 'tooLarge' });
		}
		const watch = new Watch(run, answer, deadline, () => abort.abort());
		const stop = onAbort(run.signal, () => stream.destroy(new Error('cancelled')));
		const keeping = watch.keep(done.signal);
		try {
			const video = await store(stream, fileName);
			const fault = watch.verdict();
			return fault === null ? { video } : failed(fault);
		} catch (error) {
			const message = error instanceof Error ? error.message.slice(0, 200) : '';
			return failed(watch.fault ?? { kind: 'brokeOff', message });
		} finally {
			stop();
			done.abort();
			await keeping;
		}
	} finally {
		forget();
		done.abort();
		// Whatever was not read to its end is hung up.
		abort.abort();
	}
}

/** The name of the video's file; an id may hold what a file name may not. */
export function fileNameOf(predictionId: string): string {
	return `${predictionId.replace(/[^\w.:~=+@-]/g, '_')}.mp4`;
}

/**
 * Downloads a video, from its start again after a fault, up to a few times.
 *
 * @param deadline on the clock's scale; a download has a moment beyond it
 * @throws PredictionFailure with the prediction's id and the video's address
 * @throws Cancelled
 */
export async function downloadVideo(
	run: Run,
	account: Account,
	prediction: SucceededPrediction & { readonly videoUrl: string },
	store: VideoStore,
	deadline: number,
): Promise<IBinaryData> {
	const { id: predictionId, status, videoUrl } = prediction;
	const { clock } = run;
	const until = Math.max(deadline, clock.now() + bounds.graceMs);
	let fault: DownloadFault = { kind: 'tooSlow' };
	return await run.downloads.use(async () => {
		for (let attempt = 1; attempt <= bounds.downloadAttempts; attempt++) {
			throwIfCancelled(run);
			const result = await account.session
				.download(until, async () => {
					throwIfCancelled(run);
					return await downloadOnce(run, account, videoUrl, fileNameOf(predictionId), store, until);
				})
				.catch((held: unknown) => {
					if (held instanceof HeldBack) return null;
					throw held;
				});
			throwIfCancelled(run);
			if (result === null) break;
			if (result.video !== null) return result.video;
			({ fault } = result);
			const leftMs = until - clock.now();
			const isFinal = ['tooLarge', 'tooSlow'].includes(fault.kind) || leftMs <= 0;
			if (isFinal || attempt === bounds.downloadAttempts) break;
			const asked = Math.min(result.retryAfterMs, bounds.longestPauseMs);
			const pauseMs = Math.max(backoffMs(attempt, run.random()), asked);
			await clock.sleep(Math.min(pauseMs, leftMs), run.signal);
		}
		if (run.signal?.aborted) throw new Cancelled();
		throw new PredictionFailure(
			{ kind: 'notDownloaded', fault },
			{ predictionId, status, videoUrl },
		);
	});
}
