// One item on its way: read before anything is sent, so that bad input costs nothing.
import { type IDataObject, type IExecuteFunctions, sleep } from 'n8n-workflow';
import type { Operation } from '../description/operation';
import { buildRequest } from '../gptproto/request';
import type { Account } from '../prediction/run';
import type { Order } from '../prediction/submission';
import { type Batch, valueOrError } from './batch';
import { describeNotAnother, ExplainedError } from './messages';
import { type ItemPlan, readPlan } from './parameters';
import { loadPicture, sizeOfPicture } from './picture';

/** What its parameters say, with whose account, and its order where it submits. */
export interface Job extends ItemPlan {
	readonly item: number;
	readonly account: Account;
	readonly order: Order | null;
	/** When the item began, and when its time is up; on the clock's scale. */
	readonly startedAt: number;
	readonly deadline: number;
}

/** The id that an error item, sent round again, names itself. */
function namedId(context: IExecuteFunctions, item: number): string | null {
	const { error, details } = context.getInputData()[item]?.json ?? {};
	const { predictionId } = Object(details) as IDataObject;
	return typeof error === 'string' && typeof predictionId === 'string' ? predictionId : null;
}

async function openJob(
	{ context, run, options, budget, accountOf, isTool }: Batch,
	operation: Operation,
	item: number,
	startedAt: number,
): Promise<Job> {
	const account = await accountOf(item);
	// First of all: what an earlier try has paid for is this item's, whatever its parameters give this time.
	const record =
		operation === 'getResult'
			? null
			: run.ledger.recordOf({ item, account: account.id, namedId: namedId(context, item) });
	const plan = readPlan(context, operation, item, isTool);
	const job = { ...plan, item, account, startedAt, deadline: startedAt + plan.timeoutMs };
	if (!plan.submission || !record) return { ...job, order: null };
	const { settings, image, lastImage } = plan.submission;
	const order: Order = {
		...job,
		record,
		model: settings.model,
		frame: settings.frame,
		async pictureBytes() {
			const size = await sizeOfPicture(context, item, image);
			return size + (lastImage ? await sizeOfPicture(context, item, lastImage) : 0);
		},
		async load() {
			const first = await loadPicture(context, item, image);
			const last = lastImage && (await loadPicture(context, item, lastImage));
			return buildRequest(settings, first, last);
		},
		allowAnother() {
			const { duration } = settings.body;
			if (duration > budget.seconds)
				throw new ExplainedError(describeNotAnother(options.spendingLimit));
			budget.seconds -= duration;
		},
	};
	return { ...job, order };
}

/** Reads all items before anything is sent, giving way to the rest of n8n now and then. */
export async function openJobs(batch: Batch, operation: Operation): Promise<Array<Job | Error>> {
	const startedAt = batch.run.clock.now();
	const jobs: Array<Job | Error> = [];
	for (const item of batch.context.getInputData().keys()) {
		if (item % 20 === 19) await sleep(0);
		jobs.push(await valueOrError(openJob(batch, operation, item, startedAt)));
	}
	return jobs;
}
