// Knows what a fresh development n8n is filled with: the credential, and the example workflows.
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { CREDENTIAL_TYPE } from '../n8n/package';
import type { RestClient } from '../n8n/rest';
import type { WorkflowDefinition } from '../n8n/workflow';

const EXAMPLES = resolve(__dirname, '..', '..', 'examples');

/** The name the example workflows refer to. */
const CREDENTIAL_NAME = 'GPTProto API';

/** @returns how many workflows there are now */
export async function fill(
	rest: RestClient,
	{ baseUrl, apiKey }: { baseUrl: string; apiKey: string },
): Promise<number> {
	await rest.createCredential({
		name: CREDENTIAL_NAME,
		type: CREDENTIAL_TYPE,
		data: { apiKey, baseUrl },
	});
	const files = (await readdir(EXAMPLES)).filter((file) => file.endsWith('.json'));
	for (const file of files) {
		const workflow = JSON.parse(await readFile(join(EXAMPLES, file), 'utf8')) as WorkflowDefinition;
		await rest.createWorkflow(workflow);
	}
	return files.length;
}
