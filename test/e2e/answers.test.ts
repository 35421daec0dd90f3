// What GPTProto and proxies answer by HTTP, and what a person reads of it. Each n8n hands answers that are not 200 to a node
// in a way of its own.
import type { CustomAnswer } from '../../sandbox';
import { CREDENTIAL_TYPE } from '../../tools/n8n/package';
import { itemsOf } from '../../tools/n8n/workflow';
import { inEveryN8n } from './in-every-n8n';
import { line, SEEDANCE, seedance, start } from './workflows';

const json = (status: number, message: string, code = status): CustomAnswer => ({
	status,
	type: 'application/json',
	body: JSON.stringify({ error: { message, type: String(code), code } }),
});
const page = (status: number): CustomAnswer => ({
	status,
	type: 'text/html',
	body: '<!doctype html><title>Sorry</title><p>The gateway says no.',
});

const POLICY = 'Input may not meet the guidelines';

/** A clear no: nothing was accepted. */
const REFUSED: ReadonlyArray<readonly [name: string, CustomAnswer, says: RegExp]> = [
	['400 for a picture', json(400, 'The image is too small'), /refused.*The image is too small/],
	['400 for its content', json(400, POLICY, 503), /content policy.*may not meet the guidelines/],
	['401', json(401, 'Invalid signature'), /API key.*Invalid signature/],
	['403 for the key', json(403, 'Invalid Token'), /Invalid Token/],
	['403 for the balance', json(403, 'Insufficient balance'), /balance.*Insufficient balance/],
	['403 of a web page', page(403), /HTTP 403/],
	['404', json(404, 'No such model'), /Model.*No such model/],
	[
		'302',
		{ status: 302, headers: { location: 'http://127.0.0.1:9/elsewhere' } },
		/redirects to another/,
	],
];

/** The prediction may be there all the same. */
const LOST: ReadonlyArray<readonly [name: string, CustomAnswer]> = [
	['500', json(500, 'Internal server error')],
	['502 of a web page', page(502)],
	['503', json(503, 'Overloaded')],
	['504 of a web page', page(504)],
];

inEveryN8n((place) => {
	const quick = { options: { timeoutMinutes: 0.05 } };
	const run = (parameters: Record<string, unknown> = {}) =>
		place.run(line(start(), seedance(place.credential, parameters)));
	const saidOf = ({ error }: Awaited<ReturnType<typeof run>>) =>
		`${error?.message} ${error?.description}`;

	describe('to a submission', () => {
		test.each(REFUSED)('%s is said as it is, and nothing is billed', async (_, answer, says) => {
			place.sandbox.plan({ on: 'submit', kind: 'custom', answer });
			const execution = await run();

			expect(execution.error?.httpCode).toBe(String(answer.status));
			expect(saidOf(execution)).toMatch(says);
			expect(saidOf(execution)).not.toMatch(/billed/);
			expect(place.sandbox.submissionsSeen).toBe(1);
		});

		test.each(LOST)('%s is a lost answer, which may be billed', async (_, answer) => {
			place.sandbox.plan({ on: 'submit', kind: 'custom', answer });
			const execution = await run();

			expect(execution.error?.httpCode).toBe(String(answer.status));
			expect(execution.error?.message).toMatch(/may be billed/);
			expect(saidOf(execution)).toContain(`HTTP ${answer.status}`);
			expect(place.sandbox.submissionsSeen).toBe(1);
		});

		test('no answer at all, since nobody listens, is said as it is, and nothing is billed', async () => {
			const nobody = await place.rest.createCredential({
				name: 'Nobody listens',
				type: CREDENTIAL_TYPE,
				data: { apiKey: 'sk-of-nobody', baseUrl: 'http://127.0.0.1:9' },
			});
			const execution = await place.run(line(start(), seedance(nobody)));
			await place.rest.deleteCredential(nobody);

			expect(execution.error?.message).toMatch(/could not be reached/);
			expect(saidOf(execution)).not.toMatch(/billed/);
		});

		test('429 is waited out', async () => {
			place.sandbox.plan({ on: 'submit', kind: 'status429', times: 2, retryAfter: 1 });
			const execution = await run();

			expect(execution.status).toBe('success');
			expect(place.sandbox.submissionsSeen).toBe(3);
			expect(place.sandbox.predictions).toHaveLength(1);
		});

		test('429 that lasts is said as it is, and nothing is billed', async () => {
			place.sandbox.plan({ on: 'submit', kind: 'status429', times: Infinity });
			const execution = await run(quick);

			expect(execution.error?.httpCode).toBe('429');
			expect(execution.error?.message).toMatch(/rate limit/i);
			expect(saidOf(execution)).not.toMatch(/billed/);
			expect(place.sandbox.predictions).toHaveLength(0);
		});
	});

	describe('to a poll', () => {
		test('what passes is polled again: 429, 500, 502, 503, half an answer', async () => {
			for (const kind of ['status429', 'status500', 'status502Html', 'status503'] as const) {
				place.sandbox.plan({ on: 'result', kind });
			}
			place.sandbox.plan({ on: 'result', kind: 'truncatedJson' });
			const execution = await run();

			expect(execution.error).toBeUndefined();
			expect(itemsOf(execution, SEEDANCE)).toMatchObject([{ json: { status: 'succeeded' } }]);
			expect(place.sandbox.predictions[0]?.resultRequests).toBeGreaterThan(5);
		});

		test.each([
			['400 for its content', json(400, POLICY, 503), /content policy.*may not meet/],
			['401', json(401, 'Invalid signature'), /API key.*Invalid signature/],
			['403', json(403, 'Invalid Token'), /Invalid Token/],
		] as const)('%s is said as it is, with the prediction', async (_, answer, says) => {
			place.sandbox.plan({ on: 'result', kind: 'custom', answer, times: Infinity });
			const execution = await run();

			expect(execution.error?.httpCode).toBe(String(answer.status));
			expect(saidOf(execution)).toMatch(says);
			expect(saidOf(execution)).toContain(place.sandbox.predictions[0]?.id);
		});

		test('404 for an ID that nobody knows is said as it is', async () => {
			// n8n has words of its own for messages that hold the name of a network fault.
			const execution = await run({ operation: 'getResult', predictionId: 'ECONNREFUSED' });

			expect(execution.error?.httpCode).toBe('404');
			expect(execution.error?.message).toContain('prediction ECONNREFUSED');
		});

		test('500 that lasts to the timeout is named beside the prediction', async () => {
			place.sandbox.plan({ on: 'result', kind: 'status500', times: Infinity });
			const execution = await run(quick);

			expect(saidOf(execution)).toContain('HTTP 500');
			expect(saidOf(execution)).toContain(place.sandbox.predictions[0]?.id);
		});
	});
});
