// Knows how a browser goes through an n8n form: it posts the first page, waits until the execution has the next one, and
// opens that.
import { setTimeout as sleep } from 'node:timers/promises';

import { type FormData, fetch } from 'undici';

import type { RestClient } from '../../../tools/n8n/rest';
import type { WorkflowDefinition } from '../../../tools/n8n/workflow';

const WITHIN_MS = 60_000;

export interface LastPage {
	readonly text: string;
	/** The file that the page downloads by itself. */
	readonly file: Buffer;
}

/** Saves a workflow that begins with a form and switches it on. */
export async function openForm(
	rest: RestClient,
	definition: WorkflowDefinition,
): Promise<{ submit(answers: FormData): Promise<LastPage> }> {
	const workflow = await rest.createWorkflow(definition);
	await rest.activate(workflow);
	const trigger = workflow.nodes.find(({ type }) => type.endsWith('.formTrigger'));
	const address = `${rest.session.baseUrl}/form/${trigger?.webhookId}`;
	return {
		async submit(answers) {
			const until = Date.now() + WITHIN_MS;
			const answer = await ask(address, (status) => status !== 404, until, answers);
			const { formWaitingUrl } = JSON.parse(answer) as { formWaitingUrl: string };
			const next = new URL(formWaitingUrl);
			const state = new URL(next);
			state.pathname += '/n8n-execution-status';
			await ask(state, (_status, text) => text.trim() === 'form-waiting', until);
			const text = await ask(next, () => true, until);
			const [, packed = ''] = /decodeURIComponent\("([^"]*)"\)/.exec(text) ?? [];
			return { text, file: fileIn(packed) };
		},
	};
}

/** Asks until the answer is the wanted one. @returns its text */
async function ask(
	address: URL | string,
	isWanted: (status: number, text: string) => boolean,
	until: number,
	body?: FormData,
): Promise<string> {
	for (;;) {
		const answer = await fetch(address, body ? { method: 'POST', body } : {});
		const text = await answer.text();
		if (isWanted(answer.status, text)) return text;
		if (Date.now() > until) throw new Error(`The form answers ${answer.status}: ${text}`);
		await sleep(200);
	}
}

/** One file, in new versions of n8n as a list of one. */
function fileIn(packed: string): Buffer {
	const files = [JSON.parse(decodeURIComponent(packed) || '""') as unknown].flat();
	const [file] = files as Array<{ data?: { data: number[] } } | undefined>;
	return Buffer.from(file?.data?.data ?? []);
}
