// The tables of models, frame sizes, statuses and bounds, read from the files that the node itself uses.
import {
	ASPECT_RATIOS,
	DEFAULTS,
	frameSize,
	type Model,
	modelFacts,
	MODELS,
	type PredictionState,
	RESOLUTIONS,
	STATUS_SPELLINGS,
	STATUSES,
} from '../../nodes/SeedanceImageToVideo/gptproto/reference';
import { defaultOf } from '../../nodes/SeedanceImageToVideo/description';
import { bounds } from '../../nodes/SeedanceImageToVideo/prediction/bounds';
import { code, table } from './markdown';

const ids = Object.keys(MODELS) as Model[];
const heightOf = (resolution: string) => Number.parseInt(resolution, 10);
const bySize = [...RESOLUTIONS].sort((a, b) => heightOf(a) - heightOf(b));

export function modelsTable(): string {
	const rows = ids.map((id) => {
		const facts = modelFacts(id);
		return [
			`${facts?.name}${id === DEFAULTS.model ? ' (default)' : ''}`,
			code(id),
			bySize.filter((one) => facts?.resolutions.includes(one)).join(', '),
			facts?.audio ? 'yes' : 'not documented',
		];
	});
	return table(['Model', 'ID', 'Resolutions', 'Sound'], rows);
}

export function frameSizesTable(): string {
	const columns = [
		['Seedance 1.5 and 2.0', 'seedance-1.5-and-2.0'],
		['Seedance 1.0', 'seedance-1.0'],
	] as const;
	const rows = columns.flatMap(([name, column]) =>
		bySize.map((resolution) => {
			const model = ids.find(
				(id) =>
					MODELS[id].frameSizes === column && modelFacts(id)?.resolutions.includes(resolution),
			);
			if (!model) throw new Error(`No model of column ${column} renders ${resolution}`);
			const sizes = ASPECT_RATIOS.map((ratio) => frameSize(model, resolution, ratio));
			return [`${name}, ${resolution}`, ...sizes.map((size) => `${size?.width} × ${size?.height}`)];
		}),
	);
	return table(['', ...ASPECT_RATIOS], rows, true);
}

const MEANING: Record<PredictionState, string> = {
	working: 'still working',
	succeeded: 'there is a video',
	ended: 'ended without a video; `failureReason` says why',
};

export function statusesTable(): string {
	const spellings = Object.entries(STATUS_SPELLINGS);
	const rows = Object.entries(STATUSES).map(([status, state]) => {
		const alike = spellings.filter(([, documented]) => documented === status);
		return [
			code(status),
			MEANING[state],
			alike.map(([spelling]) => code(spelling)).join(' ') || '-',
		];
	});
	return table(['`status`', 'What it means', 'Read alike'], rows);
}

const seconds = (ms: number) => `${ms / 1000} s`;
const minutes = (ms: number) => `${ms / 60_000} minutes`;
const mebibytes = (bytes: number) => `${bytes / 1024 ** 2} MiB`;
const gibibytes = (bytes: number) => `${bytes / 1024 ** 3} GiB`;

export function boundsTable(): string {
	const timeout = `Timeout (${defaultOf('timeoutMinutes')} minutes)`;
	const pictures = `${mebibytes(bounds.pictureBytes)}, or one larger picture`;
	const rows = [
		['An answer of the API, after unpacking', mebibytes(bounds.responseBytes)],
		['A video', `${gibibytes(bounds.videoBytes)}, checked while it is streamed`],
		['One item, its time in every queue included', timeout],
		['A submission, to the last byte of its answer', seconds(bounds.submissionMs)],
		['A question for a result, to the last byte', seconds(bounds.resultMs)],
		['What is under way at the timeout', `${seconds(bounds.graceMs)} more`],
		['A download that sends nothing', seconds(bounds.downloadIdleMs)],
		['Attempts to download a video', String(bounds.downloadAttempts)],
		['Redirects of an API call', 'none is followed'],
		['Redirects of a video', String(bounds.redirects)],
		['Downloads at one time', String(bounds.concurrentDownloads)],
		['Pictures in memory at one time', pictures],
		['A pause that `Retry-After` asks for after HTTP 429', minutes(bounds.longestPauseMs)],
	];
	return table(['What', 'Bound'], rows);
}
