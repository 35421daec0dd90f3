// One item on its way: read before anything is sent, so that bad input costs nothing.
import { type IDataObject, type IExecuteFunctions, sleep } from 'n8n-workflow';
import type { Operation } from '../description/operation';
import { buildRequest } from '../gptproto/request';
import type { Account, Timing } from '../prediction/run';
import type { Order } from '../prediction/submission';
import { type Batch, explained } from './batch';
import type { OutputOptions } from './item';
import { describeNotAnother, ExplainedError } from './messages';
import {
	type GetResultPlan,
	readGetResult,
	readSubmission,
	type SubmissionPlan,
} from './parameters';
import { loadPicture, sizeOfPicture } from './picture';

/** What the output item of a prediction is made from. */
export interface Delivery {
	readonly item: number;
	readonly account: Account;
	readonly timing: Timing;
	readonly output: OutputOptions;
	/** Whether the item waits for a video, so that an end without one is a failure. */
	readonly waitsForVideo: boolean;
}

interface SubmitJob extends Delivery {
	readonly kind: 'submit';
	readonly order: Order;
	/** Seconds of video. */
	readonly duration: number;
}

interface GetResultJob extends Delivery {
	readonly kind: 'getResult';
	readonly predictionId: string;
}

/** One item with all that its parameters say. Owned by the batch. */
export type Job = SubmitJob | GetResultJob;

/** The id that an error item, sent round again, names itself. */
function namedId(context: IExecuteFunctions, item: number): string | null {
	const { error, details } = context.getInputData()[item]?.json ?? {};
	const { predictionId } = Object(details) as IDataObject;
	return typeof error === 'string' && typeof predictionId === 'string' ? predictionId : null;
}

interface ItemFacts {
	readonly item: number;
	readonly account: Account;
	readonly startedAt: number;
}

function deliveryOf(
	{ item, account, startedAt }: ItemFacts,
	{ timeoutMs, pollingIntervalMs, output, waitsForVideo }: SubmissionPlan | GetResultPlan,
): Delivery {
	return {
		item,
		account,
		timing: { startedAt, timeoutMs, pollingIntervalMs },
		output,
		waitsForVideo,
	};
}

function openGetResult({ context, isTool }: Batch, facts: ItemFacts): Job {
	const plan = readGetResult(context, facts.item, isTool);
	return { ...deliveryOf(facts, plan), kind: 'getResult', predictionId: plan.predictionId };
}

function openSubmission(batch: Batch, facts: ItemFacts, waitsForVideo: boolean): Job {
	const { context, run, options, budget, isTool } = batch;
	const { item, account } = facts;
	// First of all: what an earlier try has paid for is this item's, whatever its parameters give this time.
	const key = { item, account: account.id, namedId: namedId(context, item) };
	const record = run.ledger.recordOf(key);
	const plan = readSubmission(context, waitsForVideo, item, isTool);
	const { settings, image, lastImage } = plan;
	const delivery = deliveryOf(facts, plan);
	const { duration } = settings.body;
	const order: Order = {
		record,
		account,
		timing: delivery.timing,
		model: settings.model,
		frame: settings.frame,
		async pictureBytes() {
			const size = await sizeOfPicture(context, item, image);
			return size + (lastImage ? await sizeOfPicture(context, item, lastImage) : 0);
		},
		async load() {
			const first = await loadPicture(context, item, image);
			const last = lastImage && (await loadPicture(context, item, lastImage));
			return buildRequest(settings, first, last, account.baseUrl);
		},
		allowAnother() {
			if (duration > budget.seconds) {
				throw new ExplainedError(describeNotAnother(options.spendingLimit));
			}
			budget.seconds -= duration;
		},
	};
	return { ...delivery, kind: 'submit', order, duration };
}

async function openJob(
	batch: Batch,
	operation: Operation,
	item: number,
	startedAt: number,
): Promise<Job> {
	const facts = { item, account: await batch.accountOf(item), startedAt };
	return operation === 'getResult'
		? openGetResult(batch, facts)
		: openSubmission(batch, facts, operation === 'submitAndWait');
}

/** Reads all items before anything is sent, giving way to the rest of n8n now and then. */
export async function openJobs(
	batch: Batch,
	operation: Operation,
): Promise<Array<Job | ExplainedError>> {
	const startedAt = batch.run.clock.now();
	const jobs: Array<Job | ExplainedError> = [];
	for (const item of batch.context.getInputData().keys()) {
		if (item % 20 === 19) await sleep(0);
		jobs.push(await explained(openJob(batch, operation, item, startedAt)));
	}
	return jobs;
}
