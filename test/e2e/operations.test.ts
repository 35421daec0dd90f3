// The three operations, as a workflow sees them.
import { itemsOf } from '../../tools/n8n/workflow';
import { inEveryN8n } from './in-every-n8n';
import { items, line, SEEDANCE, seedance, SIMPLIFIED_FIELDS, start } from './workflows';

inEveryN8n((place) => {
	test('Submit puts out the id at once', async () => {
		place.sandbox.options.renderMs = 60_000;
		const execution = await place.run(
			line(start(), seedance(place.credential, { operation: 'submit' })),
		);
		place.sandbox.options.renderMs = 60;

		expect(execution.status).toBe('success');
		expect(itemsOf(execution, SEEDANCE)).toMatchObject([
			{
				json: {
					predictionId: place.sandbox.predictions[0]?.id,
					videoUrl: null,
					failureReason: null,
					width: 864,
					height: 496,
				},
				pairedItem: { item: 0 },
			},
		]);
	});

	test('Get Result of a prediction that is still working is an answer', async () => {
		place.sandbox.options.renderMs = 60_000;
		const submitted = await place.run(
			line(start(), seedance(place.credential, { operation: 'submit' })),
		);
		place.sandbox.options.renderMs = 60;
		const { predictionId } = itemsOf(submitted, SEEDANCE)[0]?.json ?? {};
		const asked = await place.run(
			line(start(), seedance(place.credential, { operation: 'getResult', predictionId })),
		);

		const [item] = itemsOf(asked, SEEDANCE);
		expect(['queued', 'running']).toContain(item?.json.status);
		expect(item?.json).toMatchObject({ predictionId, videoUrl: null, width: null });
		expect(item?.binary).toBeUndefined();
	});

	test('Get Result waits for the video when told to', async () => {
		place.sandbox.options.renderMs = 1_000;
		const execution = await place.run(
			line(start(), seedance(place.credential, { operation: 'submit' }), {
				...seedance(place.credential, {
					operation: 'getResult',
					predictionId: '={{ $json.predictionId }}',
					waitForCompletion: true,
				}),
				name: 'Result',
			}),
		);
		place.sandbox.options.renderMs = 60;

		expect(itemsOf(execution, 'Result')).toMatchObject([
			{
				json: { status: 'succeeded', videoUrl: expect.stringContaining(place.sandbox.mediaUrl) },
				binary: { data: { mimeType: 'video/mp4' } },
			},
		]);
	});

	test('Submit and Wait puts out the documented fields and no others', async () => {
		const execution = await place.run(line(start(), seedance(place.credential)));

		const [item] = itemsOf(execution, SEEDANCE);
		expect(Object.keys(item?.json ?? {})).toEqual(SIMPLIFIED_FIELDS);
		expect(item?.json).toMatchObject({ status: 'succeeded', failureReason: null });
	});

	test('without Simplify the answer is GPTProto’s own', async () => {
		const execution = await place.run(
			line(start(), seedance(place.credential, { simplify: false, downloadVideo: false })),
		);

		expect(itemsOf(execution, SEEDANCE)).toMatchObject([
			{ json: { prediction: { id: place.sandbox.predictions[0]?.id, status: 'succeeded' } } },
		]);
	});

	test('a request the documentation does not allow never leaves n8n', async () => {
		const execution = await place.run(
			line(
				start(),
				items([{ seconds: 99 }]),
				seedance(place.credential, { duration: '={{ $json.seconds }}' }),
			),
		);

		expect(execution.status).toBe('error');
		expect(execution.error?.message).toContain('Duration');
		expect(place.sandbox.requests).toHaveLength(0);
	});

	test('the key is in no output and no error', async () => {
		place.sandbox.plan({ on: 'submit', kind: 'keyEcho' });
		const execution = await place.run(line(start(), seedance(place.credential)));

		expect(execution.status).toBe('error');
		expect(JSON.stringify(execution)).not.toContain(place.sandbox.apiKey);
	});
});
