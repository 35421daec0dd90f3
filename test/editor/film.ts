// Knows how to come by a film worth showing: a picture drawn in Chromium, and the sandbox's rendering of it.
import type { Browser } from 'playwright-core';
import { fetch } from 'undici';

import { startSandbox } from '../../sandbox';

const SIZE = { width: 1280, height: 720 };

// A cat on a hill at sunset.
const CAT = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1280 720" width="1280" height="720">
<linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
<stop offset="0" stop-color="#3b2a63"/><stop offset=".55" stop-color="#c8577a"/><stop offset="1" stop-color="#f6b26b"/>
</linearGradient>
<rect width="1280" height="720" fill="url(#sky)"/>
<circle cx="880" cy="430" r="110" fill="#ffe1a6"/>
<path d="M0 560 Q320 430 700 540 T1280 500 V720 H0Z" fill="#54365f"/>
<path d="M0 640 Q420 500 820 610 T1280 610 V720 H0Z" fill="#2c1c3f"/>
<g fill="#140c22">
<path d="M520 590 C480 470 510 400 575 385 C650 400 690 480 680 590Z"/>
<path d="M515 330 L505 250 L560 285 Q580 278 602 285 L655 250 L645 330 Q640 400 580 405 Q520 400 515 330Z"/>
<path d="M670 575 C760 590 790 520 750 470" fill="none" stroke="#140c22" stroke-width="26" stroke-linecap="round"/>
</g>
<g fill="#ffd479"><ellipse cx="552" cy="332" rx="9" ry="12"/><ellipse cx="608" cy="332" rx="9" ry="12"/></g>
</svg>`;

/** A few seconds of a cat at sunset, as an MP4. */
export async function catFilm(browser: Browser): Promise<Buffer> {
	const page = await browser.newPage({ viewport: SIZE });
	await page.setContent(`<body style="margin:0">${CAT}</body>`);
	const picture = await page.screenshot();
	await page.close();

	const sandbox = await startSandbox({ queueMs: 0, renderMs: 0 });
	try {
		const headers = { authorization: sandbox.apiKey, 'content-type': 'application/json' };
		const path = '/api/v3/bytedance/doubao-seedance-2-0-fast-260128/image-to-video';
		const image = `data:image/png;base64,${picture.toString('base64')}`;
		const body = JSON.stringify({
			prompt: 'The cat looks up',
			image,
			is_upload_media: true,
		});
		const submitted = await fetch(sandbox.baseUrl + path, { method: 'POST', headers, body });
		if (!submitted.ok) throw new Error(await submitted.text());
		const id = sandbox.predictions[0]?.id;
		const result = await fetch(`${sandbox.baseUrl}/api/v3/predictions/${id}/result`, { headers });
		const { data } = (await result.json()) as { data: { outputs: string[] } };
		const video = await fetch(data.outputs[0] ?? '');
		return Buffer.from(await video.arrayBuffer());
	} finally {
		await sandbox.close();
	}
}
