// Knows the example workflows as files, read as they are.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

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

export function example(name: string): WorkflowDefinition {
	return JSON.parse(readFileSync(join(EXAMPLES, `${name}.json`), 'utf8')) as WorkflowDefinition;
}
