// What an execution has paid for and not put out, as n8n stores it: found again by the next try, and forgotten in time.
import { type ItemRecord, Ledger } from '../../nodes/SeedanceImageToVideo/prediction/ledger';
import {
	hashOf,
	hashOfRequest,
	type LedgerEntry,
} from '../../nodes/SeedanceImageToVideo/prediction/ledger-entry';
import { requestOf } from './played-run';

const facts = { request: 'a fox', model: 'm', frame: { width: 864, height: 496 } };
const first = { item: 0, account: 'mine', namedId: null };
const second = { ...first, item: 1 };

const idOf = ({ entry }: ItemRecord) =>
	entry && entry.state !== 'lost' ? entry.predictionId : undefined;

/** The node's context, which n8n stores as JSON with an execution that failed. */
let context: { predictions?: LedgerEntry[] };
beforeEach(() => {
	context = {};
});

const open = (scope: { round?: number | null; executionId?: string; parameters?: string } = {}) =>
	new Ledger(context as never, { round: 0, executionId: '1', parameters: 'written', ...scope });
/** A try that ended, its entries stored and read again as n8n does it. */
function end(ledger: Ledger, wentWell = false): void {
	ledger.close(wentWell);
	context = JSON.parse(JSON.stringify(context)) as typeof context;
}
/** Leaves one accepted prediction behind. */
function leave(id = 'id-1', scope = {}, key = first): void {
	const ledger = open(scope);
	ledger.recordOf(key).saveAccepted(id, 0, facts);
	end(ledger);
}
/** What the next try picks up. */
function found(scope = {}, key = first): string | undefined {
	const ledger = open(scope);
	const id = idOf(ledger.recordOf(key));
	end(ledger);
	return id;
}

it('holds what a person may see: ids and hashes, no prompt, no picture, no key', () => {
	leave();
	const stored = Object.values(context.predictions?.[0] ?? {});
	expect(stored).toEqual(expect.arrayContaining(['id-1', 'mine', 'written', 'a fox']));
	expect(hashOf('https://gptproto.com', 'sk-secret')).toMatch(/^[\w-]{43}$/);
});

it.each([
	['in the same execution', {}, 'id-1'],
	['in another execution of the same workflow data', { executionId: '2' }, 'id-1'],
	['but not with other parameters', { parameters: 'changed' }, undefined],
	['but not in another round, unless the request is the same', { round: 1 }, undefined],
])('finds an item’s prediction again %s', (_, scope, id) => {
	leave();
	expect(found(scope)).toBe(id);
});

it('tells one item from the other', () => {
	leave('id-1');
	leave('id-2', {}, second);
	expect(found({}, second)).toBe('id-2');
	expect(found({}, { ...first, item: 2 })).toBeUndefined();
});

it('leaves it to GPTProto whether a prediction is the present account’s, its own first', () => {
	leave('id-1');
	const ledger = open();
	const record = ledger.recordOf({ ...first, account: 'yours' });
	expect([idOf(record), record.isOfOtherAccount]).toEqual(['id-1', true]);
	record.leaveAlone();
	expect(record.entry).toBeNull();
	record.saveAccepted('id-2', 0, facts);
	expect(ledger.leftAlone()).toEqual([{ item: 0, predictionId: 'id-1' }]);
	end(ledger);
	expect(found()).toBe('id-1');
	expect(found({}, { ...first, account: 'yours' })).toBe('id-2');
});

it('names what a run with other parameters does not use', () => {
	leave();
	const ledger = open({ parameters: 'changed' });
	expect(ledger.recordOf(first).entry).toBeNull();
	expect(ledger.leftAlone()).toEqual([{ item: 0, predictionId: 'id-1' }]);
});

it('keeps the model and the frame size it was submitted with', () => {
	leave();
	expect(open().recordOf(first).entry).toMatchObject({ model: 'm', frame: facts.frame });
});

describe('a later round', () => {
	it('takes over the same request, once', () => {
		leave();
		const ledger = open({ round: 1 });
		const [one, other] = [ledger.recordOf(first), ledger.recordOf(second)];
		expect([one.needsRequest(), other.needsRequest()]).toEqual([true, true]);
		one.adopt('an owl');
		expect(idOf(one)).toBeUndefined();
		other.adopt('a fox');
		expect(idOf(other)).toBe('id-1');
		expect(one.needsRequest()).toBe(false);
		one.adopt('a fox');
		expect(idOf(one)).toBeUndefined();
	});

	it('makes it its item’s own, whatever the next try of the round asks for', () => {
		leave();
		const ledger = open({ round: 1 });
		ledger.recordOf(second).adopt('a fox');
		end(ledger);
		expect(found({ round: 1 }, second)).toBe('id-1');
	});

	it('finds the prediction that its item names itself', () => {
		leave();
		expect(found({ round: 1 }, { ...second, namedId: 'id-2' as never })).toBeUndefined();
		expect(found({ round: 1 }, { ...second, namedId: 'id-1' as never })).toBe('id-1');
	});

	it('needs no request where no earlier round has left anything', () => {
		expect(open({ round: 1 }).recordOf(first).needsRequest()).toBe(false);
		leave('id-1', { round: 1 });
		expect(open({ round: 1 }).recordOf(second).needsRequest()).toBe(false);
	});
});

