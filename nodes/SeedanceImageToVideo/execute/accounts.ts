// The account of each item: its own credential, expressions resolved for that item, and the way to GPTProto with it.
import type { IExecuteFunctions } from 'n8n-workflow';
import { bareKey, readBaseUrl } from '../gptproto/access';
import { systemClock } from '../prediction/clock';
import { hashOf } from '../prediction/ledger-entry';
import { limiterOf, type RequestSlots } from '../prediction/limiter';
import type { Account } from '../prediction/run';
import { type Access, createTransport, CREDENTIAL_TYPE } from '../prediction/transport';
import {
	describeBaseUrlFault,
	describeUnexpected,
	describeUnreadableCredential,
	ExplainedError,
} from './messages';

/** One item's credential and account. @throws ExplainedError where the credential cannot be used */
export async function readAccess(context: IExecuteFunctions, item: number): Promise<Access> {
	const data = await context
		.getCredentials(CREDENTIAL_TYPE, item)
		.catch((fault: unknown): never => {
			throw new ExplainedError(describeUnreadableCredential(describeUnexpected(fault).message));
		});
	const read = readBaseUrl(data.baseUrl);
	if ('fault' in read) throw new ExplainedError(describeBaseUrlFault(read.fault));
	const { baseUrl } = read;
	const key = bareKey(data.apiKey);
	const { id, name } = context.getNode().credentials?.[CREDENTIAL_TYPE] ?? { id: '', name: '' };
	const credential = { id: id ?? '', name, type: CREDENTIAL_TYPE, data };
	return { accountId: hashOf(baseUrl, key), credential, baseUrl, key };
}

/**
 * @param slots of the run that the accounts are opened for
 * @returns what gives an item its account, each opened once; it throws a ExplainedError where the credential cannot be used
 */
export function openAccounts(context: IExecuteFunctions, slots: RequestSlots) {
	const opened = new Map<string, Account>();
	const signal = context.getExecutionCancelSignal();
	return async (item: number): Promise<Account> => {
		const access = await readAccess(context, item);
		const id = access.accountId;
		const account = opened.get(id) ?? {
			id,
			baseUrl: access.baseUrl,
			transport: createTransport(context, systemClock, access),
			session: limiterOf(id, systemClock, Math.random).open(slots, signal),
		};
		opened.set(id, account);
		return account;
	};
}
