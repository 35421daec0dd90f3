// Knows how to start a sandbox for a test file and how to talk to one, as plainly as curl would.
// Must not know the node.
import { Agent, request } from 'undici';
import {
	startSandbox,
	type Sandbox,
	type SandboxOptions,
	type SubmissionBody,
} from '../../sandbox';

export const fastModel = 'doubao-seedance-2-0-fast-260128';
export const fullModel = 'doubao-seedance-2-0-260128';

/** A body that is valid for every model. */
export const plainBody: SubmissionBody = {
	prompt: 'A girl holding a fox, gentle breeze',
	image: 'https://pictures.invalid/cat.png',
};

/** What a test may find in a JSON answer, right or wrong. */
interface Body {
	code?: number;
	data?: {
		id: string;
		model: string;
		outputs: string[] | null;
		urls: unknown;
		status: string;
		executionTime: number;
	};
	error?: { message: string; type: string };
}

interface Ask {
	method?: 'GET' | 'POST';
	headers?: Record<string, string>;
	body?: string;
	signal?: AbortSignal;
}

export class Client {
	// A connection for each request: a fault on one must not be felt by the next.
	private readonly dispatcher = new Agent({ pipelining: 0 });

	constructor(private readonly sandbox: Pick<Sandbox, 'baseUrl' | 'apiKey'>) {}

	readonly submitPath = (model = fastModel) => `/api/v3/bytedance/${model}/image-to-video`;
	readonly resultPath = (id: string) => `/api/v3/predictions/${encodeURIComponent(id)}/result`;

	/** @param body JSON, or a string to be sent as it is */
	async submit(body: object | string = plainBody, model = fastModel, ask: Ask = {}) {
		return await this.ask(this.submitPath(model), {
			method: 'POST',
			...ask,
			headers: { 'content-type': 'application/json', ...ask.headers },
			body: typeof body === 'string' ? body : JSON.stringify(body),
		});
	}

	async result(id: string, ask: Ask = {}) {
		return await this.ask(this.resultPath(id), ask);
	}

	/** Asks the API, or whatever has the address, and reads the answer to its end. */
	async ask(url: string, { headers, ...rest }: Ask = {}) {
		return await this.fetch(new URL(url, this.sandbox.baseUrl).href, {
			headers: { authorization: this.sandbox.apiKey, ...headers },
			...rest,
		});
	}

	/** The same without the API key. */
	async fetch(url: string, ask: Ask = {}) {
		const response = await request(url, { method: 'GET', dispatcher: this.dispatcher, ...ask });
		const data = Buffer.from(await response.body.arrayBuffer());
		const text = data.toString();
		let body: unknown;
		try {
			body = JSON.parse(text);
		} catch {
			// Left undefined: some faults answer with something else.
		}
		const { statusCode: status, headers } = response;
		return { status, headers, data, text, body: body as Body };
	}

	/** Submits, and gives the id of the accepted prediction. */
	async accepted(body: object = plainBody, model = fastModel): Promise<string> {
		const answer = await this.submit(body, model);
		if (!answer.body.data) throw new Error(`Not accepted: ${answer.text}`);
		return answer.body.data.id;
	}

	/** Asks until the prediction has ended. */
	async ended(id: string) {
		for (;;) {
			const { body, text } = await this.result(id);
			if (!body.data) throw new Error(`No result: ${text}`);
			if (['succeeded', 'failed', 'expired'].includes(body.data.status)) return body.data;
			await new Promise((resolve) => setTimeout(resolve, 5));
		}
	}

	/** Submits, waits, and gives the address of the video. */
	async videoUrl(body: object = plainBody, model = fastModel): Promise<string> {
		const { outputs } = await this.ended(await this.accepted(body, model));
		return outputs?.[0] ?? '';
	}

	async close(): Promise<void> {
		await this.dispatcher.destroy();
	}
}

/** A sandbox for all tests of a file, whose predictions end at once; each test finds it as it was started. */
export function useSandbox(options: SandboxOptions = {}) {
	const started = {} as { sandbox: Sandbox; client: Client };
	let settings: SandboxOptions;
	beforeAll(async () => {
		started.sandbox = await startSandbox({ queueMs: 0, renderMs: 0, ...options });
		started.client = new Client(started.sandbox);
		settings = { ...started.sandbox.options };
	});
	beforeEach(() => {
		started.sandbox.reset();
		Object.assign(started.sandbox.options, settings);
	});
	afterAll(async () => {
		await started.client.close();
		await started.sandbox.close();
	});
	return started;
}

/** What went wrong with a request that got no answer: its code, or the name of the error. */
export async function failureOf(attempt: Promise<unknown>): Promise<string> {
	try {
		await attempt;
		return 'nothing';
	} catch (error) {
		const { code, name } = error as { code?: string | number; name: string };
		return typeof code === 'string' ? code : name;
	}
}
