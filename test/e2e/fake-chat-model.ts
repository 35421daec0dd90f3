// A stand-in for a chat model behind OpenAI's interface on 127.0.0.1: asked for the first time it calls the one tool
// it is offered, and once it has the tool's answer it repeats that answer. Offered no tool, it says its words.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface ChatMessage {
	role: string;
	content: unknown;
}

export interface OfferedTool {
	function: {
		name: string;
		description: string;
		parameters: { properties: Record<string, unknown>; required?: string[] };
	};
}

interface ChatRequest {
	model: string;
	messages: ChatMessage[];
	tools?: OfferedTool[];
	stream?: boolean;
}

export class FakeChatModel {
	/** The tools offered to it, by the latest request. */
	tools: OfferedTool[] = [];
	/** What the tool answered. */
	toolAnswers: unknown[] = [];
	/** All that it was told, by the latest request. */
	messages: ChatMessage[] = [];
	private readonly server: Server;

	private constructor(
		private readonly toolArguments: Record<string, unknown>,
		private readonly words: string,
	) {
		this.server = createServer((request, response) => {
			void readBody(request).then((body) => {
				const answer = this.answer(JSON.parse(body || '{}') as ChatRequest);
				response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
			});
		});
	}

	/**
	 * @param toolArguments what it calls the tool with
	 * @param words what it says without a tool
	 */
	static async start(toolArguments: Record<string, unknown>, words = ''): Promise<FakeChatModel> {
		const model = new FakeChatModel(toolArguments, words);
		await new Promise<void>((resolve) => model.server.listen(0, '127.0.0.1', resolve));
		return model;
	}

	get baseUrl(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	private answer({ model, messages = [], tools = [] }: ChatRequest): unknown {
		this.tools = tools;
		this.messages = messages;
		this.toolAnswers = messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
		const [tool] = tools;
		const call = {
			id: 'call_1',
			type: 'function',
			function: { name: tool?.function.name, arguments: JSON.stringify(this.toolArguments) },
		};
		const said = tool === undefined ? this.words : this.toolAnswers.at(-1);
		const message =
			said === undefined
				? { role: 'assistant', content: null, tool_calls: [call] }
				: { role: 'assistant', content: String(said) };
		return {
			id: 'chatcmpl-1',
			object: 'chat.completion',
			created: 1,
			model,
			choices: [
				{ index: 0, message, finish_reason: message.content === null ? 'tool_calls' : 'stop' },
			],
			usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
		};
	}
}

async function readBody(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString();
}
