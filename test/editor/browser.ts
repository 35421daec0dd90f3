// Knows how to open n8n's editor in Debian's Chromium: logged in, one window size, nothing but 127.0.0.1 to talk to.
import { existsSync } from 'node:fs';

import { type Browser, chromium, type Page, selectors } from 'playwright-core';

import type { LoginState } from '../../tools/n8n/session';

export const WINDOW = { width: 1440, height: 900 };

const CHROMIUM = '/usr/bin/chromium';
/** How long a slow machine may take for one step. */
export const PATIENCE_MS = 90_000;

// n8n's own attribute for what its tests look for.
selectors.setTestIdAttribute('data-test-id');

// What fades or slides is there at once: a test would only wait for it.
const STILL = `
	const still = new CSSStyleSheet();
	still.replaceSync('*, *::before, *::after { transition-duration: 0s !important; transition-delay: 0s !important; animation-duration: 0s !important; animation-delay: 0s !important; }');
	document.adoptedStyleSheets.push(still);
`;

/** @throws Error saying what to install when there is no Chromium */
export async function openBrowser(): Promise<Browser> {
	if (!existsSync(CHROMIUM)) {
		throw new Error(`${CHROMIUM} is missing. Install it: apt-get install chromium`);
	}
	return await chromium.launch({
		executablePath: CHROMIUM,
		args: [
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
			'--hide-scrollbars',
			'--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
		],
	});
}

/** An empty tab, logged in; n8n reads the browser's id from its local storage. */
export async function openTab(browser: Browser, login: LoginState): Promise<Page> {
	const context = await browser.newContext({
		baseURL: login.baseUrl,
		viewport: WINDOW,
		reducedMotion: 'reduce',
		acceptDownloads: true,
	});
	context.setDefaultTimeout(PATIENCE_MS);
	await context.addCookies(
		login.cookie.split('; ').map((cookie) => {
			const [name = '', ...value] = cookie.split('=');
			return { name, value: value.join('='), url: login.baseUrl };
		}),
	);
	// Runs in the page, where `localStorage` is.
	await context.addInitScript(`localStorage.setItem('n8n-browserId', '${login.browserId}');`);
	await context.addInitScript(STILL);
	return await context.newPage();
}
