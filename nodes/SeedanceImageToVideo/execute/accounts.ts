// The account of each item: its own credential, expressions resolved for that item, and the way to GPTProto with it.
import type { IExecuteFunctions } from 'n8n-workflow';
import { bareKey, readBaseUrl } from '../gptproto/access';
import type { Clock } from '../prediction/clock';
import { hashOf } from '../prediction/ledger';
import { limiterOf, type RequestSlots } from '../prediction/limiter';
import type { Account } from '../prediction/run';
import { type Access, createTransport, CREDENTIAL_TYPE } from '../prediction/transport';
import {
	describeBaseUrlFault,
	describeUnexpected,
	describeUnreadableCredential,
	Refusal,
} from './messages';

/** An item's credential, and the id of its account: a hash of base URL and key. @throws Refusal where it cannot be used */
export async function readAccess(
	context: IExecuteFunctions,
	item: number,
): Promise<Access & { readonly accountId: string }> {
	const data = await context
		.getCredentials(CREDENTIAL_TYPE, item)
		.catch((fault: unknown): never => {
			throw new Refusal(describeUnreadableCredential(describeUnexpected(fault).message));
		});
	const read = readBaseUrl(data.baseUrl);
	if ('fault' in read) throw new Refusal(describeBaseUrlFault(read.fault));
	const { baseUrl } = read;
	const key = bareKey(data.apiKey);
	const { id, name } = context.getNode().credentials?.[CREDENTIAL_TYPE] ?? { id: '', name: '' };
	const credential = { id: id ?? '', name, data };
	return { credential, baseUrl, key, accountId: hashOf(baseUrl, key) };
}

export class Accounts {
	private readonly opened = new Map<string, Account>();

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly clock: Clock,
		private readonly slots: RequestSlots,
	) {}

	/** @throws Refusal where the credential cannot be used */
	async of(item: number): Promise<Account> {
		const { context, clock, slots } = this;
		const access = await readAccess(context, item);
		const id = access.accountId;
		const account: Account = this.opened.get(id) ?? {
			id,
			transport: createTransport(context, clock, access),
			session: limiterOf(id, clock, Math.random).open(slots, context.getExecutionCancelSignal()),
		};
		this.opened.set(id, account);
		return account;
	}
}
