// How an item gets its prediction: picked up from an earlier try of this execution, or submitted now.
import type { IExecuteFunctions } from 'n8n-workflow';
import type { Prediction } from '../api/prediction';
import type { FrameSize } from '../api/reference';
import type { LedgerLine } from '../run/ledger';
import type { Run } from '../run/run';
import { submitOnce } from '../run/submission';
import { carriesPicture, readRequest } from './parameters';

/** An item's request without its pictures, which are let go as soon as they are sent. */
export interface Asked {
	readonly model: string;
	readonly frame: FrameSize | null;
	/** What decides how long the render takes. */
	readonly kind: string;
}

export type Acceptance = { readonly asked: Asked; readonly line: LedgerLine } & (
	| { readonly how: 'pickedUp'; readonly predictionId: string }
	| { readonly how: 'submitted'; readonly prediction: Prediction; readonly acceptedAt: number }
);

/**
 * @param known the item's line, where the picked-up prediction turned out to have ended without a video
 * @throws ItemFailure
 */
export async function accept(
	context: IExecuteFunctions,
	run: Run,
	itemIndex: number,
	timeoutMs: number,
	known?: LedgerLine,
): Promise<Acceptance> {
	const work = async (): Promise<Acceptance> => {
		const request = await readRequest(context, itemIndex);
		const { model, frame, body } = request;
		const asked: Asked = { model, frame, kind: `${model} ${body.resolution} ${body.duration}` };
		const line = known ?? run.ledger.line(itemIndex, request);
		const earlier = line.accepted();
		if (earlier) {
			const { predictionId } = earlier;
			run.pickedUp.set(itemIndex, predictionId);
			run.rendering.set(itemIndex, predictionId);
			run.admission.pickedUp();
			return { how: 'pickedUp', asked, line, predictionId };
		}
		const prediction = await submitOnce(run, itemIndex, request, line, timeoutMs);
		return { how: 'submitted', asked, line, prediction, acceptedAt: run.clock.now() };
	};
	return carriesPicture(context, itemIndex) ? await run.pictures(work) : await work();
}

/** A prediction is no longer waited for. */
export function letGo(run: Run, itemIndex: number): void {
	if (run.rendering.delete(itemIndex)) run.admission.ended();
}
