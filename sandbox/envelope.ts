// Knows how a prediction is written down in an answer: the documented envelope and its known variants.
// Must not know the transport.
import type { VariantKind } from './faults';
import type { SandboxPrediction } from './predictions';

export interface Addresses {
	/** Of this prediction's result. */
	readonly result: string;
	/** Of the video. */
	readonly video: string;
	/** Of an origin that is neither the API's nor the video's. */
	readonly elsewhere: string;
}

type Data = Record<string, unknown>;

/** The documented `data`. The two times are milliseconds, which the documentation does not say. */
function documentedData(
	prediction: SandboxPrediction,
	addresses: Addresses,
	status: string,
): Data & { outputs: string[] } {
	const succeeded = status === 'succeeded';
	const ended = succeeded || status === 'failed' || status === 'expired';
	const tookMs = ended ? Math.round(prediction.doneAtMs - prediction.acceptedAtMs) : 0;
	return {
		id: prediction.id,
		model: prediction.model,
		outputs: succeeded ? [addresses.video] : [],
		urls: { get: addresses.result },
		status,
		error: ended ? prediction.error : null,
		executionTime: tookMs,
		timings: { inference: tookMs },
		has_nsfw_contents: succeeded ? [false] : [],
		created_at: prediction.createdAt,
	};
}

const siblingStatus: Readonly<Record<string, string>> = {
	created: 'pending',
	queued: 'pending',
	running: 'processing',
	succeeded: 'completed',
	failed: 'error',
	expired: 'cancelled',
};

const variants: Readonly<Record<VariantKind, (data: Data, to: Addresses, url?: string) => Data>> = {
	urlsArray: (data) => ({ ...data, urls: [data.urls] }),
	camelCase: ({ has_nsfw_contents, created_at, ...rest }) => ({
		...rest,
		hasNsfwContents: has_nsfw_contents,
		createdAt: created_at,
	}),
	errorEmptyString: (data) => ({ ...data, error: data.error ?? '' }),
	nsfwNull: (data) => ({ ...data, has_nsfw_contents: null }),
	outputsNull: (data) => ({
		...data,
		outputs: Array.isArray(data.outputs) && data.outputs.length > 0 ? data.outputs : null,
	}),
	siblingStatuses: (data) => ({
		...data,
		status: siblingStatus[String(data.status)] ?? data.status,
	}),
	unknownStatus: (data) => ({ ...data, status: 'thinking', outputs: [], error: null }),
	foreignGetUrl: (data, { elsewhere }) => ({
		...data,
		urls: { get: `${elsewhere}/api/v3/predictions/${String(data.id)}/result` },
	}),
	succeededWithoutOutputs: (data) => ({ ...data, outputs: [] }),
	badVideoUrl: (data, _to, url = 'file:///etc/passwd') => ({ ...data, outputs: [url] }),
};

/**
 * The JSON answer about a prediction.
 * @param status the state to write down; taken once, since it changes with the clock
 */
export function envelope(
	prediction: SandboxPrediction,
	addresses: Addresses,
	status: string,
	faults: ReadonlyArray<{ kind: VariantKind; url?: string }> = [],
): object {
	let data: Data = documentedData(prediction, addresses, status);
	// Those that read documented names come before camelCase renames them.
	const inOrder = [...faults].sort(
		(one, other) => Number(one.kind === 'camelCase') - Number(other.kind === 'camelCase'),
	);
	for (const { kind, url } of inOrder) data = variants[kind](data, addresses, url);
	return { data, message: 'success', code: 200 };
}
