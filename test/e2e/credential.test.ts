// The credential form's test, against the sandbox.
import { inEveryN8n } from './in-every-n8n';

inEveryN8n((place) => {
	const verdict = (data: Record<string, unknown>) =>
		place.rest.testCredential(place.credential, {
			apiKey: place.sandbox.apiKey,
			baseUrl: place.sandbox.baseUrl,
			...data,
		});

	test('the right key is accepted', async () => {
		expect(await verdict({})).toMatchObject({ status: 'OK' });
	});

	test('a key pasted with "Bearer" in front of it is accepted', async () => {
		expect(await verdict({ apiKey: `Bearer ${place.sandbox.apiKey}` })).toMatchObject({
			status: 'OK',
		});
	});

	test('a wrong key is refused', async () => {
		const { status, message } = await verdict({ apiKey: 'sk-wrong' });
		expect(status).toBe('Error');
		expect(message).not.toContain('sk-wrong');
	});

	test('an address where nobody answers is refused', async () => {
		expect(await verdict({ baseUrl: 'http://127.0.0.1:9' })).toMatchObject({ status: 'Error' });
	});
});
