// The pictures of the documentation, light and dark. `UPDATE_SCREENSHOTS=1 npm run test:editor -- screenshots` writes
// them to docs/images; without that variable they go to a temporary folder, so that the checkout stays as it is.
import type { Browser, Page } from 'playwright-core';

import { SeedanceImageToVideo } from '../../nodes/SeedanceImageToVideo/SeedanceImageToVideo.node';
import { NEWEST_VERSION } from '../../tools/n8n/versions';
import type { WorkflowNode } from '../../tools/n8n/workflow';
import { Place } from '../e2e/in-every-n8n';
import { keepersOf, until } from '../e2e/parked';
import { line, node, seedance } from '../e2e/workflows';
import { openBrowser, openTab, WINDOW } from './browser';
import { Camera, type Size } from './camera';
import { Editor } from './editor';
import { catFilm } from './film';

const NAME = 'Seedance Image to Video';
/** One operation with all its parameters; three of them fit side by side. */
const PARAMETERS = { width: 420, height: 1080 };
const PANEL = { width: 1100, height: 640 };

const place = new Place(NEWEST_VERSION);
let browser: Browser;
let camera: Camera;
let page: Page;
let editor: Editor;

beforeAll(async () => {
	browser = await openBrowser();
	camera = await Camera.open();
	await place.open({ credentialName: 'GPTProto account' });
	place.sandbox.options.video = { kind: 'buffer', data: await catFilm(browser) };
	page = await openTab(browser, place.rest.session.state);
	editor = new Editor(page);
});
afterAll(async () => {
	await browser?.close();
	await camera?.close();
	await place.close();
});

const trigger = () =>
	node(
		'When clicking ‘Execute workflow’',
		'n8n-nodes-base.manualTrigger',
		1,
		{},
		{ id: 'trigger' },
	);

const step = (parameters: Record<string, unknown> = {}): WorkflowNode => ({
	...seedance(place.credential),
	name: NAME,
	position: [220, 0],
	parameters: {
		imageUrl: 'https://example.com/cat.png',
		prompt: 'The cat looks up, a gentle breeze in its fur, golden sunset light',
		options: {},
		...parameters,
	},
});

const spread = (index: number): [number, number] => [220 * (index + 1), 0];

/** In light and dark. */
const twice = (size: Size) => [size, size];

const open = async (...nodes: WorkflowNode[]) => {
	const workflow = { ...line(...nodes), name: 'Pictures to videos' };
	await editor.openWorkflow(await place.rest.createWorkflow(workflow));
};

test('the node panel', async () => {
	await page.setViewportSize(PANEL);
	await open(trigger());
	await editor.openNodePanel();
	await editor.search('image to video');
	await editor.foundNode(NAME).waitFor();
	expect(await camera.take(page, 'node-panel')).toEqual(twice(PANEL));
});

test('the operations', async () => {
	await page.setViewportSize({ ...WINDOW, height: 1260 });
	const steps = {
		'submit-and-wait': step(),
		submit: step({ operation: 'submit' }),
		'get-result': step({ operation: 'getResult', predictionId: '={{ $json.predictionId }}' }),
	};
	const named = Object.entries(steps).map(([name, node]) => ({ ...node, name }));
	await open(trigger(), ...named.map((node, at) => ({ ...node, position: spread(at) })));
	for (const { name } of named) {
		await editor.openNode(name);
		const part = { rightOf: 'ndv-input-panel', ...PARAMETERS };
		expect(await camera.take(page, `operation-${name}`, part)).toEqual(twice(PARAMETERS));
		await page.getByTestId('ndv-close-button').click();
	}
});

test('a finished run, its video, and the canvas', async () => {
	await page.setViewportSize(WINDOW);
	// Below what the pictures show.
	await open(trigger(), step({ options: { pollingInterval: 0.1 } }));
	await editor.openNode(NAME);
	await page.getByTestId('node-execute-button').click();
	const output = page.getByTestId('output-panel');
	await output.getByTestId('radio-button-schema').click();
	await output.getByText('succeeded').waitFor();
	expect(await camera.take(page, 'finished-run')).toEqual(twice(WINDOW));

	await output.getByTestId('radio-button-binary').click();
	await output.getByTestId('ndv-view-binary-data').click();
	await output.locator('video').waitFor();
	await page.waitForFunction('document.querySelector("video").readyState >= 2');
	await page.evaluate('document.querySelector("video").pause()');
	expect(await camera.take(page, 'video-preview')).toEqual(twice(WINDOW));

	await page.getByTestId('ndv-close-button').click();
	await page.setViewportSize(PANEL);
	await page.getByTestId('zoom-to-fit').click();
	expect(await camera.take(page, 'workflow')).toEqual(twice(PANEL));
});

test('a node that waits in the database, and the execution that keeps its wait', async () => {
	await page.setViewportSize(WINDOW);
	const { rest } = place;
	const workflow = await rest.createWorkflow({
		...line(trigger(), step({ options: { surviveRestarts: true } })),
		name: 'Pictures to videos',
	});
	await editor.openWorkflow(workflow);
	await page.getByTestId('execute-workflow-button').click();
	await until(async () => (await keepersOf(rest, workflow)).length > 0);
	const [keeper = ''] = await keepersOf(rest, workflow);
	await editor.openNode(NAME);
	const output = page.getByTestId('output-panel');
	await output
		.getByText(String(new SeedanceImageToVideo().description.waitingNodeTooltip))
		.waitFor();
	expect(await camera.take(page, 'waiting-node')).toEqual(twice(WINDOW));

	const link = output.getByTestId('related-execution-link');
	expect(await link.getAttribute('href')).toContain(`${workflow.id}/executions/${keeper}`);

	await page.goto(`/workflow/${workflow.id}/executions/${keeper}`, { waitUntil: 'commit' });
	await editor.canvasNode('Get Videos').waitFor();
	await page.getByText('Waiting').nth(1).waitFor();
	expect(await camera.take(page, 'parked-execution')).toEqual(twice(WINDOW));
	await rest.stop(keeper);
});

test('the two ways to retry an execution that failed', async () => {
	await page.setViewportSize(PANEL);
	const { rest } = place;
	place.sandbox.options.renderMs = 600_000;
	const late = step({ options: { pollingInterval: 0.1, timeoutMinutes: 0.02 } });
	const workflow = await rest.createWorkflow({
		...line(trigger(), late),
		name: 'Pictures to videos',
	});
	const id = await rest.run(workflow, 'When clicking ‘Execute workflow’');
	await rest.waitFor(id, ['error']);
	await page.goto(`/workflow/${workflow.id}/executions/${id}`, { waitUntil: 'commit' });
	const choice = page.getByText('Retry with currently saved workflow').filter({ visible: true });
	const openMenu = async () => {
		if (await choice.isVisible()) return;
		await page.getByTestId('execution-preview-retry-button').click();
		await choice.waitFor();
	};
	expect(await camera.take(page, 'retry', undefined, openMenu)).toEqual(twice(PANEL));
});
