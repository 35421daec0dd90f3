// Knows what a person does in the editor of one n8n, in an order that works in one tab: what changes the workflow comes
// after what needs it as it was.
import { readdirSync } from 'node:fs';

import { type N8nVersion, WHOLE_VERSIONS } from '../../tools/n8n/versions';
import { credential } from './credential';
import { nodePanel } from './node-panel';
import { parameters } from './parameters';
import { running } from './run';
import { Stage } from './stage';

/** Declares the tests. A file for each n8n, so that two run at a time. */
export function inTheEditor(version: N8nVersion): void {
	const stage = new Stage(version);
	beforeAll(() => stage.open());
	beforeEach(() => stage.place.sandbox.reset());
	afterAll(() => stage.close());

	describe(`n8n ${version}`, () => {
		running(stage);
		credential(stage);
		parameters(stage);
		nodePanel(stage);
	});

	test('every n8n has its file', () => {
		const files = WHOLE_VERSIONS.map((one) => `n8n-${one}.test.ts`);
		expect(readdirSync(__dirname)).toEqual(expect.arrayContaining(files));
	});
}
