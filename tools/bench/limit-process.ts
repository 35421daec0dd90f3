// The limit: a bare undici client without n8n. It submits everything at once; when the videos are done the sandbox's
// own clock says. It also asks at an interval, as the baseline of what a question costs.
import { Agent, request } from 'undici';
import { answerCalls } from './process';

export interface Target {
	readonly baseUrl: string;
	readonly apiKey: string;
}

export interface Submitted {
	/** Milliseconds since 1970. */
	readonly startedAt: number;
	readonly ids: string[];
}

const MODEL = 'doubao-seedance-2-0-fast-260128';
const connections = new Agent({ connections: 100 });

async function submit({ baseUrl, apiKey }: Target, index: number): Promise<string> {
	const { body, statusCode } = await request(
		`${baseUrl}/api/v3/bytedance/${MODEL}/image-to-video`,
		{
			method: 'POST',
			dispatcher: connections,
			headers: { authorization: apiKey, 'content-type': 'application/json' },
			body: JSON.stringify({ prompt: `video ${index}`, image: 'https://example.com/picture.png' }),
		},
	);
	const answer = (await body.json()) as { data?: { id: string } };
	if (!answer.data) throw new Error(`The sandbox answered ${statusCode}`);
	return answer.data.id;
}

async function isDone({ baseUrl, apiKey }: Target, id: string): Promise<boolean> {
	const { body } = await request(`${baseUrl}/api/v3/predictions/${id}/result`, {
		dispatcher: connections,
		headers: { authorization: apiKey },
	});
	const { data } = (await body.json()) as { data: { status: string } };
	return data.status === 'succeeded';
}

const handlers = {
	async submitAll(argument: { target: Target; items: number }): Promise<Submitted> {
		const startedAt = performance.timeOrigin + performance.now();
		const indexes = Array.from({ length: argument.items }, (_, index) => index);
		const ids = await Promise.all(indexes.map((index) => submit(argument.target, index)));
		return { startedAt, ids };
	},

	/** @returns processor time in microseconds, from the first submission to the last answer */
	async poll(argument: { target: Target; items: number; intervalMs: number }): Promise<number> {
		const { target, items, intervalMs } = argument;
		const before = process.cpuUsage();
		const one = async (index: number) => {
			const id = await submit(target, index);
			do await new Promise((resolve) => setTimeout(resolve, intervalMs));
			while (!(await isDone(target, id)));
		};
		await Promise.all(Array.from({ length: items }, (_, index) => one(index)));
		const { user, system } = process.cpuUsage(before);
		return user + system;
	},
};

export type LimitProcess = typeof handlers;

answerCalls(handlers);
