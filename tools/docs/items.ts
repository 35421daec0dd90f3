// The README's output items and its table of errors: put out by the built node itself, in n8n's engine against the
// sandbox. Nothing of it is typed by hand.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { type Fault, type Sandbox, startSandbox } from '../../sandbox';
import { builtProduct } from '../engine/built-product';
import { startRuntime } from '../engine/runtime';
import { itemsOf, runSeedance, SEEDANCE } from '../engine/seedance';
import { fenced, table } from './markdown';

const SECOND_AS_MINUTES = 1 / 60;

interface Case {
	readonly when: string;
	readonly options?: IDataObject;
	/** Where the credential leads; the sandbox without. */
	readonly baseUrl?: string;
	readonly prepare?: (sandbox: Sandbox) => void;
}

const FINISHED: Case = { when: 'There is a video' };
const ENDED: Case = {
	when: '`failed` or `expired` while a video was promised',
	prepare({ options }) {
		options.outcome = () => ({ status: 'failed', error: 'The picture shows a real face' });
	},
};

function faultOnSubmitting(when: string, kind: Extract<Fault, { on: 'submit' }>['kind']): Case {
	return { when, prepare: (sandbox) => sandbox.plan({ on: 'submit', kind, times: Infinity }) };
}

/** @param refusing an address where everything is answered with HTTP 422 */
function failures(refusing: string): Case[] {
	const oneSecond = { timeoutMinutes: SECOND_AS_MINUTES };
	return [
		faultOnSubmitting('HTTP 401', 'unauthorized'),
		faultOnSubmitting('HTTP 403', 'forbidden'),
		faultOnSubmitting('HTTP 400, code 503 in the body', 'contentPolicy'),
		faultOnSubmitting('HTTP 404', 'notFound'),
		{ when: 'Any other HTTP 4xx', baseUrl: refusing },
		faultOnSubmitting('A redirect', 'redirect'),
		{
			...faultOnSubmitting('HTTP 429, all through the timeout (here 1 second)', 'status429'),
			options: oneSecond,
		},
		// Nobody listens on port 1.
		{ when: 'Connection refused, name not resolved', baseUrl: 'http://127.0.0.1:1' },
		faultOnSubmitting('HTTP 500, reset, timeout or half an answer on submitting', 'status500'),
		ENDED,
		{
			when: 'No end within the timeout (here 1 second)',
			options: oneSecond,
			prepare({ options }) {
				options.renderMs = 60_000;
			},
		},
		{
			when: 'The video cannot be fetched',
			prepare: (sandbox) => sandbox.plan({ on: 'download', kind: 'download403', times: Infinity }),
		},
	];
}

interface Made {
	readonly finished: INodeExecutionData;
	/** Items by when they come about. */
	readonly failed: ReadonlyArray<readonly [when: string, item: INodeExecutionData | undefined]>;
}

/** Runs the node once, with On Error "Continue", against a sandbox of its own. */
async function runOne({ options, baseUrl, prepare }: Case): Promise<INodeExecutionData> {
	const sandbox = await startSandbox({ video: { kind: 'buffer', data: Buffer.from('video') } });
	prepare?.(sandbox);
	try {
		const run = await runSeedance({
			product: builtProduct(),
			credential: { apiKey: sandbox.apiKey, baseUrl: baseUrl ?? sandbox.baseUrl },
			parameters: {
				imageUrl: 'https://tos.gptproto.com/resource/cat.png',
				prompt: 'The cat looks up, a gentle breeze in its fur',
				options: { pollingInterval: 0.1, ...options },
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

/** All cases at the same time: most of them wait. */
async function runAll(): Promise<Made> {
	const runtime = await startRuntime();
	const refusing = createServer((_, response) => void response.writeHead(422).end('{}'));
	await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
	const { port } = refusing.address() as AddressInfo;
	try {
		const cases = failures(`http://127.0.0.1:${port}`);
		const [finished, ...failed] = await Promise.all([FINISHED, ...cases].map(runOne));
		if (!finished) throw new Error('The engine did not run');
		return { finished, failed: cases.map(({ when }, index) => [when, failed[index]] as const) };
	} finally {
		refusing.close();
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
	const [, ended] = (await items()).failed.find(([when]) => when === ENDED.when) ?? [];
	return settled(written, ended ? shown(ended) : '');
}

/** The words of a failed item, freed of its number, ids, addresses and times. */
function words(item: INodeExecutionData | undefined): string[] {
	const { error = '', details } = item?.json ?? {};
	const { description = '' } = (details ?? {}) as { description?: string };
	return [String(error), description].map((text) =>
		text
			.replace(/ \[Item \d+\]$/, '')
			.replace(/within \d+ seconds?/, 'within the timeout')
			.replace(/http:\/\/127\.0\.0\.1:\d+[^\s"]*/g, 'https://…')
			.replace(/[0-9a-f]{8}-[0-9a-f]{16}/g, 'abc'),
	);
}

export async function errorsTable(): Promise<string> {
	const rows = (await items()).failed.map(([when, item]) => [when, ...words(item)]);
	return table(['When', 'What you read', 'What to do'], rows);
}
