// What this execution has submitted and not yet delivered. Kept in the node's context, which n8n stores with the
// execution: a run that failed finds it again under Retry On Fail and under "Retry execution". It holds ids and hashes,
// never a prompt, a picture or a key.
import { createHash } from 'crypto';
import type { IDataObject } from 'n8n-workflow';
import type { FrameSize } from '../gptproto/reference';
import type { SubmissionRequest } from '../gptproto/request';

/** One submission: accepted, or with its answer lost. */
export interface LedgerEntry {
	/** The loop round and the item it was made for. */
	round: number;
	item: number;
	/** Hashes: of the node's parameters as written, of the request, of the account. */
	parameters: string;
	request: string;
	account: string;
	model: string;
	frame: FrameSize | null;
	/** null where the answer was lost. */
	predictionId: string | null;
	/** When it was accepted, in milliseconds since 1970. */
	acceptedAt?: number;
	/** The execution in which the answer was lost, or in which GPTProto did not know the id. */
	doubtfulIn?: string;
	/** What stood in the way of the answer, as a person reads it. */
	reason?: string;
	/**
	 * It was put out; kept until it is sure that this run ends well. Or it was handed to the execution that waits for it,
	 * which may fail: kept for an error item that comes back, in whichever round.
	 */
	delivered?: true | 'handedOver';
}

const CONTEXT_KEY = 'predictions';

/** A hash of texts, in the order given. */
export function hashOf(...texts: readonly string[]): string {
	const hash = createHash('sha256');
	for (const text of texts) hash.update(`${text.length}:`).update(text);
	return hash.digest('base64url');
}

/** A hash of what is sent. */
export function hashOfRequest({ model, body }: SubmissionRequest): string {
	const fields = Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1));
	return hashOf(model, ...fields.flatMap(([name, value]) => [name, String(value)]));
}

export interface LedgerScope {
	/** The loop round; null as an AI agent's tool, where n8n counts a retry as a new round. */
	readonly round: number | null;
	readonly executionId: string;
	/** A hash of the node's parameters as written. */
	readonly parameters: string;
}

/** What tells one item's submission from another's. */
export interface ItemKey {
	readonly item: number;
	/** A hash of base URL and key: another account's predictions are left alone. */
	readonly account: string;
	/** The prediction that the item itself says it is about: an error item that was sent round again. */
	readonly namedId: string | null;
}

type SubmissionFacts = Pick<LedgerEntry, 'request' | 'model' | 'frame'>;

/** Entries that a call under way works on, so that another call at the same time leaves them alone. */
const claimed = new WeakSet<LedgerEntry>();

/** One item's part of the ledger. In one round an item is an item, whatever its expressions give this time. */
export class ItemRecord {
	private own: LedgerEntry | null = null;
	/** Whether this very run has submitted it. */
	isNew = false;

	constructor(
		private readonly entries: LedgerEntry[],
		private readonly scope: LedgerScope,
		private readonly key: ItemKey,
	) {
		const { round, parameters } = scope;
		if (round === null) return;
		const isSameItem = (entry: LedgerEntry) =>
			entry.round === round && entry.item === key.item && entry.parameters === parameters;
		// An error item that comes back says itself that nothing was delivered.
		const isNamed = ({ predictionId }: LedgerEntry) => predictionId && predictionId === key.namedId;
		const free = entries.filter((entry) => this.isFree(entry));
		const found = free.find(isSameItem) ?? free.find(isNamed);
		if (found) this.claim(found);
	}

	get item(): number {
		return this.key.item;
	}

	/** The prediction to pick up, if one was accepted before. */
	accepted(): (LedgerEntry & { predictionId: string }) | null {
		return this.own?.predictionId ? { ...this.own, predictionId: this.own.predictionId } : null;
	}

	/** Why the answer to an earlier submission was lost, if it was. */
	lost(): string | null {
		return this.own?.predictionId === null ? (this.own.reason ?? '') : null;
	}

	/** Whether an earlier round may have left what this item asks for, so that its request has to be known. */
	needsRequest(): boolean {
		return this.own === null && this.entries.some((entry) => this.mayAdopt(entry));
	}

