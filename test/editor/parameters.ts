// Which parameters the editor shows, and what the dropdowns offer.
import type { Editor } from './editor';
import { eventually } from './eventually';
import { DEFAULTS, NEW_MODEL, type Stage, TOOL } from './stage';

const SUBMISSION = [
	'model',
	'imageInputType',
	'imageUrl',
	'prompt',
	'aspectRatio',
	'resolution',
	'duration',
];
const DOWNLOAD = ['downloadVideo', 'binaryOutputField'];

export function parameters(stage: Stage): void {
	describe('the parameters', () => {
		let editor: Editor;
		beforeAll(async () => {
			editor = stage.editor;
			await editor.openNode(DEFAULTS);
		});
		afterAll(() => editor.closeNode());

		const shows = (...names: string[]) =>
			eventually(async () => expect(await editor.parameters()).toEqual(names));

		// One window for all: each test chooses what it needs.
		test('Submit and Wait, the default, asks for the picture and for where the video goes', async () => {
			await shows('operation', ...SUBMISSION, ...DOWNLOAD, 'simplify');
		});

		test('Submit asks for no download', async () => {
			await editor.choose('operation', 'Submit');
			await shows('operation', ...SUBMISSION, 'simplify');
		});

		test('Get Result asks for a prediction instead of a picture', async () => {
			await editor.choose('operation', 'Get Result');
			await shows('operation', 'predictionId', 'waitForCompletion', ...DOWNLOAD, 'simplify');
		});

		test('Image Input Type changes the picture’s address into the name of an input field, and back', async () => {
			await editor.choose('operation', 'Submit and Wait');
			await editor.choose('imageInputType', 'Binary File');
			await editor.parameter('binaryPropertyName').waitFor();
			await editor.parameter('imageUrl').waitFor({ state: 'hidden' });
			await editor.choose('imageInputType', 'Image URL');
			await editor.parameter('imageUrl').waitFor();
			await editor.parameter('binaryPropertyName').waitFor({ state: 'hidden' });
		});

		test('without Download Video no output field is asked for', async () => {
			await editor.choose('operation', 'Submit and Wait');
			await editor.toggle('downloadVideo');
			await editor.parameter('binaryOutputField').waitFor({ state: 'hidden' });
		});

		test('Resolution offers 1080p with every model but the two Seedance 2.0 Fast', async () => {
			await editor.choose('operation', 'Submit');
			const models = await editor.choices('model');
			expect(models).toHaveLength(8);
			const with1080p: string[] = [];
			for (const model of models) {
				await editor.choose('model', model);
				const resolutions = await editor.choices('resolution');
				expect(resolutions.slice(0, 2)).toEqual(['720p', '480p']);
				if (resolutions.includes('1080p')) with1080p.push(model);
			}
			expect(models.filter((model) => !with1080p.includes(model))).toEqual([
				'Seedance 2.0 Fast',
				'Seedance 2.0 Fast (Dreamina)',
			]);
		});

		test('the options offer the last frame’s address and its field, until Last Frame Input Type decides', async () => {
			const ADDRESS = 'Last Frame Image URL';
			const FIELD = 'Last Frame Field Name';
			await editor.choose('operation', 'Submit and Wait');
			expect(await editor.addOption(FIELD)).toContain(ADDRESS);
			await editor.parameter('lastFrameBinaryPropertyName').waitFor();

			await editor.addOption('Last Frame Input Type');
			await editor.parameter('lastFrameBinaryPropertyName').waitFor({ state: 'hidden' });
			await editor.choose('lastFrameInputType', 'Binary File');
			expect(await editor.addOption(FIELD)).not.toContain(ADDRESS);
			await editor.parameter('lastFrameBinaryPropertyName').waitFor();
		});

		test('no label of an option is cut', async () => {
			await editor.addOption('Spending Limit (Seconds)');
			await editor.parameter('spendingLimit').waitFor();
			expect(await editor.cutLabels()).toEqual([]);
		});

		test('the options of waiting are offered in the two operations that may wait', async () => {
			const WAITING = ['Polling Interval (Seconds)', 'Survive Restarts', 'Timeout (Minutes)'];
			await editor.choose('operation', 'Get Result');
			const getting = await editor.addOption('Max Concurrent Requests');
			expect(getting).toEqual(['File Name', 'Max Concurrent Requests', ...WAITING]);
			await editor.choose('operation', 'Submit');
			const submitting = await editor.addOption('Seed');
			expect(submitting).not.toEqual(expect.arrayContaining([WAITING[0]]));
			await editor.choose('operation', 'Submit and Wait');
			expect(await editor.addOption('Camera Fixed')).toEqual(expect.arrayContaining(WAITING));
		});
	});

	describe('the parameters of the tool', () => {
		beforeAll(() => stage.editor.openNode(TOOL));
		afterAll(() => stage.editor.closeNode());

		test('ask for no file, and for nothing that a tool cannot do', async () => {
			const { editor } = stage;
			await editor.parameter('imageUrl').waitFor();
			const names = await editor.parameters();
			const ofFiles = ['imageInputType', ...DOWNLOAD];
			expect(names.filter((name) => ofFiles.includes(name))).toEqual([]);
			expect(await editor.addOption('Camera Fixed')).toEqual([
				'Camera Fixed',
				'Generate Audio',
				'Last Frame Image URL',
				'Max Concurrent Requests',
				'Polling Interval (Seconds)',
				'Seed',
				'Spending Limit (Seconds)',
				'Timeout (Minutes)',
			]);
		});
	});

	describe('the node after one that never ran', () => {
		beforeAll(() => stage.editor.openNode(NEW_MODEL));
		afterAll(() => stage.editor.closeNode());

		test('can be mapped, where n8n serves what a community node puts out', async () => {
			const { place, editor } = stage;
			await editor.parameter('model').waitFor();
			const field = editor.page
				.getByTestId('ndv-input-panel')
				.getByText('videoUrl', { exact: true });
			await field.first().waitFor({ state: place.version === '1.100.1' ? 'hidden' : 'visible' });
		});

		test('may have a model that the dropdown does not have, where n8n allows it', async () => {
			const { place, editor } = stage;
			const isMarked = place.version === '1.100.1';
			await eventually(async () => {
				const issues = editor.parameter('model').getByTestId('parameter-issues');
				expect(await issues.count()).toBe(isMarked ? 1 : 0);
			});
		});
	});
}
