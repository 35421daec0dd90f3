// What this execution has submitted and not yet delivered. Kept in the node's context, which n8n stores with the
// execution: a run that failed finds it again under Retry On Fail and when a person retries the execution.
import type { IDataObject } from 'n8n-workflow';
import type { AcceptedEntry, LedgerEntry, Submission } from './ledger-entry';

const CONTEXT_KEY = 'predictions';

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
	/** A hash of the base URL and the key that the item has now. */
	readonly account: string;
	/** The prediction that the item itself says it is about: an error item that was sent round again. */
	readonly namedId: string | null;
}

/** An accepted prediction and the item it is for. */
export interface ItemPrediction {
	readonly item: number;
	readonly predictionId: string;
}

type SubmissionFacts = Pick<Submission, 'request' | 'model' | 'frame'>;

/** Entries that a call works on, so that another call at the same time leaves them alone. */
const claimed = new WeakSet<LedgerEntry>();

/** One item's part of the ledger, for one run. In one round an item is an item, whatever its expressions give this time. */
export class ItemRecord {
	/** Whether this very run has submitted it. */
	isNew = false;
	private own: LedgerEntry | null = null;
	/** Entries that GPTProto does not know under the item's account. */
	private readonly leftAlone = new Set<LedgerEntry>();

	constructor(
		private readonly entries: LedgerEntry[],
		private readonly scope: LedgerScope,
		private readonly key: ItemKey,
	) {
		this.claimItsOwn();
	}

	get item(): number {
		return this.key.item;
	}

	/** What was submitted for this item, by an earlier try or by this one. */
	get entry(): Readonly<LedgerEntry> | null {
		return this.own;
	}

	/** Whether the entry was submitted with another base URL or key than the item has now. */
	get isOfOtherAccount(): boolean {
		return this.own !== null && this.own.account !== this.key.account;
	}

	/** Whether an earlier round may have left what this item asks for, so that its request has to be known. */
	needsRequest(): boolean {
		return this.own === null && this.entries.some((entry) => this.mayAdopt(entry));
	}

	/** Takes over what an earlier round has left of the same request, a lost response last. @param request its hash */
	adopt(request: string): void {
		const candidates = this.entries.filter(
			(entry) => this.mayAdopt(entry) && entry.request === request,
		);
		this.claim(candidates.find(({ state }) => state !== 'lost') ?? candidates[0]);
	}

	/** Writes down, at once, what was accepted. */
	saveAccepted(
		predictionId: string,
		acceptedAt: number,
		facts: SubmissionFacts,
	): Readonly<AcceptedEntry> {
		const entry: AcceptedEntry = {
			...this.newEntry(facts),
			state: 'accepted',
			predictionId,
			acceptedAt,
		};
		this.write(entry);
		return entry;
	}

	/** Writes down that a submission may have been accepted, so that an unattended retry leaves it alone. */
	saveLost(reason: string, facts: SubmissionFacts): void {
		this.write({ ...this.newEntry(facts), state: 'lost', reason });
	}

	/** GPTProto knows the prediction under the item's account. */
	saveKnown(): void {
		this.saveState('accepted');
		if (this.own) this.own.account = this.key.account;
	}

	/** GPTProto does not know the prediction: a person who runs the execution again gets a new one. */
	saveUnknown(): void {
		this.saveState('unknown');
	}

	saveDelivered(): void {
		this.saveState('delivered');
	}

	saveHandedOver(): void {
		this.saveState('handedOver');
	}

	/** Leaves the entry to the account it belongs to, and looks for another one. */
	leaveAlone(): void {
		if (this.own === null) return;
		this.leftAlone.add(this.own);
		this.release();
		this.own = null;
		this.claimItsOwn();
	}

	/** Strikes the entry out, since the prediction ended without a video, and looks for another one. */
	remove(): void {
		const index = this.own ? this.entries.indexOf(this.own) : -1;
		if (index >= 0) this.entries.splice(index, 1);
		this.own = null;
		this.claimItsOwn();
	}

	release(): void {
		if (this.own) claimed.delete(this.own);
	}

	private saveState(state: AcceptedEntry['state']): void {
		if (!this.own || this.own.state === 'lost') return;
		this.own.state = state;
		this.own.executionId = this.scope.executionId;
	}

	private isFree(entry: LedgerEntry): boolean {
		return !claimed.has(entry) && !this.leftAlone.has(entry);
	}