	/** Takes over what an earlier round has left of the same request, a lost answer last. @param request its hash */
	adopt(request: string): void {
		const candidates = this.entries.filter(
			(entry) => this.mayAdopt(entry) && entry.request === request,
		);
		const found = candidates.find(({ predictionId }) => predictionId !== null) ?? candidates[0];
		if (found) this.claim(found);
	}

	/** Writes down, at once, what was accepted. */
	saveAccepted(predictionId: string, facts: SubmissionFacts & Pick<LedgerEntry, 'acceptedAt'>) {
		this.write({ ...facts, predictionId });
	}

	/** Writes down that a submission may have been accepted, so that an unattended retry leaves it alone. */
	saveLost(reason: string, facts: SubmissionFacts): void {
		this.write({ ...facts, predictionId: null, reason, doubtfulIn: this.scope.executionId });
	}

	/** Whether GPTProto knows the prediction: where it does not, a person who runs the execution again gets a new one. */
	saveKnown(isKnown: boolean): void {
		if (isKnown) delete this.own?.doubtfulIn;
		else if (this.own) this.own.doubtfulIn = this.scope.executionId;
	}

	saveDelivered(how: LedgerEntry['delivered'] = true): void {
		if (this.own) this.own.delivered = how;
	}

	/** Strikes the entry out: the prediction ended without a video. */
	remove(): void {
		const index = this.own ? this.entries.indexOf(this.own) : -1;
		if (index >= 0) this.entries.splice(index, 1);
		this.own = null;
	}

	release(): void {
		if (this.own) claimed.delete(this.own);
	}

	private isFree(entry: LedgerEntry): boolean {
		return !claimed.has(entry) && entry.account === this.key.account;
	}

	private mayAdopt(entry: LedgerEntry): boolean {
		const { round } = this.scope;
		return this.isFree(entry) && !entry.delivered && (round === null || entry.round < round);
	}

	/** Makes an entry this item's own: from now on it is found by the item, whatever the next try asks for. */
	private claim(entry: LedgerEntry): void {
		const { round, parameters } = this.scope;
		Object.assign(entry, { round: round ?? 0, item: this.key.item, parameters });
		this.own = entry;
		claimed.add(entry);
	}

	private write(facts: SubmissionFacts & Pick<LedgerEntry, 'predictionId'> & Partial<LedgerEntry>) {
		this.remove();
		const { item, account } = this.key;
		const entry = { round: 0, item, parameters: '', account, ...facts };
		this.entries.push(entry);
		this.claim(entry);
		this.isNew = true;
	}
}

export class Ledger {
	private readonly entries: LedgerEntry[];
	private readonly records: ItemRecord[] = [];

	/** @param context the node's context, `getContext('node')` */
	constructor(
		context: IDataObject,
		private readonly scope: LedgerScope,
	) {
		context[CONTEXT_KEY] ??= [];
		this.entries = context[CONTEXT_KEY] as unknown as LedgerEntry[];
		// A person who runs an execution again after reading of a doubt wants a new prediction.
		this.drop(({ doubtfulIn = scope.executionId }) => doubtfulIn !== scope.executionId);
	}

	private drop(isOver: (entry: LedgerEntry) => boolean): void {
		for (const entry of this.entries.filter((one) => isOver(one) && !claimed.has(one))) {
			this.entries.splice(this.entries.indexOf(entry), 1);
		}
	}

	recordOf(key: ItemKey): ItemRecord {
		const record = new ItemRecord(this.entries, this.scope, key);
		this.records.push(record);
		return record;
	}

	/**
	 * Ends the run. What was delivered is forgotten when all items went well, since n8n may run the node again when one
	 * did not; and when a later round shows that the output has arrived.
	 */
	close(wentWell: boolean): void {
		for (const record of this.records) record.release();
		const { round } = this.scope;
		const isEarlier = (entry: LedgerEntry) => round !== null && entry.round < round;
		this.drop((entry) => entry.delivered === true && (wentWell || isEarlier(entry)));
	}

	/**
	 * Accepted predictions of this run by item.
	 *
	 * @param isSure only those that every retry picks up, and not those that GPTProto does not know
	 */
	accepted(isSure = false): Array<readonly [item: number, predictionId: string]> {
		return this.records.flatMap((record) => {
			const accepted = record.accepted();
			if (!accepted || (isSure && accepted.doubtfulIn !== undefined)) return [];
			return [[record.item, accepted.predictionId] as const];
		});
	}
}
