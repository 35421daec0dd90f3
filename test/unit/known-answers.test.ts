// Every answer that public documents and reports of GPTProto, of the service behind it and of its like show, through the
// reader: what each has to mean stands beside it. A new one needs no new code here.
import { type ApiResponse, readResponse } from '../../nodes/SeedanceImageToVideo/gptproto/response';
import {
	isFinalRefusal,
	isSurelyNotAccepted,
} from '../../nodes/SeedanceImageToVideo/prediction/retry';
import { type KnownAnswer, knownAnswers, type Reading, asHttp } from '../../sandbox';

const ID = 'cgt-20251225201409-abc';
const VIDEO = 'https://example.com/video.mp4';

const refused = (ground: string) => ({ kind: 'refused', ground });
const READINGS: Readonly<Record<Reading, object>> = {
	keyRefused: refused('keyRefused'),
	balance: refused('balance'),
	contentPolicy: refused('contentPolicy'),
	notFound: refused('notFound'),
	badRequest: { kind: 'refused', ground: expect.stringMatching(/^(badRequest|tooLarge)$/) },
	forbiddenByUnknown: refused('forbiddenByUnknown'),
	rateLimited: { kind: 'rateLimited', limitReached: false },
	limitReached: { kind: 'rateLimited', limitReached: true },
	answerLost: { kind: 'unreadable' },
	passing: { kind: 'unreadable' },
	refusedIfItLasts: refused('badRequest'),
	working: { kind: 'prediction', prediction: { state: 'working', id: expect.any(String) } },
	succeeded: { kind: 'prediction', prediction: { id: ID, state: 'succeeded', videoUrl: VIDEO } },
	ended: { kind: 'prediction', prediction: { id: ID, state: 'ended' } },
};

const cases = knownAnswers.flatMap((known) =>
	known.to.map((to) => [`${known.id}, to ${to}`, known, to] as const),
);

function read(known: KnownAnswer, to: 'submit' | 'result'): ApiResponse {
	const { status, body } = asHttp(known, { id: ID, video: VIDEO });
	return readResponse({ status, headers: {}, body }, 0, '', to === 'result' ? ID : undefined);
}

it.each(cases)('%s', (_, known, to) => {
	const response = read(known, to);
	expect(response).toMatchObject(READINGS[known.reading]);
	expect(JSON.stringify(response)).toContain(known.words ?? '');
});

it.each(cases)('%s: what it means for the next request', (_, known, to) => {
	const response = read(known, to);
	if (response.kind === 'prediction') return;
	if (to === 'submit') expect(isSurelyNotAccepted(response)).toBe(known.reading !== 'answerLost');
	else {
		const isForgiven = ['passing', 'refusedIfItLasts'].includes(known.reading);
		expect(isFinalRefusal(response, null, 0)).toBe(!isForgiven);
		expect(isFinalRefusal(response, null, 30_000)).toBe(known.reading !== 'passing');
	}
});

it('each has an id of its own, a source and a meaning', () => {
	expect(new Set(knownAnswers.map(({ id }) => id)).size).toBe(knownAnswers.length);
	for (const { source, reading } of knownAnswers) {
		expect(source).not.toBe('');
		expect(Object.keys(READINGS)).toContain(reading);
	}
});
