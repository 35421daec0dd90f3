// Knows how much the API takes at once, and how a refusal is said and counted. Must not know what is asked for.
import type { FastifyReply } from 'fastify';
import { errors, sendError } from './answers';
import type { ErrorForm } from './faults';

export interface LimitSettings {
	/** Predictions not yet ended; a submission beyond is answered 429. Default: no limit. */
	maxInFlight: number;
	/** API requests within any one second; a request beyond is answered 429. Default: no limit. */
	requestsPerSecond: number;
	/** Whether, and in which form, a 429 says when to come back. Default 'none'. */
	retryAfter: 'none' | 'seconds' | 'date';
	/** What it says, rounded up to whole seconds as HTTP demands. Default 1. */
	retryAfterSeconds: number;
}

export class Limits {
	/** 429s given. */
	refused = 0;
	/** Submissions with a good key and a good body, refused ones included. */
	submissionsSeen = 0;
	private readonly passed: number[] = [];

	constructor(private readonly settings: LimitSettings) {}

	/** Whether a request, now, fits the second before it; those that do not are not counted. */
	admits(): boolean {
		const { requestsPerSecond } = this.settings;
		if (!Number.isFinite(requestsPerSecond)) return true;
		const now = performance.now();
		while (this.passed.length > 0 && (this.passed[0] ?? now) <= now - 1000) this.passed.shift();
		if (this.passed.length >= requestsPerSecond) return false;
		this.passed.push(now);
		return true;
	}

	/**
	 * Answers 429.
	 * @param retryAfter seconds, or the form in which the header says the seconds that are set
	 */
	refuse(
		reply: FastifyReply,
		retryAfter: number | LimitSettings['retryAfter'] = this.settings.retryAfter,
		form?: ErrorForm,
	): FastifyReply {
		this.refused += 1;
		const seconds = typeof retryAfter === 'number' ? retryAfter : this.settings.retryAfterSeconds;
		if (retryAfter === 'date') {
			const atMs = Math.ceil((Date.now() + seconds * 1000) / 1000) * 1000;
			reply.header('retry-after', new Date(atMs).toUTCString());
		} else if (retryAfter !== 'none') {
			reply.header('retry-after', String(Math.ceil(seconds)));
		}
		return sendError(reply, errors.tooManyRequests(), form);
	}

	clear(): void {
		this.passed.length = 0;
		this.refused = 0;
		this.submissionsSeen = 0;
	}
}
