// Asserting on a page that is still drawing itself: n8n's editor fills in many a field a moment after it shows it.
import { setTimeout as sleep } from 'node:timers/promises';

import { PATIENCE_MS } from './browser';

const LOOK_EVERY_MS = 100;

/** Tries an assertion until it holds. @throws its last failure, when the page's patience is over */
export async function eventually(assertion: () => Promise<void>): Promise<void> {
	const until = performance.now() + PATIENCE_MS;
	for (;;) {
		const failure = await assertion().catch((error: unknown) => error ?? new Error('no reason'));
		if (failure === undefined) return;
		if (performance.now() >= until) throw failure;
		await sleep(LOOK_EVERY_MS);
	}
}