	/** Claims what was submitted for this very item, of the account it has now if there is one. */
	private claimItsOwn(): void {
		const { round, parameters } = this.scope;
		const { item, account, namedId } = this.key;
		if (round === null) return;
		const isSameItem = (entry: LedgerEntry) =>
			entry.round === round && entry.item === item && entry.parameters === parameters;
		// An error item that comes back says itself that nothing was delivered.
		const isNamed = (entry: LedgerEntry) =>
			entry.state !== 'lost' && entry.predictionId === namedId;
		const free = this.entries.filter((entry) => this.isFree(entry));
		const same = free.filter(isSameItem);
		const likeliest =
			same.find((entry) => entry.account === account) ??
			same.filter(({ state }) => state !== 'lost').at(-1) ??
			same[0];
		this.claim(likeliest ?? free.find(isNamed));
	}

	/** Of the same account only: two customers may ask for the same video. */
	private mayAdopt(entry: LedgerEntry): boolean {
		const { round } = this.scope;
		const isLeft = entry.state !== 'delivered' && entry.state !== 'handedOver';
		const isEarlier = round === null || entry.round < round;
		return isLeft && isEarlier && entry.account === this.key.account && this.isFree(entry);
	}

	/**
	 * Makes an entry this item's own: from now on it is found by the item, whatever the next try asks for. What had been
	 * delivered has to be delivered again.
	 */
	private claim(entry: LedgerEntry | undefined): void {
		if (!entry) return;
		const { round, parameters } = this.scope;
		Object.assign(entry, { round: round ?? 0, item: this.key.item, parameters });
		this.own = entry;
		if (entry.state === 'delivered' || entry.state === 'handedOver') this.saveState('accepted');
		claimed.add(entry);
	}

	private newEntry(facts: SubmissionFacts): Submission {
		const { executionId, parameters, round } = this.scope;
		const { item, account } = this.key;
		return { ...facts, round: round ?? 0, item, parameters, account, executionId };
	}

	private write(entry: LedgerEntry): void {
		this.entries.push(entry);
		this.claim(entry);
		this.isNew = true;
	}
}

/** The ledger as one run sees it. Owned by the run; its entries live as long as the execution. */
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
		const isDoubt = ({ state }: LedgerEntry) => state === 'lost' || state === 'unknown';
		this.drop((entry) => isDoubt(entry) && entry.executionId !== scope.executionId);
		// A second run of a round: n8n has thrown away what the first one put out.
		for (const entry of this.entries) {
			const isRepeated = entry.state === 'delivered' && entry.round === scope.round;
			if (isRepeated && !claimed.has(entry)) entry.state = 'accepted';
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
		this.drop(({ state, round }) => state === 'delivered' && (wentWell || this.isEarlier(round)));
	}

	/** Accepted predictions of this run's items. */
	accepted(): ItemPrediction[] {
		return this.ofRecords(() => true);
	}

	/** Those of them that every retry picks up: GPTProto knows them. */
	retrievable(): ItemPrediction[] {
		return this.ofRecords(({ state }) => state !== 'unknown');
	}

	/** How many predictions this very run has submitted. */
	submitted(): number {
		return this.records.filter(({ entry, isNew }) => isNew && entry !== null).length;
	}

	/** Accepted predictions of this round that no item of this run has picked up: other parameters, or another account. */
	leftAlone(): ItemPrediction[] {
		const isLeft = (entry: LedgerEntry): entry is AcceptedEntry =>
			entry.state === 'accepted' && entry.round === this.scope.round && !claimed.has(entry);
		return this.entries.filter(isLeft).map(({ item, predictionId }) => ({ item, predictionId }));
	}

	private ofRecords(isWanted: (entry: AcceptedEntry) => boolean): ItemPrediction[] {
		return this.records.flatMap(({ entry, item }) =>
			entry && entry.state !== 'lost' && isWanted(entry)
				? [{ item, predictionId: entry.predictionId }]
				: [],
		);
	}

	private isEarlier(round: number): boolean {
		return this.scope.round !== null && round < this.scope.round;
	}

	private drop(isOver: (entry: LedgerEntry) => boolean): void {
		for (const entry of this.entries.filter((one) => isOver(one) && !claimed.has(one))) {
			this.entries.splice(this.entries.indexOf(entry), 1);
		}
	}
}
