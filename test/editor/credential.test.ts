// Entering the credential in the editor, and what its test says there.
import type { Browser, Page } from 'playwright-core';

import { inEveryN8n } from '../e2e/in-every-n8n';
import { line, SEEDANCE, seedance, start } from '../e2e/workflows';
import { openBrowser, openTab } from './browser';
import { Editor } from './editor';

inEveryN8n((place) => {
	let browser: Browser;
	let page: Page;
	beforeAll(async () => {
		browser = await openBrowser();
		page = await openTab(browser, place.rest.session.state);
		const editor = new Editor(page);
		const node = { ...seedance(place.credential), credentials: {} };
		await editor.openWorkflow(await place.rest.createWorkflow(line(start(), node)));
		await editor.openNode(SEEDANCE);
		await openCredentialForm(page);
	});
	afterAll(() => browser?.close());

	const dialog = () => page.getByTestId('editCredential-modal');
	const field = (name: string) =>
		dialog().getByTestId(`parameter-input-${name}`).locator('input').first();
	const save = async (apiKey: string) => {
		await field('apiKey').fill(apiKey);
		await dialog().getByTestId('credential-save-button').click();
	};

	test('the key is hidden, the Base URL is filled in', async () => {
		expect(await field('apiKey').getAttribute('type')).toBe('password');
		expect(await field('baseUrl').inputValue()).toBe('https://gptproto.com');
	});

	test('a wrong key gets a refusal', async () => {
		await field('baseUrl').fill(place.sandbox.baseUrl);
		await save('sk-wrong');
		await dialog().getByText('Couldn’t connect with these settings').waitFor();
		expect(place.sandbox.requests.at(-1)).toMatchObject({ path: '/v1/models', status: 401 });
	});

	test('the right key gets a success', async () => {
		await save(place.sandbox.apiKey);
		if (!place.version.startsWith('1.')) {
			// 2.x closes the dialog on a success, and says it when the dialog is opened again.
			await dialog().waitFor({ state: 'hidden' });
			await page.getByTestId('credential-edit-button').click();
		}
		await dialog().getByText('Connection tested successfully').waitFor();
		expect(place.sandbox.requests.at(-1)).toMatchObject({ path: '/v1/models', status: 200 });
	});
});

/** The node's own way to a new credential: a button where there is none, else the last line of a list. */
async function openCredentialForm(page: Page): Promise<void> {
	const connect = page.getByTestId('node-credentials-empty-state').getByRole('button');
	const select = page.getByTestId('node-credentials-select');
	await connect.or(select).first().waitFor();
	if (await connect.isVisible()) {
		await connect.click();
	} else {
		await select.first().click();
		await page.getByTestId('node-credentials-select-item-new').filter({ visible: true }).click();
	}
	await page.getByTestId('editCredential-modal').waitFor();
}
