// The engine's view of credentials: kept in plain sight here, handed to requests by the credential type's own code.
import {
	type ICredentialDataDecryptedObject,
	type ICredentials,
	ICredentialsHelper,
	type ICredentialType,
	type IHttpRequestOptions,
	type INodeParameters,
	type IRequestOptionsSimplified,
} from 'n8n-workflow';

export class EngineCredentials extends ICredentialsHelper {
	constructor(
		private readonly type: ICredentialType,
		private readonly values: ICredentialDataDecryptedObject,
	) {
		super();
	}

	/** As n8n does it: the type's own function, called with the decrypted values. */
	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		_typeName: string,
		request: IHttpRequestOptions | IRequestOptionsSimplified,
	): Promise<IHttpRequestOptions> {
		const { name, authenticate } = this.type;
		if (typeof authenticate !== 'function') throw new Error(`"${name}" has no function`);
		return await authenticate(credentials, request as IHttpRequestOptions);
	}

	/** As n8n does it: expressions are resolved for the item that it names, if it names one. */
	async getDecrypted(
		...[, , , mode, executeData, , at]: Parameters<ICredentialsHelper['getDecrypted']>
	): Promise<ICredentialDataDecryptedObject> {
		if (!at) return { ...this.values };
		return at.workflow.expression.getParameterValue(
			this.values as INodeParameters,
			at.runExecutionData,
			at.runIndex,
			at.itemIndex,
			at.node.name,
			at.connectionInputData,
			mode,
			{},
			executeData,
		) as ICredentialDataDecryptedObject;
	}

	getCredentialsProperties() {
		return this.type.properties;
	}

	getParentTypes(): string[] {
		return [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	async getCredentials(): Promise<ICredentials> {
		throw new Error('The engine keeps no encrypted credentials');
	}

	// What credentials of other kinds would need.

	async preAuthentication(): Promise<undefined> {}

	async runPreAuthentication(): Promise<undefined> {}

	async updateCredentials(): Promise<void> {}

	async updateCredentialsOauthTokenData(): Promise<void> {}
}
