// A thread of its own, so that nothing else of the benchmark delays its clock. Posts what it sees of n8n.
import { parentPort, workerData as baseUrl } from 'node:worker_threads';

const HEALTH_EVERY_MS = 100;
const MEMORY_EVERY_MS = 500;
const RESIDENT = /^\w*process_resident_memory_bytes (\S+)/m;

async function text(path) {
	return await (await fetch(new URL(path, baseUrl))).text();
}

async function askForHealth() {
	const askedAt = performance.now();
	await text('/healthz');
	parentPort.postMessage(['responseMs', performance.now() - askedAt]);
}

async function askForMemory() {
	const [, bytes] = RESIDENT.exec(await text('/metrics'));
	parentPort.postMessage(['residentMiB', bytes / 2 ** 20]);
}

await askForMemory();
setInterval(askForHealth, HEALTH_EVERY_MS);
setInterval(askForMemory, MEMORY_EVERY_MS);
