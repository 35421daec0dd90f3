// The tables of models, frame sizes and statuses, read from the one reference the node itself uses.
import {
	ASPECT_RATIOS,
	DEFAULTS,
	frameSize,
	type FrameSizeColumn,
	type Model,
	modelFacts,
	MODELS,
	type PredictionState,
	RESOLUTIONS,
	STATUS_SPELLINGS,
	STATUSES,
} from '../../nodes/SeedanceImageToVideo/gptproto/reference';
import { code, table } from './markdown';

const ids = Object.keys(MODELS) as Model[];
const heightOf = (resolution: string) => Number.parseInt(resolution, 10);
const bySize = [...RESOLUTIONS].sort((a, b) => heightOf(a) - heightOf(b));

export function modelsTable(): string {
	return table(
		['Model', 'ID', 'Resolutions', 'Sound'],
		ids.map((id) => {
			const facts = modelFacts(id);
			return [
				`${facts?.name}${id === DEFAULTS.model ? ' (default)' : ''}`,
				code(id),
				bySize.filter((one) => facts?.resolutions.includes(one)).join(', '),
				facts?.audio ? 'yes' : 'not documented',
			];
		}),
	);
}

/** A model of a column of the documented table, one that renders every resolution. */
function sampleOf(column: FrameSizeColumn): Model {
	const found = ids.find(
		(id) =>
			MODELS[id].frameSizes === column && MODELS[id].resolutions.length === RESOLUTIONS.length,
	);
	if (!found) throw new Error(`No model of column ${column} renders every resolution`);
	return found;
}

export function frameSizesTable(): string {
	const columns = [
		['Seedance 1.5 and 2.0', sampleOf('seedance-1.5-and-2.0')],
		['Seedance 1.0', sampleOf('seedance-1.0')],
	] as const;
	const rows = columns.flatMap(([name, model]) =>
		bySize.map((resolution) => [
			`${name}, ${resolution}`,
			...ASPECT_RATIOS.map((ratio) => {
				const size = frameSize(model, resolution, ratio);
				return `${size?.width} × ${size?.height}`;
			}),
		]),
	);
	return table(['', ...ASPECT_RATIOS], rows, true);
}

const MEANING: Record<PredictionState, string> = {
	working: 'still working',
	succeeded: 'there is a video',
	ended: 'ended without a video; `failureReason` says why',
};

export function statusesTable(): string {
	const alike = (status: string) =>
		Object.entries(STATUS_SPELLINGS)
			.filter(([, documented]) => documented === status)
			.map(([spelling]) => code(spelling))
			.join(' ');
	return table(
		['`status`', 'What it means', 'Read alike'],
		Object.entries(STATUSES).map(([status, state]) => [
			code(status),
			MEANING[state],
			alike(status) || '-',
		]),
	);
}
