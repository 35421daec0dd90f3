// Knows what a test file has around it: an n8n of each version in turn, a sandbox and a credential for it. A file in this
// folder runs in every n8n of the run, one in `whole/` in those that run all tests, one in `newest/` in the newest.
import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox';
import { CREDENTIAL_TYPE } from '../../tools/n8n/package';
import { type Credential, RestClient } from '../../tools/n8n/rest';
import type { N8nVersion } from '../../tools/n8n/versions';
import type { Execution, WorkflowDefinition } from '../../tools/n8n/workflow';
import { allStarted, started, type StartedN8n, wholeStarted } from './started';
import { START } from './workflows';

// Nothing is rendered unless a test looks at the video.
const QUICK: SandboxOptions = { video: { kind: 'bytes', size: 50_000 }, pictureTimeoutMs: 500 };

export interface PlaceOptions {
	readonly sandbox?: SandboxOptions;
	/** Default: a name of its own. */
	readonly credentialName?: string;
}

export class Place {
	rest!: RestClient;
	sandbox!: Sandbox;
	/** A GPTProto credential that leads to the sandbox. */
	credential!: Credential;
	/** The file n8n's output is written to. */
	logFile!: string;

	constructor(readonly version: N8nVersion) {}

	async open(options: PlaceOptions): Promise<void> {
		const { login, logFile } = started(this.version);
		this.logFile = logFile;
		this.rest = RestClient.resume(login);
		this.sandbox = await startSandbox({ ...QUICK, ...options.sandbox });
		this.credential = await this.rest.createCredential({
			name: options.credentialName ?? `GPTProto ${Math.random()}`,
			type: CREDENTIAL_TYPE,
			data: { apiKey: this.sandbox.apiKey, baseUrl: this.sandbox.baseUrl },
		});
	}

	async close(): Promise<void> {
		// n8n finds a credential by its name only as long as there is one of that name.
		if (this.credential !== undefined) await this.rest.deleteCredential(this.credential);
		await this.sandbox?.close();
		await this.rest?.close();
	}

	/** Saves a workflow and runs it from its trigger; gives the execution's id at once. */
	async begin(definition: WorkflowDefinition): Promise<string> {
		const workflow = await this.rest.createWorkflow(definition);
		const trigger = definition.nodes.find(({ type }) => type.endsWith('.manualTrigger'));
		return await this.rest.run(workflow, trigger?.name ?? START);
	}

	/** Saves a workflow, runs it from its trigger and waits for its end. */
	async run(definition: WorkflowDefinition): Promise<Execution> {
		return await this.rest.waitFor(await this.begin(definition));
	}
}

/** Declares the same tests for every n8n of the run: the core of the end-to-end tests. */
export function inEveryN8n(tests: (place: Place) => void, options: PlaceOptions = {}): void {
	declare(allStarted(), tests, options);
}

/** Declares the same tests for every n8n in which all tests run; for files in `whole/`. */
export function inWholeN8n(tests: (place: Place) => void, options: PlaceOptions = {}): void {
	declare(wholeStarted(), tests, options);
}

function declare(
	list: readonly StartedN8n[],
	tests: (place: Place) => void,
	options: PlaceOptions,
): void {
	describe.each(list)('n8n $version', ({ version }) => {
		const place = new Place(version);
		beforeAll(() => place.open(options));
		beforeEach(() => place.sandbox.reset());
		afterAll(() => place.close());
		tests(place);
	});
}
