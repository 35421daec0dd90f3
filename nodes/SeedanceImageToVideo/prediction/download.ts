// Streams a finished video into n8n's binary store, so that it never sits in memory, and looks that it is a video, comes
// whole, and comes to an end.
import type { IBinaryData } from 'n8n-workflow';
import type { Prediction } from '../gptproto/prediction';
import { bounds } from './bounds';
import { onAbort, throwIfCancelled } from './cancellation';
import type { Clock } from './clock';
import { HeldBack } from './limiter';
import { type DownloadFault, PredictionFailure } from './reason';
import { backoffMs, readFault } from './retry';
import type { Account, Run } from './run';
import type { ByteStream } from './stream';
import type { VideoResponse } from './transport';

/** Puts a stream in the binary store; rejects when the stream breaks off. */
export type VideoStore = (stream: ByteStream, fileName: string) => Promise<IBinaryData>;

/** A page or a message begins so, after white space or a byte order mark. A video, of whatever container, does not. */
const PAGE_OR_MESSAGE = Buffer.from('<{[');
const SKIPPED = Buffer.from(' \t\r\n\ufeff');

/** How much longer gzip and its like make what they cannot pack; where so little breaks off, the connection tells. */
const PACKING_BYTES = 32;
const PACKING_SHARE = 0.001;

/** Watches one download, from the request to the last byte, and ends it when it must not go on. */
class DownloadMonitor {
	fault: DownloadFault | null = null;
	readonly abort = new AbortController();
	private response: VideoResponse | null = null;
	private bytes = 0;
	private hasBegun = false;
	private hasEnded = false;
	private lastByteAt: number;

	constructor(
		private readonly clock: Clock,
		private readonly deadline: number,
	) {
		this.lastByteAt = clock.now();
	}

	/** Counts what passes through the stream from now on. */
	follow(response: VideoResponse): void {
		this.response = response;
		// Paused, so that no byte passes before somebody stores it.
		response.stream.pause();
		response.stream.on('data', (chunk) => {
			this.lastByteAt = this.clock.now();
			this.bytes += chunk.length;
			const first = this.hasBegun ? undefined : chunk.find((byte) => !SKIPPED.includes(byte));
			this.hasBegun ||= first !== undefined;
			if (first !== undefined && PAGE_OR_MESSAGE.includes(first)) {
				this.end({
					kind: 'notAVideo',
					contentType: String(response.headers['content-type'] ?? ''),
				});
			}
			if (this.bytes > bounds.videoBytes) this.end({ kind: 'tooLarge' });
		});
		response.stream.on('end', () => (this.hasEnded = true));
		// n8n's stores in memory and in the database listen, and do not ask a paused stream to go on.
		response.stream.on('newListener', (event) => {
			if (event === 'data') response.stream.resume();
		});
	}

	end(fault: DownloadFault): void {
		this.fault ??= fault;
		// First: n8n 2 wraps the connection's stream, and a wrapper waits for the next byte before it is destroyed.
		this.abort.abort();
		this.response?.stream.destroy(new Error(fault.kind));
	}

	/** Looks once a second, until all has come: storing it may take longer. */
	async keep(done: AbortSignal): Promise<void> {
		while (!done.aborted && !this.fault && !this.hasEnded) {
			const now = this.clock.now();
			const idleUntil = this.lastByteAt + bounds.downloadIdleMs;
			if (now >= this.deadline) this.end({ kind: 'tooSlow' });
			else if (now >= idleUntil) this.end({ kind: 'brokeOff', message: 'no more data' });
			else await this.clock.sleep(Math.min(1000, idleUntil - now, this.deadline - now), done);
		}
	}

	/** Why nothing was stored: the store's own fault, where all had come or the file system says so. */
	faultOfStoring(error: unknown): DownloadFault {
		const message = error instanceof Error ? error.message.slice(0, 300) : '';
		const isOfStore = this.hasEnded || FILE_SYSTEM_FAULTS.has(readFault(error).code);
		const kind = isOfStore ? 'notStored' : 'brokeOff';
		return this.fault ?? { kind, message };
	}

	/** What is wrong with a stream that came to its end. @param announced its length; NaN where nobody said */
	verdict(announced: number): DownloadFault | null {
		const { bytes, fault } = this;
		if (fault || !this.hasBegun) return fault ?? { kind: 'empty' };
		// What was packed on the way was announced as packed: shorter than it is, or, as videos hardly pack, a little longer.
		const slack = PACKING_BYTES + announced * PACKING_SHARE;
		return bytes + slack < announced ? { kind: 'incomplete', bytes, announced } : null;
	}
}

