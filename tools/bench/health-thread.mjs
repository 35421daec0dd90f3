// A thread of its own, so that nothing else of the benchmark delays its clock. It says when it has begun, and on any
// message it ends with what it saw.
import { parentPort, workerData } from 'node:worker_threads';

const HEALTH_EVERY_MS = 100;
const MEMORY_EVERY_MS = 1_000;

async function text(path) {
	return await (await fetch(new URL(path, workerData))).text();
}

async function responseMs() {
	const askedAt = performance.now();
	await text('/healthz');
	return performance.now() - askedAt;
}

async function residentMiB() {
	return (
		Number(/^\w*process_resident_memory_bytes (\S+)/m.exec(await text('/metrics'))[1]) / 2 ** 20
	);
}

const seen = { responseMs: [], residentMiB: [residentMiB()] };
await Promise.all(seen.residentMiB);
const timers = [
	setInterval(() => seen.responseMs.push(responseMs()), HEALTH_EVERY_MS),
	setInterval(() => seen.residentMiB.push(residentMiB()), MEMORY_EVERY_MS),
];
parentPort.postMessage('begun');
parentPort.once('message', async () => {
	timers.forEach(clearInterval);
	const [response, resident] = await Promise.all(
		Object.values(seen).map((all) => Promise.all(all)),
	);
	parentPort.postMessage({ responseMs: response, residentMiB: resident });
});
