// The README's output items: put out by the built node, in n8n's engine against the sandbox, not typed.
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { startSandbox } from '../../sandbox';
import { builtProduct } from '../engine/builtProduct';
import { startRuntime } from '../engine/runtime';
import { itemsOf, runSeedance, SEEDANCE } from '../engine/seedance';
import { fenced } from './markdown';

const PARAMETERS = {
	imageUrl: 'https://tos.gptproto.com/resource/cat.png',
	prompt: 'The cat looks up, a gentle breeze in its fur',
	options: { pollingInterval: 0.1 },
};

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
	return JSON.stringify(parts, null, 2);
}

export interface RealItems {
	readonly finished: string;
	readonly failed: string;
}

/** Runs the node twice: once to a video, once to a refused prediction with On Error "Continue". */
export async function realItems(): Promise<RealItems> {
	const sandbox = await startSandbox({ video: { kind: 'buffer', data: Buffer.from('video') } });
	const runtime = await startRuntime();
	const start = (more: object) =>
		runSeedance({
			product: builtProduct(),
			credential: { apiKey: sandbox.apiKey, baseUrl: sandbox.baseUrl },
			parameters: PARAMETERS,
			...more,
		}).finished;
	try {
		const [finished] = itemsOf(await start({}), SEEDANCE);
		sandbox.options.outcome = () => ({ status: 'failed', error: 'The picture shows a real face' });
		const [failed] = itemsOf(await start({ onError: 'continueRegularOutput' }), SEEDANCE);
		if (!finished || !failed) throw new Error('The node put out no item');
		return {
			finished: fenced('json', shown(finished)),
			failed: fenced('json', shown(failed)),
		};
	} finally {
		await sandbox.close();
		await runtime.close();
	}
}

/** What may differ from run to run: ids, addresses, dates and times. */
function withoutChance(json: string): string {
	return json
		.replace(/http:\/\/127\.0\.0\.1:\d+\/[^"\s]*/g, 'ADDRESS')
		.replace(/("executionTime": )[\d.]+/g, '$1TIME')
		.replace(/("createdAt": )"[^"]*"/g, '$1DATE')
		.replace(/("predictionId": )"[^"]*"/g, '$1ID')
		.replace(/("fileName": )"[^"]*"/g, '$1FILE')
		.replace(/Prediction \S+ ended/g, 'Prediction ID ended')
		.replace(/\s+/g, ' ');
}

/** The item as it stands in the document where the new one differs by chance only. */
export function settled(written: string, made: string): string {
	return withoutChance(written) === withoutChance(made) ? written : made;
}
