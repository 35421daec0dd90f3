// Entering the credential in the editor, and what its test says there.
import type { Page } from 'playwright-core';

import { eventually } from './eventually';
import { NO_CREDENTIAL, type Stage } from './stage';

export function credential(stage: Stage): void {
	describe('the credential', () => {
		const { place } = stage;
		let page: Page;
		beforeAll(async () => {
			page = stage.editor.page;
			await stage.editor.openNode(NO_CREDENTIAL);
			await openCredentialForm(page);
		});
		afterAll(async () => {
			// Not with Escape, which in 2.x closes the node as well.
			await dialog().getByRole('button', { name: 'Close this dialog' }).click();
			await dialog().waitFor({ state: 'hidden' });
			await stage.editor.closeNode();
		});

		const dialog = () => page.getByTestId('editCredential-modal');
		const field = (name: string) =>
			dialog().getByTestId(`parameter-input-${name}`).locator('input').first();
		const save = async (apiKey: string) => {
			await field('apiKey').fill(apiKey);
			await dialog().getByTestId('credential-save-button').click();
		};

		test('the key is hidden, the Base URL is filled in', async () => {
			await eventually(async () => {
				expect(await field('apiKey').getAttribute('type')).toBe('password');
				expect(await field('baseUrl').inputValue()).toBe('https://gptproto.com');
			});
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
}

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
