// Knows the places of n8n's editor that the tests visit: canvas, node panel, and a node's own window.
import type { Locator, Page } from 'playwright-core';

import type { Workflow } from '../../tools/n8n/workflow';

const NOT_PARAMETERS = new Set(['parameter-input-field', 'parameter-input-item']);

/** An element of the page; its types are not loaded here. */
interface Shown {
	readonly scrollWidth: number;
	readonly clientWidth: number;
	readonly innerText: string;
	checkVisibility(): boolean;
	getAttribute(name: string): string;
}

export class Editor {
	constructor(readonly page: Page) {}

	async openWorkflow(workflow: Workflow): Promise<void> {
		await this.page.goto(`/workflow/${workflow.id}`, { waitUntil: 'commit' });
		await this.canvasNode(workflow.nodes.at(-1)?.name ?? '').waitFor();
	}

	canvasNode(name: string): Locator {
		return this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);
	}

	/** Opens a node's window with a double click on the canvas. */
	async openNode(name: string): Promise<void> {
		await this.canvasNode(name).dblclick();
		await this.page.getByTestId('node-parameters').waitFor();
	}

	/** Goes back to the canvas. */
	async closeNode(): Promise<void> {
		const { page } = this;
		// A cross in 2.x, words in 1.x.
		await page.getByTestId('ndv-close-button').or(page.getByTestId('back-to-canvas')).click();
		await page.getByTestId('node-parameters').waitFor({ state: 'hidden' });
	}

	async openNodePanel(): Promise<void> {
		await this.page.getByTestId('node-creator-plus-button').click();
		await this.page.getByTestId('node-creator-search-bar').waitFor();
	}

	/** Types into the node panel's search; what it finds is to be waited for. */
	async search(words: string): Promise<void> {
		await this.page.getByTestId('node-creator-search-bar').fill(words);
	}

	foundNode(displayName: string): Locator {
		return this.page
			.getByTestId('item-iterator-item')
			.filter({ has: this.page.getByTestId('node-creator-item-name').getByText(displayName) });
	}

	/** The names of what the search found, the best first. */
	async foundNames(): Promise<string[]> {
		const names = await this.page.getByTestId('node-creator-item-name').allInnerTexts();
		return names.map((name) => name.trim());
	}

	parameter(name: string): Locator {
		return this.page.getByTestId('node-parameters').getByTestId(`parameter-input-${name}`);
	}

	/** The names of the parameters that can be seen, from top to bottom, at one moment. */
	async parameters(): Promise<string[]> {
		const inputs = this.page.locator(
			'[data-test-id="node-parameters"] [data-test-id^="parameter-input-"]',
		);
		const ids = await inputs.evaluateAll((elements) =>
			(elements as unknown as Shown[])
				.filter((element) => element.checkVisibility())
				.map((element) => element.getAttribute('data-test-id')),
		);
		return ids
			.filter((id) => !NOT_PARAMETERS.has(id))
			.map((id) => id.replace('parameter-input-', ''));
	}

	/** The labels that the window has no room for. */
	async cutLabels(): Promise<string[]> {
		const texts = this.page.getByTestId('node-parameters').locator('label .n8n-text');
		return await texts.evaluateAll((elements) =>
			(elements as unknown as Shown[])
				.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
				.map(({ innerText }) => innerText),
		);
	}

	/** What a dropdown offers. Opens it and closes it again. */
	async choices(parameter: string): Promise<string[]> {
		const items = await this.openDropdown(parameter);
		const names = (await items.allInnerTexts()).map((text) => text.trim().split('\n')[0] ?? '');
		await this.closeDropdown(parameter, items);
		return names;
	}

	async choose(parameter: string, choice: string): Promise<void> {
		const items = await this.openDropdown(parameter);
		await items.getByText(choice, { exact: true }).click();
		await items.first().waitFor({ state: 'hidden' });
	}

	async toggle(parameter: string): Promise<void> {
		await this.parameter(parameter).locator('.el-switch').click();
	}

	/**
	 * Adds one of the collection "Options".
	 *
	 * @returns what "Add option" offered
	 */
	async addOption(option: string): Promise<string[]> {
		const panel = this.page.getByTestId('node-parameters');
		// A button in 2.x, a dropdown in 1.x.
		const button = panel.getByTestId('collection-parameter-add');
		const dropdown = panel.getByPlaceholder('Add option').or(panel.getByText('Add option'));
		await button.or(dropdown).first().click();
		const items = this.page.getByTestId('collection-parameter-option').filter({ visible: true });
		await items.first().waitFor();
		const offered = (await items.allInnerTexts()).map((text) => text.trim());
		await items.getByText(option, { exact: true }).click();
		await items.first().waitFor({ state: 'hidden' });
		return offered;
	}

	private async openDropdown(parameter: string): Promise<Locator> {
		const input = this.parameter(parameter);
		await input.scrollIntoViewIfNeeded();
		await input.locator('input').click();
		const items = this.page.getByTestId('parameter-input-item').filter({ visible: true });
		await items.first().waitFor();
		return items;
	}

	private async closeDropdown(parameter: string, items: Locator): Promise<void> {
		await this.parameter(parameter).locator('input').click();
		await items.first().waitFor({ state: 'hidden' });
	}
}
