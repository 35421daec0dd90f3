// A prompt asks for a known answer by its id: to the submission, or to every poll once the prediction has ended.
import { type KnownAnswer, knownAnswers } from '../../sandbox';
import { plainBody, useSandbox } from './client';

const video = Buffer.alloc(200, 'video ');
const api = useSandbox({ video: { kind: 'buffer', data: video } });

const bodyFor = ({ id }: KnownAnswer, request = '') => ({
	...plainBody,
	prompt: `The fox looks up (${request}answer: ${id})`,
});
const to = (request: 'submit' | 'result') =>
	knownAnswers
		.filter((known) => known.to.includes(request))
		.map((known) => [known.id, known] as const);

/** What a known answer looks like once its placeholders are filled in. */
const filled = (body: unknown, id: string, url: string) =>
	(typeof body === 'string' ? body : JSON.stringify(body))
		.replaceAll('$ID', id)
		.replaceAll('$VIDEO', url);

it.each(to('submit'))('%s comes to the submission', async (_, known) => {
	const { status, headers, text } = await api.client.submit(bodyFor(known));
	expect([status, text]).toEqual([known.status, filled(known.body, '', '')]);
	expect(headers['content-type']).toContain(typeof known.body === 'string' ? 'html' : 'json');
	const accepted = api.sandbox.predictions.map(({ id }) => id);
	expect(accepted).toHaveLength(known.reading === 'working' ? 1 : 0);
	for (const id of accepted) {
		expect(text).toContain(id);
		expect((await api.client.ended(id)).status).toBe('succeeded');
	}
});

it.each(to('result'))('%s comes to every poll after the end', async (_, known) => {
	api.sandbox.options.queueMs = Infinity;
	const queued = await api.client.accepted(bodyFor(known, 'poll '));
	expect((await api.client.result(queued)).body.data?.status).toBe('queued');
	api.sandbox.options.queueMs = 0;
	const id = await api.client.accepted(bodyFor(known, 'poll '));
	for (let poll = 0; poll < 2; poll++) {
		const { status, text } = await api.client.result(id);
		const [url = ''] = /http:[^"]+\/videos\/[^"]+/.exec(text) ?? [];
		expect([status, text]).toEqual([known.status, filled(known.body, id, url)]);
		if (url !== '') expect((await api.client.fetch(url)).data).toEqual(video);
	}
	expect(api.sandbox.predictions[1]?.resultRequests).toBe(2);
});

it.each(['The answer: a fox', 'The fox answers', 'answer: constructor'])(
	'"%s" asks for none',
	async (prompt) => {
		expect((await api.client.submit({ ...plainBody, prompt })).body.data?.status).toBe('created');
	},
);
