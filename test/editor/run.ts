// Executing the node in the editor: its output as a table, and its video to view and to download.
import { readFile } from 'node:fs/promises';

import type { Locator, Page } from 'playwright-core';

import { SEEDANCE, SIMPLIFIED_FIELDS } from '../e2e/workflows';
import { eventually } from './eventually';
import type { Stage } from './stage';

export function running(stage: Stage): void {
	describe('executing the node', () => {
		let page: Page;
		let output: Locator;
		let predictionId: string;
		beforeAll(async () => {
			const { editor, place } = stage;
			page = editor.page;
			output = page.getByTestId('output-panel');
			await editor.openNode(SEEDANCE);
			await page.getByTestId('node-execute-button').click();
			await output.getByTestId('radio-button-binary').waitFor();
			predictionId = place.sandbox.predictions[0]?.id ?? '';
		});
		afterAll(() => stage.editor.closeNode());

		test('the table shows the fields of the simplified output', async () => {
			await output.getByTestId('radio-button-table').click();
			const table = output.getByRole('table');
			await table.getByText(predictionId, { exact: true }).waitFor();
			await eventually(async () => {
				const heads = (await table.locator('th').allInnerTexts()).map((text) => text.trim());
				expect(heads.filter((text) => text !== '')).toEqual(SIMPLIFIED_FIELDS);
				expect(await table.locator('td').allInnerTexts()).toContain('succeeded');
			});
		});

		test('the video plays in the output panel, in the documented size', async () => {
			await output.getByTestId('radio-button-binary').click();
			await output.getByText(`${predictionId}.mp4`).waitFor();
			await output.getByTestId('ndv-view-binary-data').click();
			const video = output.locator('video');
			await video.waitFor();
			await page.waitForFunction('document.querySelector("video").readyState >= 2');
			const size = await video.evaluate((element) => {
				const { videoWidth, videoHeight } = element as unknown as Record<string, number>;
				return [videoWidth, videoHeight];
			});
			expect(size).toEqual([864, 496]);
			await output.getByText('Back to list').click();
		});

		test('the video can be downloaded under its name', async () => {
			await output.getByTestId('radio-button-binary').click();
			const coming = page.waitForEvent('download');
			await output.getByTestId('ndv-download-binary-data').click();
			const download = await coming;
			expect(download.suggestedFilename()).toBe(`${predictionId}.mp4`);
			const file = await readFile(await download.path());
			expect(file.subarray(4, 8).toString()).toBe('ftyp');
		});
	});
}
