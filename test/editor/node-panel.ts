// Finding the node in the editor's node panel and putting it into a workflow.
import codex from '../../nodes/SeedanceImageToVideo/SeedanceImageToVideo.node.json';
import type { Editor } from './editor';
import { eventually } from './eventually';
import type { Stage } from './stage';

const NAME = 'Seedance Image to Video';
const PROMISED = [
	'video',
	'image to video',
	'animate',
	'seedance',
	'bytedance',
	'gptproto',
	'doubao',
];

export function nodePanel(stage: Stage): void {
	describe('the node panel', () => {
		let editor: Editor;
		beforeAll(async () => {
			editor = stage.editor;
			await editor.openNodePanel();
		});

		test('every word people may look for is an alias', () => {
			expect(codex.alias).toEqual(expect.arrayContaining(PROMISED));
		});

		test.each(codex.alias)('"%s" finds the node', async (alias) => {
			await editor.search('no node has this name');
			await editor.foundNode(NAME).waitFor({ state: 'hidden' });
			await editor.search(alias);
			await editor.foundNode(NAME).waitFor();
		});

		test('it offers its three operations, and one click adds it to the workflow', async () => {
			const { page } = editor;
			await editor.search(NAME);
			await editor.foundNode(NAME).click();
			const offered = ['Generate video from image', 'Start video from image', 'Get video'];
			const actions = page
				.getByTestId('node-creator')
				.getByText(new RegExp(`^\\s*(${offered.join('|')})\\s*$`));
			await eventually(async () => {
				expect((await actions.allInnerTexts()).map((text) => text.trim())).toEqual(offered);
			});

			await actions.first().click();

			await editor.parameter('imageUrl').waitFor();
			await editor.canvasNode(NAME).waitFor({ state: 'attached' });
		});
	});
}
