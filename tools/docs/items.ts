// The README's output items: put out by the built node itself, in n8n's engine against the sandbox, not typed.
import type { INodeExecutionData } from 'n8n-workflow';
import { startSandbox } from '../../sandbox';
import { builtProduct } from '../engine/built-product';
import { startRuntime } from '../engine/runtime';
import { itemsOf, runSeedance, SEEDANCE, type SeedanceOptions } from '../engine/seedance';

const PARAMETERS = {
	imageUrl: 'https://tos.gptproto.com/resource/cat.png',
	prompt: 'The cat looks up, a gentle breeze in its fur',
	options: { pollingInterval: 0.1 },
};

/** Minutes; and longer than that, the render of an item that is to time out. */
const SHORT_TIMEOUT = 1 / 60;
const LONG_RENDER_MS = 60_000;

export interface RealItems {
	readonly finished: INodeExecutionData;
	/** With On Error "Continue". */
	readonly ended: INodeExecutionData;
	readonly timedOut: INodeExecutionData;
	readonly notDownloaded: INodeExecutionData;
}

/** Runs the node four times: to a video, and past it in three ways. */
async function runFourTimes(): Promise<RealItems> {
	const sandbox = await startSandbox({ video: { kind: 'buffer', data: Buffer.from('video') } });
	const runtime = await startRuntime();
	const one = async (more: Partial<SeedanceOptions> = {}): Promise<INodeExecutionData> => {
		const run = await runSeedance({
			product: builtProduct(),
			credential: { apiKey: sandbox.apiKey, baseUrl: sandbox.baseUrl },
			parameters: PARAMETERS,
			onError: 'continueRegularOutput',
			...more,
		}).finished;
		const [item] = itemsOf(run, SEEDANCE);
		if (!item) throw new Error('The node put out no item');
		return item;
	};
	try {
		const finished = await one();
		sandbox.plan({ on: 'download', kind: 'download403', times: Infinity });
		const notDownloaded = await one();
		sandbox.options.renderMs = LONG_RENDER_MS;
		const timedOut = await one({
			parameters: { ...PARAMETERS, options: { timeoutMinutes: SHORT_TIMEOUT } },
		});
		sandbox.options.renderMs = 0;
		sandbox.options.outcome = () => ({ status: 'failed', error: 'The picture shows a real face' });
		return { finished, notDownloaded, timedOut, ended: await one() };
	} finally {
		await sandbox.close();
		await runtime.close();
	}
}

let items: Promise<RealItems> | undefined;

/** The items, made once however many sections show them. */
export async function realItems(): Promise<RealItems> {
	return await (items ??= runFourTimes());
}
