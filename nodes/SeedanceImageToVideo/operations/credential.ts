// Reads the credential "GPTProto API": the base URL that requests go to, and the key, which is only sent by n8n itself.
import type { ICredentialDataDecryptedObject, INode } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { bareKey, normalizedBaseUrl } from '../api/access';

/** @throws NodeOperationError where the base URL cannot be used */
export function readCredential(
	node: INode,
	credential: ICredentialDataDecryptedObject,
): { readonly baseUrl: string; readonly key: string } {
	const baseUrl = normalizedBaseUrl(credential.baseUrl);
	if (baseUrl === null) {
		throw new NodeOperationError(node, "'Base URL' of the credential must be an http(s) URL", {
			description: 'Open the credential "GPTProto API" and enter e.g. https://gptproto.com.',
		});
	}
	return { baseUrl, key: bareKey(credential.apiKey) };
}