/** What is wrong with a response, by its head alone. */
function headFault({ status }: VideoResponse, announced: number): DownloadFault | null {
	if (status !== 200) return { kind: 'status', status };
	if (announced === 0) return { kind: 'empty' };
	return announced > bounds.videoBytes ? { kind: 'tooLarge' } : null;
}

/** Faults of a file system, which no connection has. */
const FILE_SYSTEM_FAULTS = new Set(
	'ENOSPC EDQUOT EFBIG EROFS EACCES EPERM ENOENT ENOTDIR EISDIR EIO EMFILE ENFILE ENAMETOOLONG'.split(
		' ',
	),
);

type Download =
	| { readonly video: IBinaryData }
	| { readonly fault: DownloadFault; readonly retryAfterMs?: number | null };

async function downloadOnce(
	{ clock, signal }: Run,
	{ transport }: Account,
	url: string,
	fileName: string,
	store: VideoStore,
	deadline: number,
): Promise<Download> {
	const done = new AbortController();
	const monitor = new DownloadMonitor(clock, deadline);
	const forget = onAbort(signal, () => monitor.end({ kind: 'brokeOff', message: 'cancelled' }));
	const keeping = monitor.keep(done.signal);
	try {
		const response = await transport.openVideo(url, monitor.abort.signal);
		if (!('stream' in response)) {
			return { fault: monitor.fault ?? { kind: 'noResponse', code: response.code } };
		}
		const announced = Number(response.headers['content-length'] ?? NaN);
		const fault = headFault(response, announced);
		if (fault) return { fault, retryAfterMs: response.retryAfterMs };
		monitor.follow(response);
		const video = await store(response.stream, fileName);
		const verdict = monitor.verdict(announced);
		return verdict ? { fault: verdict } : { video };
	} catch (error) {
		return { fault: monitor.faultOfStoring(error) };
	} finally {
		forget();
		done.abort();
		// Whatever was not read to its end is hung up.
		monitor.abort.abort();
		await keeping;
	}
}

/**
 * Downloads a video, from its start again after a fault, up to a few times.
 *
 * @param deadline on the clock's scale; a download has a moment beyond it
 * @param givenName of the file; the prediction's id where there is none
 * @throws PredictionFailure with the prediction's id and the video's address
 * @throws Cancelled
 */
export async function downloadVideo(
	run: Run,
	account: Account,
	{ id: predictionId, status }: Prediction,
	videoUrl: string,
	store: VideoStore,
	deadline: number,
	givenName?: string | null,
): Promise<IBinaryData> {
	const { clock } = run;
	const until = Math.max(deadline, clock.now() + bounds.graceMs);
	// An id may hold what a file name may not.
	const fileName = givenName ?? `${predictionId.replace(/[^\w.:~=+@-]/g, '_')}.mp4`;
	let fault: DownloadFault = { kind: 'tooSlow' };
	let notStored = 0;
	const download = async () => {
		throwIfCancelled(run);
		return await downloadOnce(run, account, videoUrl, fileName, store, until);
	};
	for (let attempt = 1; ; attempt++) {
		// Whoever pauses before the next attempt keeps no place from others.
		const result = await run.downloads
			.use(async () => await account.session.download(until, download))
			.catch((held: unknown): Download => {
				if (held instanceof HeldBack) return { fault };
				throw held;
			});
		throwIfCancelled(run);
		if ('video' in result) return result.video;
		({ fault } = result);
		if (fault.kind === 'notStored') notStored++;
		const remainingMs = until - clock.now();
		const isFinal = ['tooLarge', 'tooSlow'].includes(fault.kind) || remainingMs <= 0;
		const wasLast = attempt === bounds.downloadAttempts || notStored === bounds.storeAttempts;
		if (isFinal || wasLast) break;
		const retryAfterMs = Math.min(result.retryAfterMs ?? 0, bounds.longestPauseMs);
		const pauseMs = Math.max(backoffMs(attempt, run.random()), retryAfterMs);
		await clock.sleep(Math.min(pauseMs, remainingMs), run.signal);
	}
	throw new PredictionFailure({ kind: 'notDownloaded', fault }, { predictionId, status, videoUrl });
}
