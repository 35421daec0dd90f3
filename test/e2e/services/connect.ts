// Knows how an example is put to work, as a person does it after the import: its credentials, the files and folders it
// works with, and here a short polling interval, so that a test need not wait.
import { NODE_TYPE } from '../../../tools/n8n/package';
import type { Credential } from '../../../tools/n8n/rest';
import type { WorkflowDefinition } from '../../../tools/n8n/workflow';

/** Values for parameters, by the name of their node. */
export type Choices = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What a person selects in a field with a list: here by its ID. */
export const chosen = (value: string, mode = 'id') => ({ __rl: true, mode, value });

/** @param credentials one for each type of credential that the example names */
export function connected(
	workflow: WorkflowDefinition,
	credentials: readonly Credential[],
	choices: Choices = {},
): WorkflowDefinition {
	const nodes = workflow.nodes.map((node) => {
		const used = credentials.filter(({ type }) => type in (node.credentials ?? {}));
		const parameters = { ...node.parameters, ...choices[node.name] };
		if (node.type === NODE_TYPE) {
			parameters.options = { ...(parameters.options as object), pollingInterval: 0.1 };
		}
		return {
			...node,
			parameters,
			credentials: Object.fromEntries(used.map(({ type, id, name }) => [type, { id, name }])),
		};
	});
	return { ...workflow, nodes };
}
