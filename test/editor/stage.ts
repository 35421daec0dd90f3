// Knows what all the editor's tests of one n8n share: a browser, one tab, and one workflow with a node for each subject.
// Loading the editor takes longer than most tests, so it is loaded once.
import type { Browser } from 'playwright-core';

import { TOOL_TYPE } from '../../tools/n8n/package';
import type { N8nVersion } from '../../tools/n8n/versions';
import { Place } from '../e2e/in-every-n8n';
import { line, seedance, start } from '../e2e/workflows';
import { openBrowser, openTab } from './browser';
import { Editor } from './editor';

/** A node as it is when it was just added, but for its credential. */
export const DEFAULTS = 'Defaults';
export const NO_CREDENTIAL = 'No Credential';
/** A node whose model is an ID that is not in the dropdown. */
export const NEW_MODEL = 'New Model';
export const TOOL = 'Tool';

export class Stage {
	readonly place: Place;
	editor!: Editor;
	private browser: Browser | undefined;

	constructor(version: N8nVersion) {
		this.place = new Place(version);
	}

	async open(): Promise<void> {
		const { place } = this;
		await place.open({ sandbox: { video: { kind: 'render' } } });
		const { credential, rest } = place;
		const nodes = [
			start(),
			seedance(credential),
			{ ...seedance(credential), name: NO_CREDENTIAL, credentials: {} },
			{ ...seedance(credential), name: DEFAULTS, parameters: { options: {} } },
			{ ...seedance(credential, { model: '=seedance-9' }), name: NEW_MODEL },
		].map((node, index) => ({ ...node, position: [240 * index, 0] as [number, number] }));
		const tool = {
			...seedance(credential),
			name: TOOL,
			type: TOOL_TYPE,
			parameters: { options: {} },
		};
		const definition = line(...nodes);
		definition.nodes.push({ ...tool, position: [0, 240] });
		const workflow = await rest.createWorkflow(definition);
		this.browser = await openBrowser();
		this.editor = new Editor(await openTab(this.browser, rest.session.state));
		await this.editor.openWorkflow(workflow);
	}

	async close(): Promise<void> {
		await this.browser?.close();
		await this.place.close();
	}
}
