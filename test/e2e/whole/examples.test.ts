// The example workflows, imported and run as they are.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Credential } from '../../../tools/n8n/rest';
import { itemsOf } from '../../../tools/n8n/workflow';
import {
	example,
	exampleNames,
	EXAMPLES,
	GPTPROTO_CREDENTIAL,
	OPENAI_CREDENTIAL,
} from '../example-files';
import { FakeChatModel } from '../fake-chat-model';
import { inWholeN8n } from '../in-every-n8n';
import { PICTURE_URL } from '../workflows';

/** What the chat model asks the tool for. */
const WISH = {
	imageUrl: PICTURE_URL,
	prompt: 'The cat looks up, soft light, slow camera',
	aspectRatio: '9:16',
};

test.each(exampleNames())('%s is in the table of the README', (name) => {
	expect(readFileSync(join(EXAMPLES, 'README.md'), 'utf8')).toContain(`(${name}.json)`);
});

inWholeN8n(
	(place) => {
		/** What a workflow has written; it says where in n8n's own folder. */
		const fileOf = (name: unknown) => readFileSync(join(dirname(place.logFile), String(name)));

		test.each(exampleNames())(
			'%s finds the credential by its name when it is imported',
			async (name) => {
				const workflow = await place.rest.createWorkflow(example(name));
				const used = workflow.nodes.flatMap(({ credentials }) => credentials?.gptProtoApi ?? []);
				expect(used.length).toBeGreaterThan(0);
				for (const { id } of used) expect(id).toBe(place.credential.id);
			},
		);

		test('one picture becomes one video', async () => {
			const execution = await place.run(example('one-picture-to-one-video', place.version));

			expect(execution.status).toBe('success');
			expect(itemsOf(execution, 'Picture to Video')).toMatchObject([
				{ json: { status: 'succeeded' }, binary: { data: { mimeType: 'video/mp4' } } },
			]);
			const [saved] = itemsOf(execution, 'Save Video');
			expect(fileOf(saved?.json.fileName)).toHaveLength(50_000);
		});

		test('a list of pictures becomes videos, and what fails takes the error branch', async () => {
			place.sandbox.options.outcome = ({ prompt }) =>
				prompt.includes('window')
					? { status: 'failed', error: 'Face in the picture' }
					: 'succeeded';
			// Without Survive Restarts, which older n8n refuses; survive-restarts.test.ts runs it as it is.
			const workflow = example('pictures-to-videos', place.version);
			for (const { parameters } of workflow.nodes) {
				const options = parameters.options as { surviveRestarts?: boolean } | undefined;
				delete options?.surviveRestarts;
			}
			const execution = await place.run(workflow);
			place.sandbox.options.outcome = () => 'succeeded';

			expect(execution.status).toBe('success');
			const saved = itemsOf(execution, 'Save Video').map(({ json }) => fileOf(json.fileName));
			expect(saved.map(({ length }) => length)).toEqual([50_000, 50_000]);
			const failed = place.sandbox.predictions.find(({ body }) => body.prompt.includes('window'));
			expect(itemsOf(execution, 'What Went Wrong')).toMatchObject([
				{ json: { message: expect.stringContaining('[Item 1]'), predictionId: failed?.id } },
			]);
		});

		test('a video goes from a first to a last frame', async () => {
			const execution = await place.run(example('first-and-last-frame', place.version));

			expect(execution.status).toBe('success');
			const [prediction] = place.sandbox.predictions;
			expect(prediction?.body).toMatchObject({
				image: expect.stringMatching(/^https:/),
				last_image: expect.stringMatching(/^https:/),
				aspect_ratio: '1:1',
				duration: 6,
			});
			expect(itemsOf(execution, 'Frames to Video')).toMatchObject([
				{ json: { width: 960, height: 960 } },
			]);
			expect(itemsOf(execution, 'Save Video')).toHaveLength(1);
		});

		test('a durable batch asks until every prediction has ended', async () => {
			// Its Wait made short, so that several rounds fit in a test; durable.test.ts runs it as it is.
			place.sandbox.options.renderMs = (_body, index) => 500 + 1_000 * index;
			place.sandbox.options.outcome = (_body, index) =>
				index === 0 ? { status: 'expired' } : 'succeeded';
			const workflow = example('durable-batch', place.version);
			for (const { name, parameters } of workflow.nodes) {
				if (name === 'Wait') parameters.amount = 1;
			}
			const execution = await place.run(workflow);
			place.sandbox.options.renderMs = 60;
			place.sandbox.options.outcome = () => 'succeeded';

			expect(execution.error).toBeUndefined();
			expect(execution.status).toBe('success');
			expect(execution.runs['Get Result']?.length).toBeGreaterThanOrEqual(2);
			const rounds = execution.runs['Save Video'] ?? [];
			const saved = rounds.flatMap((_run, round) => itemsOf(execution, 'Save Video', 0, round));
			expect(saved.map(({ json }) => fileOf(json.fileName).length)).toEqual([50_000, 50_000]);
			expect(itemsOf(execution, 'Ended Without a Video')).toMatchObject([
				{ json: { message: 'The task expired', predictionId: place.sandbox.predictions[0]?.id } },
			]);
			expect(place.sandbox.predictions).toHaveLength(3);
		});

		// The example's AI Agent node is newer than n8n 1.100.
		if (place.version === '1.100.1') return;
		describe('an AI agent that makes videos', () => {
			let model: FakeChatModel;
			let openAi: Credential;
			beforeAll(async () => {
				model = await FakeChatModel.start(WISH);
				openAi = await place.rest.createCredential({
					name: OPENAI_CREDENTIAL,
					type: 'openAiApi',
					data: { apiKey: 'sk-a-stand-in', url: model.baseUrl, header: false },
				});
			});
			afterAll(async () => {
				await place.rest.deleteCredential(openAi);
				await model.close();
			});

			test('calls the tool it is offered, and gets the video’s address as JSON', async () => {
				const execution = await place.run(example('ai-agent-tool'));

				expect(execution.error).toBeUndefined();
				expect(execution.status).toBe('success');
				const [tool] = model.tools;
				expect(model.tools).toHaveLength(1);
				expect(tool?.function.description).toContain('Makes a video');
				const asked = Object.keys(tool?.function.parameters.properties ?? {});
				expect(asked.sort()).toEqual(Object.keys(WISH).sort());

				const [prediction] = place.sandbox.predictions;
				expect(place.sandbox.predictions).toHaveLength(1);
				expect(prediction?.body).toMatchObject({
					image: WISH.imageUrl,
					prompt: WISH.prompt,
					aspect_ratio: WISH.aspectRatio,
				});
				const address = `${place.sandbox.mediaUrl}/videos/${prediction?.id}`;
				expect(JSON.stringify(model.toolAnswers)).toContain(address);
				expect(String(itemsOf(execution, 'AI Agent')[0]?.json.output)).toContain(address);
				// n8n hands no files from a tool to an agent: the one request comes from the nodes after it.
				expect(place.sandbox.requests.filter(({ origin }) => origin === 'media')).toHaveLength(1);
				const [saved] = itemsOf(execution, 'Save Video');
				expect(fileOf(saved?.json.fileName)).toHaveLength(50_000);
			});

			test('is told in GPTProto’s own words why a video was refused', async () => {
				const words = 'image must be at least 300 px wide';
				const body = JSON.stringify({ error: { message: words, type: 'invalid_request_error' } });
				const answer = { status: 400, type: 'application/json', body };
				place.sandbox.plan({ on: 'submit', kind: 'custom', answer });
				const execution = await place.run(example('ai-agent-tool'));

				expect(execution.error).toBeUndefined();
				expect(execution.status).toBe('success');
				expect(place.sandbox.predictions).toHaveLength(0);
				expect(JSON.stringify(model.toolAnswers)).toContain(words);
				expect(execution.lastNodeExecuted).toBe('Has an Address');
			});
		});
	},
	{ credentialName: GPTPROTO_CREDENTIAL },
);
