// Finding the node in the editor's node panel and putting it into a workflow.
import codex from '../../nodes/SeedanceImageToVideo/SeedanceImageToVideo.node.json';
import type { Editor } from './editor';
import { eventually } from './eventually';
import type { Stage } from './stage';

const NAME = 'Seedance Image to Video';
/** What people type who want this node and know no name: it is to be the first of what they find. */
const FIRST = [
	'image to video',
	'picture to video',
	'photo to video',
	'generate video',
	'make video',
	'ai video',
	'animate picture',
	'animate',
	'photo',
	'reel',
];
const FOUND = ['video', 'seedance', 'bytedance', 'gptproto', 'doubao'];

export function nodePanel(stage: Stage): void {
	describe('the node panel', () => {
		let editor: Editor;
		beforeAll(async () => {
			editor = stage.editor;
			await editor.openNodePanel();
		});

		const searchAnew = async (words: string) => {
			await editor.search('no node has this name');
			await editor.foundNode(NAME).waitFor({ state: 'hidden' });
			await editor.search(words);
		};

		test.each([...new Set([...FIRST, ...FOUND, ...codex.alias])])(
			'"%s" finds the node',
			async (words) => {
				await searchAnew(words);
				await editor.foundNode(NAME).waitFor();
				if (FIRST.includes(words)) expect((await editor.foundNames())[0]).toBe(NAME);
			},
		);

		test('"text to video", which it does not do, does not find it', async () => {
			await searchAnew('text to video');
			await eventually(async () => expect(await editor.foundNames()).not.toContain(NAME));
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
