// Knows how two processes keep out of each other's way: a folder that only one of them can create.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `work` while holding the lock at `path`; waits for another process that holds it, and takes
 * over from one that is gone.
 *
 * @param onWait called once, with the other process's id, when there is something to wait for
 */
export async function withLock<T>(
	path: string,
	work: () => Promise<T>,
	onWait: (processId: number) => void = () => {},
): Promise<T> {
	await mkdir(dirname(path), { recursive: true });
	let told = false;
	while (!(await claim(path))) {
		const owner = await readOwner(path);
		if (owner === undefined || !isAlive(owner)) {
			await rm(path, { recursive: true, force: true });
			continue;
		}
		if (!told) onWait(owner);
		told = true;
		await sleep(500);
	}
	try {
		return await work();
	} finally {
		await rm(path, { recursive: true, force: true });
	}
}

async function claim(path: string): Promise<boolean> {
	try {
		await mkdir(path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
		throw error;
	}
	await writeFile(join(path, 'pid'), String(process.pid));
	return true;
}

async function readOwner(path: string): Promise<number | undefined> {
	for (let attempt = 0; attempt < 5; attempt++) {
		const text = await readFile(join(path, 'pid'), 'utf8').catch(() => '');
		if (text !== '') return Number(text);
		await sleep(100); // created a moment ago, its owner not written yet
	}
	return undefined;
}

function isAlive(processId: number): boolean {
	try {
		process.kill(processId, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
