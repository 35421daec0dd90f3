// What this execution has submitted and not yet brought home. Kept in the node's context, which n8n stores with the
// execution: a run that failed finds it again under Retry On Fail and under "Retry execution". It holds ids and
// hashes, never a prompt, a picture or a key.
import { createHash } from 'crypto';
import type { IDataObject } from 'n8n-workflow';
import type { SubmissionRequest } from '../api/request';

/** A submission that was accepted, or one whose answer was lost and that may have been. */
export type LedgerEntry =
	| { readonly predictionId: string; readonly acceptedAt: string }
	| { readonly lostInExecution: string; readonly reason: string };

const CONTEXT_KEY = 'submissions';

/** Entries by key; several where an AI agent calls its tool twice with the same request. */
type Entries = Record<string, LedgerEntry[]>;

/** Entries that a call under way is working on, so that another call at the same time leaves them alone. */
const claimed = new WeakSet<LedgerEntry>();

export interface LedgerScope {
	/** The loop round, or null as an AI agent's tool, where a retry counts as a new round. */
	readonly round: number | null;
	readonly executionId: string;
}

/** One item's line in the ledger. */
export interface LedgerLine {
	/** The prediction to pick up, if one was accepted before. */
	accepted(): Extract<LedgerEntry, { predictionId: string }> | null;
	/** Why the answer to an earlier submission of this very execution was lost, if it was. */
	lost(): string | null;
	/** Writes down, at once, what was accepted. */
	recordAccepted(predictionId: string): void;
	/** Writes down that a submission may have been accepted, so that an unattended retry leaves it alone. */
	recordLost(reason: string): void;
	/** Strikes the entry out: the prediction ended without a video, or a person chose to submit again. */
	strike(): void;
}

function hashOf({ model, body }: SubmissionRequest): string {
	const fields = Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1));
	const hash = createHash('sha256').update(model);
	for (const [name, value] of fields) hash.update(`\n${name}=`).update(String(value));
	return hash.digest('base64url');
}

function entriesOf(context: IDataObject): Entries {
	context[CONTEXT_KEY] ??= {};
	return context[CONTEXT_KEY] as unknown as Entries;
}

/**
 * @param context the node's context, `getContext('node')`
 */
export function openLedger(context: IDataObject, { round, executionId }: LedgerScope) {
	const scope = round === null ? 'tool' : String(round);
	const entries = entriesOf(context);
	const lines: Array<{ itemIndex: number; line: LedgerLine; release(): void }> = [];

	// A later round means that the earlier ones have ended well enough for the workflow to go on.
	for (const key of Object.keys(entries)) {
		const keyScope = key.split(':')[0] ?? '';
		if (round !== null && Number(keyScope) < round) delete entries[key];
	}

	return {
		/** The line of one item's request. */
		line(itemIndex: number, request: SubmissionRequest): LedgerLine {
			const key = `${scope}:${itemIndex}:${hashOf(request)}`;
			let own = entries[key]?.find((entry) => !claimed.has(entry)) ?? null;
			if (own) claimed.add(own);
			const write = (entry: LedgerEntry): void => {
				line.strike();
				own = entry;
				claimed.add(entry);
				(entries[key] ??= []).push(entry);
			};
			const line: LedgerLine = {
				accepted: () => (own && 'predictionId' in own ? own : null),
				lost: () => {
					if (!own || !('lostInExecution' in own)) return null;
					return own.lostInExecution === executionId ? own.reason : null;
				},
				recordAccepted: (predictionId) =>
					write({ predictionId, acceptedAt: new Date().toISOString() }),
				recordLost: (reason) => write({ lostInExecution: executionId, reason }),
				strike: () => {
					const rest = entries[key]?.filter((entry) => entry !== own) ?? [];
					if (rest.length > 0) entries[key] = rest;
					else delete entries[key];
					own = null;
				},
			};
			lines.push({
				itemIndex,
				line,
				release: () => {
					if (own) claimed.delete(own);
				},
			});
			return line;
		},
		/** Ends the run: everything came home, or what is still out stays for a retry to pick up. */
		close(everythingCameHome: boolean): void {
			for (const { line, release } of lines) {
				release();
				if (everythingCameHome) line.strike();
			}
		},
		/** Accepted predictions of this run, by item: what a retry picks up. */
		accepted(): Array<readonly [itemIndex: number, predictionId: string]> {
			return lines
				.map(({ itemIndex, line }) => [itemIndex, line.accepted()?.predictionId] as const)
				.filter((pair): pair is readonly [number, string] => pair[1] !== undefined);
		},
	};
}

export type Ledger = ReturnType<typeof openLedger>;
