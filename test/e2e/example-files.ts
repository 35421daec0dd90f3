// Knows the example workflows as files, read as they are.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { N8nVersion } from '../../tools/n8n/versions';
import type { WorkflowDefinition } from '../../tools/n8n/workflow';

export const EXAMPLES = join(__dirname, '..', '..', 'examples');

/** The credential names the examples refer to: n8n finds a credential of this name on import. */
export const GPTPROTO_CREDENTIAL = 'GPTProto API';
export const OPENAI_CREDENTIAL = 'OpenAI account';

/** The names of all example files, without `.json`. */
export function exampleNames(): string[] {
	return readdirSync(EXAMPLES)
		.filter((file) => file.endsWith('.json'))
		.map((file) => file.slice(0, -'.json'.length));
}

/** @param version the n8n it is to run in; n8n 1.100 refuses `.n8n-files`, since it begins like its own folder `.n8n` */
export function example(name: string, version?: N8nVersion): WorkflowDefinition {
	const text = readFileSync(join(EXAMPLES, `${name}.json`), 'utf8');
	const written = version === '1.100.1' ? text.replaceAll('.n8n-files/', '') : text;
	return JSON.parse(written) as WorkflowDefinition;
}
