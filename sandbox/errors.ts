// Knows the documented errors and the bodies they are answered with. Must not know when they happen.

/** `nested` is `{ error: { message, type, code } }`, `flat` the same without the wrapping. */
export type ErrorForm = 'nested' | 'flat';

export interface ApiError {
	readonly httpStatus: number;
	/** The code in the body; differs from the HTTP status for a content policy violation. */
	readonly code: number;
	readonly type: string;
	readonly message: string;
}

const error = (httpStatus: number, type: string, message: string, code = httpStatus): ApiError => ({
	httpStatus,
	code,
	type,
	message,
});

export const errors = {
	badRequest: (why: string) => error(400, 'invalid_request_error', why),
	contentPolicy: () =>
		error(400, 'content_policy_violation', 'Content blocked due to safety concerns', 503),
	unauthorized: () => error(401, 'unauthorized', 'API key is missing or invalid'),
	forbidden: () => error(403, 'forbidden', 'Insufficient balance for the requested operation'),
	notFound: (what: string) => error(404, 'not_found', what),
	tooManyRequests: () => error(429, 'too_many_requests', "You've exceeded your rate limit"),
	internal: (message = 'An internal server error occurred') =>
		error(500, 'internal_server_error', message),
	unavailable: () => error(503, 'service_unavailable', 'The service is temporarily unavailable'),
};

/** The JSON body of an error answer. */
export function errorBody({ message, type, code }: ApiError, form: ErrorForm = 'nested'): object {
	return form === 'flat' ? { code, message, type } : { error: { message, type, code } };
}

/**
 * The value of a Retry-After header.
 * @param seconds when to come back; rounded up, since HTTP knows whole seconds only
 * @returns undefined for 'none'
 */
export function retryAfterHeader(
	form: 'none' | 'seconds' | 'date',
	seconds: number,
): string | undefined {
	if (form === 'none') return undefined;
	if (form === 'seconds') return String(Math.ceil(seconds));
	return new Date(Math.ceil((Date.now() + seconds * 1000) / 1000) * 1000).toUTCString();
}
