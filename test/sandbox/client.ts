// Knows how to talk to a sandbox over HTTP, as plainly as curl would. Must not know the node.
import { Agent, request } from 'undici';
import type { Sandbox, SubmissionBody } from '../../sandbox';

export const fastModel = 'doubao-seedance-2-0-fast-260128';
export const fullModel = 'doubao-seedance-2-0-260128';

/** A body that is valid for every model. */
export const plainBody: SubmissionBody = {
	prompt: 'A girl holding a fox, gentle breeze',
	image: 'https://pictures.invalid/cat.png',
};

export interface PredictionData {
	id: string;
	model: string;
	outputs: string[] | null;
	urls: { get: string } | Array<{ get: string }>;
	status: string;
	error: string | null;
	executionTime: number;
	timings: { inference: number };
	has_nsfw_contents?: boolean[] | null;
	created_at?: string;
}

/** An answer in JSON; `body` is loosely typed, since tests look at right and wrong ones alike. */
export interface Answer {
	status: number;
	headers: Record<string, string | string[] | undefined>;
	text: string;
	/** Undefined when the text is not JSON. */
	body: {
		code?: number;
		message?: string;
		data?: PredictionData;
		error?: { message: string; type: string; code: number };
	};
}

export class Client {
	// A connection for each request: a fault on one must not be felt by the next.
	private readonly dispatcher = new Agent({ pipelining: 0 });

	constructor(private readonly sandbox: Pick<Sandbox, 'baseUrl' | 'apiKey'>) {}

	/** @param body JSON, or a string to be sent as it is */
	async submit(
		body: object | string = plainBody,
		{
			model = fastModel,
			headers = {},
			signal,
		}: {
			model?: string;
			headers?: Record<string, string>;
			signal?: AbortSignal;
		} = {},
	): Promise<Answer> {
		return await this.ask(
			'POST',
			`${this.sandbox.baseUrl}/api/v3/bytedance/${model}/image-to-video`,
			{
				headers: { 'content-type': 'application/json', ...headers },
				body: typeof body === 'string' ? body : JSON.stringify(body),
				...(signal && { signal }),
			},
		);
	}

	async result(id: string, signal?: AbortSignal): Promise<Answer> {
		const url = `${this.sandbox.baseUrl}/api/v3/predictions/${id}/result`;
		return await this.ask('GET', url, signal ? { signal } : {});
	}

	async ask(
		method: 'GET' | 'POST',
		url: string,
		{
			headers = {},
			...rest
		}: {
			headers?: Record<string, string>;
			body?: string;
			signal?: AbortSignal;
		} = {},
	): Promise<Answer> {
		const response = await request(url, {
			method,
			dispatcher: this.dispatcher,
			headers: { authorization: this.sandbox.apiKey, ...headers },
			...rest,
		});
		const text = await response.body.text();
		let body: Answer['body'] | undefined;
		try {
			body = JSON.parse(text) as Answer['body'];
		} catch {
			// Left undefined: some faults answer with something else.
		}
		return {
			status: response.statusCode,
			headers: response.headers,
			text,
			body: body as Answer['body'],
		};
	}

	/** Submits, and gives the id of the accepted prediction. */
	async accepted(body: object = plainBody, model = fastModel): Promise<string> {
		const answer = await this.submit(body, { model });
		if (!answer.body.data) throw new Error(`Not accepted: ${answer.text}`);
		return answer.body.data.id;
	}

	/** Asks until the prediction has ended. */
	async ended(id: string): Promise<PredictionData> {
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

	/** Without the API key. */
	async download(url: string, signal?: AbortSignal) {
		const response = await request(url, {
			dispatcher: this.dispatcher,
			...(signal && { signal }),
		});
		const data = Buffer.from(await response.body.arrayBuffer());
		return { status: response.statusCode, headers: response.headers, data };
	}

	async close(): Promise<void> {
		await this.dispatcher.destroy();
	}
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
