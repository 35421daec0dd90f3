// The account of each item: its own credential, expressions resolved for that item, and the way to GPTProto with it.
import type { ICredentialDataDecryptedObject, IExecuteFunctions } from 'n8n-workflow';
import { bareKey, readBaseUrl } from '../gptproto/access';
import type { Clock } from '../prediction/clock';
import { hashOf } from '../prediction/ledger';
import { limiterOf } from '../prediction/limiter';
import type { Account } from '../prediction/run';
import type { RequestSlots } from '../prediction/slots';
import { createTransport, CREDENTIAL_TYPE } from '../prediction/transport';
import { describeBaseUrlFault, describeUnexpected, describeUnreadableCredential } from './messages';
import { Refusal } from './refusal';

export class Accounts {
	private readonly known = new Map<string, Account>();

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly clock: Clock,
		private readonly slots: RequestSlots,
	) {}

	/** @throws Refusal where the credential cannot be used */
	async of(item: number): Promise<Account> {
		return this.accountFor(await readCredential(this.context, item));
	}

	private accountFor(data: ICredentialDataDecryptedObject): Account {
		const { baseUrl, key } = readAccess(data);
		const id = hashOf(baseUrl, key);
		const known = this.known.get(id);
		if (known) return known;
		const { context, clock, slots } = this;
		const reference = context.getNode().credentials?.[CREDENTIAL_TYPE];
		const credential = { id: reference?.id ?? '', name: reference?.name ?? '', data };
		const account: Account = {
			id,
			transport: createTransport(context, clock, { credential, baseUrl, key }),
			session: limiterOf(id, clock, Math.random).open(slots, context.getExecutionCancelSignal()),
		};
		this.known.set(id, account);
		return account;
	}

	/**
	 * Whether an item's credential resolves to the same without the item: then a parked execution, which does not have
	 * the item, is sent with the same account.
	 */
	async isWithoutItem(item: number): Promise<boolean> {
		const without = Object.create(this.context, {
			connectionInputData: { value: [{ json: {} }] },
			executeData: { value: undefined },
		}) as IExecuteFunctions;
		try {
			const { baseUrl, key } = readAccess(await readCredential(without, 0));
			return hashOf(baseUrl, key) === (await this.of(item)).id;
		} catch {
			return false;
		}
	}
}

async function readCredential(
	context: IExecuteFunctions,
	item: number,
): Promise<ICredentialDataDecryptedObject> {
	return await context.getCredentials(CREDENTIAL_TYPE, item).catch((fault: unknown): never => {
		throw new Refusal(describeUnreadableCredential(describeUnexpected(fault).message));
	});
}

function readAccess({ baseUrl, apiKey }: ICredentialDataDecryptedObject) {
	const read = readBaseUrl(baseUrl);
	if ('fault' in read) throw new Refusal(describeBaseUrlFault(read.fault));
	return { baseUrl: read.baseUrl, key: bareKey(apiKey) };
}
