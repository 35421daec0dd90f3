// Knows which ports of 127.0.0.1 are free.
import { createServer } from 'node:net';

const HOST = '127.0.0.1';

/** A port nobody listens on now. */
export async function freePort(): Promise<number> {
	const port = await listen(0);
	if (port === undefined) throw new Error(`No port of ${HOST} is free.`);
	return port;
}

export async function isPortFree(port: number): Promise<boolean> {
	return (await listen(port)) !== undefined;
}

async function listen(port: number): Promise<number | undefined> {
	const server = createServer();
	return await new Promise((resolve, reject) => {
		server.once('error', (error: NodeJS.ErrnoException) => {
			if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
			else reject(error);
		});
		server.listen({ port, host: HOST }, () => {
			const address = server.address();
			const taken = typeof address === 'object' && address !== null ? address.port : undefined;
			server.close(() => resolve(taken));
		});
	});
}