it('as an agent’s tool any run takes over the same request, for its round says nothing', () => {
	leave('id-1', { round: null });
	const record = open({ round: null }).recordOf(second);
	expect(idOf(record)).toBeUndefined();
	record.adopt('a fox');
	expect(idOf(record)).toBe('id-1');
});

it('two calls at the same time work on different entries', () => {
	leave();
	const [one, other] = [
		open({ round: null }).recordOf(first),
		open({ round: null }).recordOf(first),
	];
	one.adopt('a fox');
	other.adopt('a fox');
	expect([idOf(one), idOf(other)]).toEqual(['id-1', undefined]);
});

describe('a lost answer', () => {
	const lose = () => {
		const ledger = open();
		ledger.recordOf(first).saveLost('ECONNRESET', facts);
		end(ledger);
	};

	it('is remembered in the same execution', () => {
		lose();
		const record = open().recordOf(first);
		expect(record.entry).toMatchObject({ state: 'lost', reason: 'ECONNRESET' });
		expect(idOf(record)).toBeUndefined();
		expect(open({ parameters: 'changed' }).recordOf(first).entry).toBeNull();
	});

	it('is written off by a person who runs the execution again', () => {
		lose();
		expect(open({ executionId: '2' }).recordOf(first).entry).toBeNull();
		expect(context.predictions).toEqual([]);
	});
});

it('an unknown prediction is written off by a person, unless it was known again', () => {
	for (const [isKnownAgain, expected] of [
		[false, undefined],
		[true, 'id-1'],
	] as const) {
		context = {};
		leave();
		const ledger = open();
		const record = ledger.recordOf(first);
		record.saveUnknown();
		if (isKnownAgain) record.saveKnown();
		end(ledger);
		expect(found({ executionId: '1' })).toBe('id-1');
		expect(found({ executionId: '2' })).toBe(expected);
	}
});

describe('what was put out', () => {
	/** A run of two items, the first one put out. */
	function deliver(wentWell: boolean): void {
		const ledger = open();
		const records = [first, second].map((key) => ledger.recordOf(key));
		for (const [index, record] of records.entries())
			record.saveAccepted(`id-${index + 1}`, 0, facts);
		records[0]?.saveDelivered();
		end(ledger, wentWell);
	}
	const ids = () =>
		context.predictions?.map((entry) => 'predictionId' in entry && entry.predictionId);

	it('is forgotten when all went well', () => {
		deliver(true);
		expect(ids()).toEqual(['id-2']);
	});

	it('is kept when an item did not finish, since n8n may run the node again', () => {
		deliver(false);
		expect(found()).toBe('id-1');
	});

	it('is named where a retry with other parameters does not use it: n8n has thrown it away', () => {
		deliver(false);
		const ledger = open({ parameters: 'changed' });
		ledger.recordOf(first);
		expect(ledger.leftAlone().map(({ predictionId }) => predictionId)).toEqual(['id-1', 'id-2']);
	});

	it('is forgotten by a later round, and never taken over by one', () => {
		deliver(false);
		const ledger = open({ round: 1 });
		const record = ledger.recordOf(first);
		record.adopt('a fox');
		expect(idOf(record)).toBe('id-2');
		end(ledger);
		expect(ids()).toEqual(['id-2']);
	});
});

it('what was handed over is found by the error item that comes back after other rounds', () => {
	const ledger = open();
	const record = ledger.recordOf(first);
	record.saveAccepted('id-1', 0, facts);
	record.saveHandedOver();
	end(ledger);
	const between = open({ round: 1 }).recordOf(second);
	expect(between.needsRequest()).toBe(false);
	end(open({ round: 1 }));
	expect(found({ round: 2 }, { ...first, namedId: 'id-1' as never })).toBe('id-1');
});

it('a prediction that ended without a video is struck out', () => {
	leave();
	const ledger = open();
	const record = ledger.recordOf(first);
	record.remove();
	expect(idOf(record)).toBeUndefined();
	expect(context.predictions).toEqual([]);
	record.remove();
	record.saveAccepted('id-2', 0, facts);
	expect(ledger.accepted()).toEqual([{ item: 0, predictionId: 'id-2' }]);
});

it('names the accepted predictions of the run by item', () => {
	leave();
	const ledger = open();
	ledger.recordOf(first);
	ledger.recordOf(second).saveLost('TIMEOUT', facts);
	ledger.recordOf({ ...first, item: 2 }).saveAccepted('id-3', 0, facts);
	expect(ledger.accepted()).toEqual([
		{ item: 0, predictionId: 'id-1' },
		{ item: 2, predictionId: 'id-3' },
	]);
});

describe('hashes', () => {
	it('of texts depend on where one ends and the next begins', () => {
		expect(hashOf('ab', 'c')).not.toBe(hashOf('a', 'bc'));
	});

	it('of a request see every field but not their order', () => {
		const { model, body } = requestOf('a fox');
		const turned = Object.fromEntries(Object.entries(body).reverse()) as unknown as typeof body;
		expect(hashOfRequest({ model, body: turned })).toBe(hashOfRequest({ model, body }));
		const others = [
			{ model: 'n', body },
			...Object.keys(body).map((name) => ({ model, body: { ...body, [name]: 'other' } })),
		];
		expect(new Set(others.map((one) => hashOfRequest(one))).size).toBe(others.length);
		expect(others.map((one) => hashOfRequest(one))).not.toContain(hashOfRequest({ model, body }));
	});
});
