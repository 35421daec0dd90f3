// A stand-in for Telegram's Bot API on 127.0.0.1: it tells n8n of a message, hands out its photo and keeps the answers.
import { setTimeout as sleep } from 'node:timers/promises';

import { fetch } from 'undici';

import { jsonOf, StandIn } from './stand-in';

const TOKEN = '1:a-stand-in';
const REGISTERED_WITHIN_MS = 30_000;
const ANSWERED_WITHIN_MS = 60_000;

interface Hook {
	readonly url: string;
	readonly secret_token: string;
}

export interface Answer {
	readonly method: string;
	/** The fields of `sendMessage`. */
	readonly message: Readonly<Record<string, unknown>>;
	/** The body of `sendVideo`, a form with a file, as it came. */
	readonly form: string;
}

export class Telegram extends StandIn {
	/** The `file_id` of each photo that was asked for. */
	readonly downloaded: unknown[] = [];
	private readonly answers: Answer[] = [];
	private hook: Hook | undefined;

	/** @param photo what every photo of every message is */
	constructor(private readonly photo: Buffer) {
		super();
	}

	/** For a `telegramApi` credential. */
	get credentialData(): object {
		return { accessToken: TOKEN, baseUrl: this.baseUrl };
	}

	/** Sends the bot a message; waits until n8n listens. */
	async say(message: Readonly<Record<string, unknown>>): Promise<void> {
		const update = { update_id: 1, message: { message_id: 7, chat: { id: 42 }, ...message } };
		for (const until = Date.now() + REGISTERED_WITHIN_MS; ; await sleep(200)) {
			const answer = this.hook && (await this.post(this.hook, update));
			if (answer?.ok) return;
			if (Date.now() > until) throw new Error(`n8n does not listen: ${answer?.status}`);
		}
	}

	/** Waits for as many answers, and gives them all. */
	async answered(count: number): Promise<readonly Answer[]> {
		for (const until = Date.now() + ANSWERED_WITHIN_MS; this.answers.length < count;) {
			if (Date.now() > until) throw new Error(`The bot gave ${this.answers.length} answers.`);
			await sleep(100);
		}
		return this.answers;
	}

	protected addRoutes(): void {
		this.server.post(`/bot${TOKEN}/:method`, ({ params, body }) => {
			const { method } = params as { method: string };
			if (method === 'setWebhook') this.hook = jsonOf<Hook>(body);
			if (method === 'getWebhookInfo') return { ok: true, result: { url: '' } };
			if (method === 'getFile') {
				this.downloaded.push(jsonOf<{ file_id: string }>(body).file_id);
				return { ok: true, result: { file_path: 'photos/file_0.png' } };
			}
			if (method === 'sendMessage') {
				this.answers.push({ method, message: jsonOf(body), form: '' });
			}
			if (method === 'sendVideo') {
				this.answers.push({ method, message: {}, form: (body as Buffer).toString('latin1') });
			}
			return { ok: true, result: {} };
		});
		this.server.get(`/file/bot${TOKEN}/photos/file_0.png`, (_request, reply) =>
			reply.type('application/octet-stream').send(this.photo),
		);
	}

	private async post({ url, secret_token }: Hook, update: object) {
		const headers = {
			'content-type': 'application/json',
			'x-telegram-bot-api-secret-token': secret_token,
		};
		const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(update) });
		await answer.text();
		return answer;
	}
}
