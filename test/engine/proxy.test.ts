// A corporate proxy between n8n and GPTProto: what it says is not taken for GPTProto's word, and nothing leads inside.
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { errorOf, setBounds, useEngine } from './harness';

const engine = useEngine();

const SENDS_INSIDE = 'sends-inside.example';
const INSIDE = '/only-for-the-inside';

/**
 * A proxy: CONNECT is refused with `connectStatus`; plain requests for any host are brought to `target`, but for one
 * host that redirects into the private network.
 */
async function startProxy(connectStatus: number, target?: string): Promise<Server> {
	const server = createServer((incoming, outgoing) => {
		const { hostname, pathname, search } = new URL(incoming.url ?? '', 'http://any');
		if (hostname === SENDS_INSIDE) {
			outgoing.writeHead(302, { location: `${target}${INSIDE}` }).end();
			return;
		}
		const { host } = new URL(target ?? '');
		const on = request(
			`${target}${pathname}${search}`,
			{ method: incoming.method, headers: { ...incoming.headers, host } },
			(answer) => answer.pipe(outgoing.writeHead(answer.statusCode ?? 502, answer.headers)),
		);
		incoming.pipe(on);
	});
	server.on('connect', (_request, socket) =>
		socket.end(`HTTP/1.1 ${connectStatus} Refusal\r\nContent-Length: 2\r\n\r\nno`),
	);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return server;
}

const VARIABLES = [
	'HTTP_PROXY',
	'HTTPS_PROXY',
	'NO_PROXY',
	'http_proxy',
	'https_proxy',
	'no_proxy',
];
const before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));
let proxy: Server | undefined;

async function useProxy(connectStatus: number, target?: string): Promise<void> {
	proxy = await startProxy(connectStatus, target);
	const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
	for (const name of VARIABLES) delete process.env[name];
	Object.assign(process.env, { HTTP_PROXY: address, HTTPS_PROXY: address, NO_PROXY: '127.0.0.1' });
}

afterEach(() => {
	for (const name of VARIABLES) {
		if (before[name] === undefined) delete process.env[name];
		else process.env[name] = before[name];
	}
	proxy?.closeAllConnections();
	proxy?.close();
});

/** What a person reads where the proxy refuses to connect with this status. */
async function refusedBy(status: number) {
	await useProxy(status);
	setBounds({ connectAttempts: 1 });
	const credential = { apiKey: engine.sandbox.apiKey, baseUrl: 'https://gptproto.example' };
	const { message, description } = errorOf(await engine.run({ credential, retryOnFail: true }));
	return `${message}. ${description}`;
}

it('says of a proxy that wants a sign-in that nothing was submitted', async () => {
	const said = await refusedBy(407);
	expect(said).toMatch(/proxy.*407.*Nothing was submitted/);
	expect(said).not.toMatch(/balance|billed|image/i);
});

it('names proxy and balance where either may have said no', async () => {
	const said = await refusedBy(403);
	expect(said).toMatch(/proxy.*403/);
	expect(said).toContain('balance');
});

it.each([502, 503, 504])(
	'takes HTTP %i of a proxy for a lost response, which pays for nothing twice',
	async (status) => {
		expect(await refusedBy(status)).toContain('may be billed');
	},
);

it.each([
	['403', 403, 'a proxy in front of it'],
	['407', 407, 'proxy'],
])('names the proxy in an HTTP %s that GPTProto would not send', async (_name, status, words) => {
	const answer = { status, type: 'text/html', body: '<html><title>Blocked</title></html>' };
	engine.sandbox.plan({ on: 'submit', kind: 'custom', answer });
	const { message, description } = errorOf(await engine.run());
	expect(message).toContain(words);
	expect(`${message} ${description}`).not.toContain('billed');
});

it('opens a video on a private network only where the base URL is private too', async () => {
	await useProxy(403, engine.sandbox.baseUrl);
	const credential = { apiKey: engine.sandbox.apiKey, baseUrl: 'http://gptproto.example' };
	const { message, description } = errorOf(await engine.run({ credential }));
	expect(message).toContain(engine.sandbox.predictions[0]?.id);
	expect(description).toContain('private network');
	expect(engine.sandbox.predictions[0]?.downloads).toBe(0);
	// The same sandbox by its own, private, address.
	expect(itemsOf(await engine.run(), SUCCESS)[0]?.binary).toBeDefined();
});

it('follows no public address into a private network', async () => {
	await useProxy(403, engine.sandbox.baseUrl);
	engine.sandbox.plan({
		on: 'result',
		kind: 'badVideoUrl',
		url: `http://${SENDS_INSIDE}/video.mp4`,
	});
	const credential = { apiKey: engine.sandbox.apiKey, baseUrl: 'http://gptproto.example' };
	const run = await engine.run({ credential });
	expect(errorOf(run).message).toContain('could not be downloaded');
	expect(errorOf(run).description).toContain('private network');
	expect(engine.sandbox.requests.filter(({ path }) => path.startsWith(INSIDE))).toEqual([]);
	expect(JSON.stringify(run.data)).not.toContain(engine.sandbox.apiKey);
});
