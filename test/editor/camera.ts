// Knows how a picture of the editor is taken: still, without passing messages, in a fixed size, and where it is put.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import type { Page } from 'playwright-core';

/** n8n takes the browser's, as long as nobody chose another. */
const THEMES = ['light', 'dark'] as const;
const DOCUMENTATION = resolve(__dirname, '..', '..', 'docs', 'images');

// Run in the page. An icon may have a picture for each theme, which is asked for when the theme has changed.
const TWO_FRAMES =
	'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';
const IS_LOADED = `document.fonts.status === "loaded" &&
	[...document.images].every(({ complete, loading }) => complete || loading === "lazy")`;

export interface Size {
	readonly width: number;
	readonly height: number;
}

export class Camera {
	private constructor(
		private readonly folder: string,
		private readonly isTemporary: boolean,
	) {}

	/** Pictures go to docs/images when UPDATE_SCREENSHOTS=1 asks for it, else to a folder that `close()` removes. */
	static async open(): Promise<Camera> {
		if (process.env.UPDATE_SCREENSHOTS === '1') {
			await mkdir(DOCUMENTATION, { recursive: true });
			return new Camera(DOCUMENTATION, false);
		}
		return new Camera(await mkdtemp(join(tmpdir(), 'seedance-screenshots-')), true);
	}

	/**
	 * Takes a picture, light and dark, of the window or of a part of it that begins at an element's upper right corner.
	 *
	 * @param open opens what would close by itself, such as a menu, for each of the two
	 * @returns the pictures' sizes
	 */
	async take(
		page: Page,
		name: string,
		part?: { readonly rightOf: string } & Size,
		open: () => Promise<void> = async () => {},
	): Promise<Size[]> {
		await dismissMessages(page);
		await page.mouse.move(0, 0);
		const box = part && (await page.getByTestId(part.rightOf).boundingBox());
		const { x = 0, y = 0, width: offset = 0 } = box ?? {};
		const clip = part && { x: x + offset, y, width: part.width, height: part.height };
		const sizes: Size[] = [];
		for (const theme of THEMES) {
			await page.emulateMedia({ colorScheme: theme });
			await page.evaluate(TWO_FRAMES);
			await page.waitForFunction(IS_LOADED);
			await open();
			const picture = await page.screenshot({
				path: join(this.folder, `${name}-${theme}.png`),
				animations: 'disabled',
				caret: 'hide',
				...(clip && { clip }),
			});
			// A PNG's width and height stand at a fixed place.
			sizes.push({ width: picture.readUInt32BE(16), height: picture.readUInt32BE(20) });
		}
		return sizes;
	}

	async close(): Promise<void> {
		if (this.isTemporary) await rm(this.folder, { recursive: true, force: true });
	}
}

/** Closes what n8n shows for some seconds in a corner. */
async function dismissMessages(page: Page): Promise<void> {
	const messages = page.locator('.el-notification');
	for (const message of await messages.all()) {
		await message
			.locator('.el-notification__closeBtn')
			.click({ timeout: 2_000 })
			.catch(() => {}); // gone by itself
	}
	await messages.first().waitFor({ state: 'hidden' });
}
