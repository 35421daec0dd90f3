// The output items that the documents show: put out by the built node itself, in n8n's engine against the sandbox.
import type { INodeExecutionData } from 'n8n-workflow';

import { type SandboxOptions, startSandbox } from '../../sandbox';
import { builtProduct } from '../engine/built-product';
import { startRuntime } from '../engine/runtime';
import { itemsOf, runSeedance, SEEDANCE } from '../engine/seedance';
import { code, fenced, table } from './markdown';

/** Runs the node once, with On Error "Continue", against a sandbox of its own. */
async function runOne(options: SandboxOptions): Promise<INodeExecutionData> {
	const runtime = await startRuntime();
	const sandbox = await startSandbox({
		predictionId: () => 'ccf45407-3a34ff1cc619c585',
		video: { kind: 'buffer', data: Buffer.from('video') },
		...options,
	});
	try {
		const run = await runSeedance({
			product: builtProduct(),
			credential: { apiKey: sandbox.apiKey, baseUrl: sandbox.baseUrl },
			parameters: {
				imageUrl: 'https://tos.gptproto.com/resource/cat.png',
				prompt: 'The cat looks up, a gentle breeze in its fur',
				options: { pollingInterval: 0.1 },
			},
			onError: 'continueRegularOutput',
		}).finished;
		const [item] = itemsOf(run, SEEDANCE);
		if (!item) throw new Error('The node put out no item');
		return item;
	} finally {
		await sandbox.close();
		await runtime.close();
	}
}

/** An item as the editor's JSON view has it, without what the store keeps for itself, the same at every run. */
function shown({ json, binary, pairedItem }: INodeExecutionData): string {
	const file = binary?.data && {
		fileName: binary.data.fileName,
		mimeType: binary.data.mimeType,
		fileType: binary.data.fileType,
		fileExtension: binary.data.fileExtension,
	};
	const parts = { json, ...(file && { binary: { data: file } }), pairedItem };
	const text = JSON.stringify(parts, null, 2)
		.replace(/http:\/\/127\.0\.0\.1:\d+/g, 'http://127.0.0.1:8788')
		.replace(/(signature=)\w+/g, '$116c54ff3ccf3fe6a14c11763')
		.replace(/("executionTime": )[\d.]+/g, '$180')
		.replace(/("createdAt": )"[^"]*"/g, '$1"2026-11-24 19:14:31"');
	return fenced('json', text);
}

export async function finishedItem(): Promise<string> {
	return shown(await runOne({}));
}

export async function endedItem(): Promise<string> {
	const outcome = () => ({ status: 'failed', error: 'The picture shows a face' }) as const;
	return shown(await runOne({ outcome }));
}

const FIELDS: Readonly<Record<string, string>> = {
	predictionId: 'The ID at GPTProto; Get Result takes it',
	status: 'See the table of statuses',
	model: 'The model that renders the video',
	videoUrl: 'Address of the video for about a day; null until there is a video',
	failureReason: 'Why there is no video; null unless the prediction ended without one',
	width: 'Documented frame width in pixels; null in Get Result and for a model not listed here',
	height: 'Documented frame height in pixels; null in the same cases',
	hasNsfwContent: "GPTProto's own check: true, false, or null where it says nothing",
	executionTime: 'As GPTProto gives it; the unit is not documented',
	createdAt: 'When the prediction was created, as GPTProto gives it',
};

export async function fieldsTable(): Promise<string> {
	const { json } = await runOne({});
	const rows = Object.keys(json).map((field) => {
		const meaning = FIELDS[field];
		if (meaning === undefined) throw new Error(`tools/docs/items.ts lacks the field "${field}"`);
		return [code(field), meaning];
	});
	return table(['Field', 'What it holds'], rows);
}
