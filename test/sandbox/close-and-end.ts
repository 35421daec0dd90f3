// A process that closes its sandbox amid everything that could keep a process alive, and must then end by itself.
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { startSandbox } from '../../sandbox';
import { Client, fullModel, plainBody } from './client';

async function main(): Promise<void> {
	const sandbox = await startSandbox({ queueMs: 0, renderMs: 0, log: () => {} });
	const client = new Client(sandbox);
	const size = {
		...plainBody,
		image: 'http://127.0.0.1:9/none.png',
		duration: 15,
		resolution: '1080p',
	};
	const url = await client.videoUrl(size, fullModel);
	Object.assign(sandbox.options, { queueMs: 3_600_000 });
	const id = await client.accepted();
	sandbox.plan(
		{ on: 'submit', kind: 'hangAfter' },
		{ on: 'result', kind: 'slowBody', delayMs: 3_600_000 },
		{ on: 'result', kind: 'hangBefore' },
		{ on: 'result', kind: 'drip' },
	);
	const rendering = client.fetch(url);
	const unanswered = [client.submit(), ...[1, 2, 3].map(() => client.result(id)), rendering];
	const failures = Promise.allSettled(unanswered);
	while (sandbox.renders === 0) await new Promise((resolve) => setTimeout(resolve, 5));
	await new Promise((resolve) => setTimeout(resolve, 100));
	await sandbox.close();
	const rejected = (await failures).filter(({ status }) => status === 'rejected').length;
	await client.close();
	const left = readdirSync(tmpdir()).filter((name) => name.startsWith('seedance-sandbox-'));
	console.log(JSON.stringify({ rejected, left }));
}

void main();
