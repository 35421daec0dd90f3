// The output items that the documents show: put out by the built node itself, in n8n's engine against the sandbox.
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { type Sandbox, startSandbox } from '../../sandbox';
import { builtProduct } from '../engine/built-product';
import { startRuntime } from '../engine/runtime';
import { itemsOf, runSeedance, SEEDANCE } from '../engine/seedance';
import { code, fenced, table } from './markdown';

interface Made {
	readonly finished: INodeExecutionData;
	readonly ended: INodeExecutionData;
}

/** Runs the node once, with On Error "Continue", against a sandbox of its own. */
async function runOne(prepare: (sandbox: Sandbox) => void): Promise<INodeExecutionData> {
	const sandbox = await startSandbox({ video: { kind: 'buffer', data: Buffer.from('video') } });
	prepare(sandbox);
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
	}
}

async function runAll(): Promise<Made> {
	const runtime = await startRuntime();
	try {
		const [finished, ended] = await Promise.all([
			runOne(() => undefined),
			runOne(({ options }) => {
				options.outcome = () => ({ status: 'failed', error: 'The picture shows a face' });
			}),
		]);
		return { finished, ended };
	} finally {
		await runtime.close();
	}
}

let made: Promise<Made> | undefined;

/** The items, made once however many sections show them. */
async function items(): Promise<Made> {
	return await (made ??= runAll());
}

/** An item as the editor's JSON view has it, with what the store keeps for itself left out. */
function shown({ json, binary, pairedItem }: INodeExecutionData): string {
	const files = Object.entries(binary ?? {}).map(([field, file]) => {
		const { fileName, mimeType, fileType, fileExtension } = file;
		return [field, { fileName, mimeType, fileType, fileExtension }];
	});
	const parts = {
		json,
		...(files.length > 0 && { binary: Object.fromEntries(files) as IDataObject }),
		pairedItem,
	};
	return fenced('json', JSON.stringify(parts, null, 2));
}

/** What may differ from run to run: ids, addresses, dates and times. */
function withoutChance(json: string): string {
	return json
		.replace(/http:\/\/127\.0\.0\.1:\d+\/[^"\s]*/g, 'ADDRESS')
		.replace(/("executionTime": )[\d.]+/g, '$1TIME')
		.replace(/("createdAt": )"[^"]*"/g, '$1DATE')
		.replace(/[0-9a-f]{8}-[0-9a-f]{16}/g, 'ID')
		.replace(/\s+/g, ' ');
}

/** The item as it stands in the document where the new one differs by chance only. */
function settled(written: string, now: string): string {
	return withoutChance(written) === withoutChance(now) ? written : now;
}

export async function finishedItem(written: string): Promise<string> {
	return settled(written, shown((await items()).finished));
}

export async function endedItem(written: string): Promise<string> {
	return settled(written, shown((await items()).ended));
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
	const { json } = (await items()).finished;
	const rows = Object.keys(json).map((field) => {
		const meaning = FIELDS[field];
		if (meaning === undefined) throw new Error(`tools/docs/items.ts lacks the field "${field}"`);
		return [code(field), meaning];
	});
	return table(['Field', 'What it holds'], rows);
}
