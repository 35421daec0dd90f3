// The credential "GPTProto API": where the API lives and the key to it. The key is attached here and nowhere else.
import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import { bareKey, isAtBase, normalizedBaseUrl } from '../nodes/SeedanceImageToVideo/api/access';
import { DEFAULT_BASE_URL, MODELS_PATH } from '../nodes/SeedanceImageToVideo/api/reference';

/** Where a request goes: n8n's own HTTP Request node says `uri`, a credential's test `baseURL` and a path. */
function addressOf({ url, baseURL, uri }: IHttpRequestOptions & { readonly uri?: string }): string {
	const address = uri ?? url;
	return baseURL && !URL.canParse(address) ? `${baseURL.replace(/\/+$/, '')}${address}` : address;
}

export class GptProtoApi implements ICredentialType {
	name = 'gptProtoApi';

	displayName = 'GPTProto API';

	icon = {
		light: 'file:../nodes/SeedanceImageToVideo/seedance.svg',
		dark: 'file:../nodes/SeedanceImageToVideo/seedance.dark.svg',
	} as const;

	documentationUrl = 'https://docs.gptproto.com';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			placeholder: 'e.g. sk-...',
			description: 'Create one in the dashboard at gptproto.com, under API Keys',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: DEFAULT_BASE_URL,
			placeholder: `e.g. ${DEFAULT_BASE_URL}`,
			description: 'Change this only for a proxy or a sandbox. The key is sent to this host alone.',
		},
	];

	/**
	 * Adds the bare key, as in the documentation's samples, to requests that go to the credential's own host.
	 *
	 * @throws Error for any other host, so that no workflow can carry the key elsewhere
	 */
	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		const baseUrl = normalizedBaseUrl(credentials.baseUrl);
		const address = addressOf(requestOptions);
		if (baseUrl === null || !isAtBase(address, baseUrl)) {
			throw new Error("The GPTProto API key is only sent to the host of the credential's Base URL");
		}
		return {
			...requestOptions,
			headers: { ...requestOptions.headers, Authorization: bareKey(credentials.apiKey) },
		};
	};

	test: ICredentialTestRequest = {
		request: {
			baseURL: `={{ ($credentials.baseUrl || "${DEFAULT_BASE_URL}").trim().replace(/\\/+$/, "") }}`,
			url: MODELS_PATH,
			disableFollowRedirect: true,
		},
	};
}
