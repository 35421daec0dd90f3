// The examples that work with other services, imported and run. Every node is n8n's own, and asks a stand-in on this
// machine: Telegram's and OpenAI's credentials have a base URL that leads there. Google's have none: n8n is started with
// `services/google-here.js`, which sends what goes to Google there. The form needs no service.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { FormData } from 'undici';

import type { Credential } from '../../../tools/n8n/rest';
import type { WorkflowDefinition } from '../../../tools/n8n/workflow';
import { example } from '../example-files';
import { FakeChatModel } from '../fake-chat-model';
import { inWholeN8n } from '../in-every-n8n';
import { type Choices, chosen, connected } from '../services/connect';
import { openForm } from '../services/form';
import { Google, SHEET } from '../services/google';
import { Telegram } from '../services/telegram';

const WORDS = 'The cat looks up';
// Not of one colour: old versions of n8n count the tokens of a picture, which takes a minute where all are the same.
const PICTURE = readFileSync(join(__dirname, '../../../sandbox/watermark.png'));
const REFUSED = 'image <1> must be at_least 300 px & wide';

inWholeN8n((place) => {
	const credentials: Credential[] = [];
	const create = async (type: string, data: object): Promise<void> => {
		credentials.push(
			await place.rest.createCredential({ name: `${type} ${Math.random()}`, type, data }),
		);
	};
	const put = (name: string, choices: Choices = {}): WorkflowDefinition =>
		connected(example(name), [...credentials, place.credential], choices);
	/** GPTProto refuses the next submission. */
	const refuse = (): void => {
		const body = JSON.stringify({ error: { message: REFUSED, type: 'invalid_request_error' } });
		const answer = { status: 400, type: 'application/json', body };
		place.sandbox.plan({ on: 'submit', kind: 'custom', answer });
	};

	describe('with Google', () => {
		let google: Google;
		beforeAll(async () => {
			const oauthTokenData = { access_token: 'a-stand-in', token_type: 'Bearer' };
			const data = { clientId: 'a-stand-in', clientSecret: 'a-stand-in', oauthTokenData };
			await create('googleSheetsOAuth2Api', data);
			await create('googleDriveOAuth2Api', data);
			await create('youTubeOAuth2Api', data);
		});
		beforeEach(async () => {
			google = await Google.start();
		});
		afterEach(() => google.close());

		describe('a sheet', () => {
			const HEADERS = ['Picture', 'Prompt', 'Status', 'Prediction ID', 'Video', 'Reason'];
			const sheet = { documentId: chosen('a-sheet'), sheetName: chosen(SHEET, 'name') };
			const run = () =>
				place.run(
					put('sheet-to-drive', {
						'Get Rows': sheet,
						'Write Prediction ID': sheet,
						'Write Done': sheet,
						'Write Reason': sheet,
						'Upload to Drive': { folderId: chosen('videos') },
					}),
				);

			test('its rows become videos in Drive, and a second run pays for none of them', async () => {
				place.sandbox.options.outcome = ({ prompt }) =>
					prompt === 'A face' ? { status: 'failed', error: 'Face in the picture' } : 'succeeded';
				const id = google.add('a picture.png', 'image/png', 'pictures', PICTURE);
				google.rows = [
					HEADERS,
					// Any address will do that n8n can reach and that is not one of drive.google.com.
					[`${google.baseUrl}/drive/v3/files/${id}?alt=media`, 'A link'],
					[id, 'A file'],
					[`https://drive.google.com/file/d/${id}/view?usp=sharing`, 'A link to a file'],
					[id, 'A face'],
					['no-such-file-but-as-long-as-an-id', 'Nothing there'],
					[id, 'Done before', 'done', 'another-id', 'https://example.com/'],
					['', 'No picture'],
				];
				const first = await run();
				expect(first.error).toBeUndefined();
				const idOf = (prompt: string) =>
					place.sandbox.predictions.find(({ body }) => body.prompt === prompt)?.id;
				const done = (prompt: string) => ({
					Status: 'done',
					'Prediction ID': idOf(prompt),
					Video: expect.stringMatching(/^https:\/\/drive\.google\.com\/file/),
					Reason: '',
				});
				const after = google.table;
				expect(after).toMatchObject([
					done('A link'),
					done('A file'),
					done('A link to a file'),
					{
						Status: 'failed',
						'Prediction ID': idOf('A face'),
						Reason: expect.stringContaining('Face in the picture'),
					},
					{ Status: 'failed', 'Prediction ID': '', Reason: expect.stringMatching(/./) },
					{ Status: 'done', 'Prediction ID': 'another-id' },
					{ Status: '', 'Prediction ID': '' },
				]);
				expect(place.sandbox.predictions).toHaveLength(4);
				const videos = google.filesIn('videos');
				expect(videos.map(({ name }) => name).sort()).toEqual(
					['A link', 'A file', 'A link to a file'].map((prompt) => `${idOf(prompt)}.mp4`).sort(),
				);
				expect(videos.map(({ bytes }) => bytes.length)).toEqual([50_000, 50_000, 50_000]);

				const second = await run();
				place.sandbox.options.outcome = () => 'succeeded';
				expect(second.status).toBe('success');
				expect(place.sandbox.predictions).toHaveLength(4);
				expect(google.table).toEqual(after);
				expect(google.filesIn('videos')).toHaveLength(3);
			});

			test('a row whose Status is cleared brings the video it has paid for', async () => {
				const id = google.add('a picture.png', 'image/png', 'pictures', PICTURE);
				google.rows = [HEADERS, [id, 'First'], [id, 'Second'], [id, 'Third']];
				google.refusesUploads = 1;
				await run();
				expect(google.table).toMatchObject([
					{ Status: 'failed', Reason: expect.stringMatching(/./) },
					{ Status: 'done' },
					{ Status: 'done' },
				]);

				google.rows[1]?.splice(2, 1, '');
				await run();
				expect(google.table).toMatchObject([{ Status: 'done', Reason: '' }, {}, {}]);
				expect(google.filesIn('videos')).toHaveLength(3);
				expect(place.sandbox.predictions).toHaveLength(3);
			});
		});

		describe('a schedule', () => {
			let model: FakeChatModel;
			beforeAll(async () => {
				model = await FakeChatModel.start({}, WORDS);
				await create('openAiApi', { apiKey: 'sk-a-stand-in', url: model.baseUrl, header: false });
			});
			afterAll(() => model.close());
			const begin = async () => {
				const workflow = put('schedule-to-youtube', {
					'Next Picture': { filter: { folderId: chosen('new'), whatToSearch: 'files' } },
					'Move to Used': { folderId: chosen('used') },
				});
				const saved = await place.rest.createWorkflow(workflow);
				return await place.rest.waitFor(await place.rest.run(saved, 'Every Morning'));
			};

			test('the next picture of a folder is published, with a prompt by a language model', async () => {
				google.add('The cat.png', 'image/png', 'new', PICTURE);
				google.add('The dog.png', 'image/png', 'new', PICTURE);
				const execution = await begin();

				expect(execution.error).toBeUndefined();
				expect(JSON.stringify(model.messages)).toContain(PICTURE.toString('base64'));
				expect(place.sandbox.predictions).toMatchObject([
					{ body: { prompt: WORDS, aspect_ratio: '9:16' } },
				]);
				expect(google.videos).toMatchObject([
					{ snippet: { title: 'The cat' }, status: { privacyStatus: 'private' } },
				]);
				expect(google.videos[0]?.bytes).toHaveLength(50_000);
				expect(google.filesIn('new').map(({ name }) => name)).toEqual(['The dog.png']);
				expect(google.filesIn('used').map(({ name }) => name)).toEqual(['The cat.png']);
			});

			test('without a picture nothing happens', async () => {
				const execution = await begin();
				expect(execution.status).toBe('success');
				expect(place.sandbox.requests).toEqual([]);
			});

			test('a video that could not be uploaded is uploaded by “Retry execution”, and paid for once', async () => {
				google.add('The cat.png', 'image/png', 'new', PICTURE);
				google.refusesUploads = Infinity;
				const failed = await begin();
				expect(failed.lastNodeExecuted).toBe('Upload to YouTube');
				google.refusesUploads = 0;
				const retried = await place.rest.retry(failed.id);

				expect(retried.status).toBe('success');
				expect(google.videos).toMatchObject([{ snippet: { title: 'The cat' } }]);
				expect(place.sandbox.predictions).toHaveLength(1);
			});
		});
	});

	describe('a form', () => {
		const fill = (wish: string) => {
			const answers = new FormData();
			answers.set('field-0', new Blob([PICTURE], { type: 'image/png' }), 'photo.png');
			answers.set('field-1', wish);
			answers.set('field-2', '1:1');
			return answers;
		};

		test('takes a photo and a wish, and ends with the video or with the reason', async () => {
			const form = await openForm(place.rest, put('form'));
			const ready = await form.submit(fill('She smiles'));
			expect(ready.text).toContain('Your video is ready');
			expect(ready.file).toHaveLength(50_000);
			expect(place.sandbox.predictions).toMatchObject([
				{ body: { prompt: 'She smiles', aspect_ratio: '1:1' } },
			]);

			refuse();
			const none = await form.submit(fill('She waves'));
			expect(none.text).toContain('There is no video this time');
			expect(none.text).toContain('at_least 300 px');
			expect(place.sandbox.predictions).toHaveLength(1);
		});
	});

	describe('a Telegram bot', () => {
		let telegram: Telegram;
		beforeAll(async () => {
			telegram = await new Telegram(PICTURE).listen();
			await create('telegramApi', telegram.credentialData);
		});
		afterAll(() => telegram.close());

		test('answers a photo with a video or with the reason, and anything else with what it needs', async () => {
			await place.rest.activate(await place.rest.createWorkflow(put('telegram-bot')));
			const sizes = [
				{ file_id: 'small', width: 90, height: 60 },
				{ file_id: 'large', width: 900, height: 600 },
			];
			await telegram.say({ photo: sizes, caption: 'She smiles' });
			const [video] = await telegram.answered(1);
			expect(video).toMatchObject({ method: 'sendVideo', form: expect.stringContaining('.mp4') });
			expect(video?.form.length).toBeGreaterThan(50_000);
			expect(telegram.downloaded).toEqual(['large']);
			expect(place.sandbox.predictions).toMatchObject([
				{ body: { prompt: 'She smiles', aspect_ratio: '16:9' } },
			]);

			refuse();
			await telegram.say({ photo: sizes, caption: 'She waves' });
			const [, why] = await telegram.answered(2);
			expect(why).toMatchObject({
				method: 'sendMessage',
				message: {
					chat_id: 42,
					reply_to_message_id: 7,
					parse_mode: 'HTML',
					text: expect.stringContaining('image &lt;1> must be at_least 300 px &amp; wide'),
				},
			});

			await telegram.say({ text: 'Hello' });
			const [, , ask] = await telegram.answered(3);
			expect(ask).toMatchObject({ message: { text: expect.stringContaining('Send me a photo') } });
			expect(place.sandbox.predictions).toHaveLength(1);
		});
	});
});
