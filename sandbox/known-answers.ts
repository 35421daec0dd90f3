// Knows the answers that public documents and reports show, each with its source (known-answers.json), and which of them a
// prompt asks for. Must not know the node.
import known from './known-answers.json';

export type Reading =
	| 'keyRefused'
	| 'balance'
	| 'contentPolicy'
	| 'notFound'
	| 'badRequest'
	| 'forbiddenByUnknown'
	| 'rateLimited'
	| 'limitReached'
	| 'answerLost'
	| 'passing'
	| 'refusedIfItLasts'
	| 'working'
	| 'succeeded'
	| 'ended';

export interface KnownAnswer {
	readonly id: string;
	readonly source: string;
	readonly to: ReadonlyArray<'submit' | 'result'>;
	/** Of HTTP. */
	readonly status: number;
	/** JSON, or a page as text; `$ID` stands for the id that was asked for, `$VIDEO` for the address of a video. */
	readonly body: unknown;
	/** What it has to mean to a person. */
	readonly reading: Reading;
	/** What of its text has to reach the person. */
	readonly words?: string;
	readonly note?: string;
}

/** In the order of the file. */
export const knownAnswers = known.answers as readonly KnownAnswer[];

/**
 * The known answer that a prompt asks for, as in "The fox looks up (answer: real-person)": to the request that the answer is to.
 * Where it is to both, that is the submission; "(poll answer: documented-401)" asks for it to polls.
 *
 * @returns undefined where the prompt asks for none to this request
 */
export function askedFor(prompt: string, request: 'submit' | 'result'): KnownAnswer | undefined {
	const [, poll, id] = /\b(poll )?answer:\s*([\w-]+)/i.exec(prompt) ?? [];
	const known = knownAnswers.find((one) => one.id === id?.toLowerCase());
	const to = poll === undefined ? known?.to[0] : 'result';
	return to === request && known?.to.includes(request) ? known : undefined;
}

/** Status, content type and text of a known answer about one prediction. */
export function asHttp(
	{ status, body }: KnownAnswer,
	{ id, video }: { readonly id: string; readonly video: string },
) {
	const isPage = typeof body === 'string';
	const text = (isPage ? body : JSON.stringify(body))
		.replaceAll('$ID', id)
		.replaceAll('$VIDEO', video);
	return { status, type: isPage ? 'text/html' : 'application/json; charset=utf-8', body: text };
}

/** The id that an answer gives to a prediction it accepts; undefined where it accepts none. */
export function givenId({ status, body, reading }: KnownAnswer): string | undefined {
	if (reading !== 'working' || status >= 300) return undefined;
	return /"(?:id|\w+_id)":"([^"]+)"/.exec(JSON.stringify(body))?.[1];
}
