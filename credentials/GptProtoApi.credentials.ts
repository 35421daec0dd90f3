// The credential "GPTProto API": where the API lives and the key to it. The key is attached here and nowhere else.
import type {
	IAuthenticateRuleResponseCode,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import {
	bareKey,
	isAtBase,
	readBaseUrl,
	urlOf,
} from '../nodes/SeedanceImageToVideo/gptproto/access';
import { DEFAULT_BASE_URL, MODELS_PATH } from '../nodes/SeedanceImageToVideo/gptproto/reference';

/** Where a request goes: n8n's own HTTP Request node says `uri`, a credential's test `baseURL` and a path. */
function addressOf({ url, baseURL, uri }: IHttpRequestOptions & { readonly uri?: string }): string {
	const address = uri ?? url;
	return baseURL && !urlOf(address) ? `${baseURL.replace(/\/+$/, '')}${address}` : address;
}

const BASE_URL_WORDS =
	"'Base URL' must be an address that starts with https:// or http://, without user name, password, query or fragment";

const WRONG_ADDRESS =
	"The answer does not come from GPTProto's API. Check 'Base URL': it must be the address of the API.";

/** What the test says of an HTTP status, in place of n8n's "Unauthorized" and the like. */
function codeMeans(value: number, message: string): IAuthenticateRuleResponseCode {
	return { type: 'responseCode', properties: { value, message } };
}

export class GptProtoApi implements ICredentialType {
	name = 'gptProtoApi';

	displayName = 'GPTProto API';

	icon = {
		light: 'file:../nodes/SeedanceImageToVideo/seedance.svg',
		dark: 'file:../nodes/SeedanceImageToVideo/seedance.dark.svg',
	} as const;

	documentationUrl =
		'https://docs.gptproto.com/docs/allapi/Doubao/doubao-seedance-2-0-fast-260128/gptproto-format/image-to-video';

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
			// Where no host answers, n8n shows the bare code and leaves no room for other words.
			description:
				'Change this only for a proxy or a sandbox. The key is sent to this host only. If the test says ENOTFOUND or ECONNREFUSED, this address is wrong or cannot be reached.',
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
		const read = readBaseUrl(credentials.baseUrl);
		if ('fault' in read) throw new Error(BASE_URL_WORDS);
		if (!isAtBase(addressOf(requestOptions), read.baseUrl)) {
			throw new Error("The GPTProto API key is only sent to the host of the credential's Base URL");
		}
		return {
			...requestOptions,
			headers: { ...requestOptions.headers, Authorization: bareKey(credentials.apiKey) },
		};
	};

	test: ICredentialTestRequest = {
		request: {
			baseURL: `={{ ($credentials.baseUrl || "").trim().replace(/\\/+$/, "") || "${DEFAULT_BASE_URL}" }}`,
			url: MODELS_PATH,
			disableFollowRedirect: true,
		},
		rules: [
			codeMeans(
				401,
				'GPTProto did not accept this API key. Compare it with the one in the dashboard at gptproto.com, under API Keys. It may be mistyped or revoked.',
			),
			codeMeans(
				403,
				'GPTProto knows this API key, or a proxy stands in front of it, and did not allow the test. Check the key and the balance in the dashboard at gptproto.com.',
			),
			codeMeans(404, WRONG_ADDRESS),
			// Any web page gives HTTP 200; only the API gives a list in `data`.
			{
				type: 'responseSuccessBody',
				properties: {
					key: 'data',
					value: undefined,
					message: WRONG_ADDRESS,
				},
			},
			// n8n asks each rule for its own kind, though its type wants all of them to be of one.
		] as IAuthenticateRuleResponseCode[],
	};
}
