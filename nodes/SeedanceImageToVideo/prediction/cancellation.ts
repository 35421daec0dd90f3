// Cancelling an execution: n8n's abort signal, and what is thrown where it stops the work.

/** Thrown where the execution was cancelled; nobody is left to read it. */
export class Cancelled extends Error {}

/** @throws Cancelled where the signal has aborted */
export function throwIfCancelled({ signal }: { readonly signal: AbortSignal | undefined }): void {
	if (signal?.aborted) throw new Cancelled();
}

/** Calls `abort` when the signal aborts, or now when it has. @returns what takes the listener off again */
export function onAbort(signal: AbortSignal | undefined, abort: () => void): () => void {
	if (signal?.aborted) abort();
	else signal?.addEventListener('abort', abort, { once: true });
	return () => signal?.removeEventListener('abort', abort);
}
