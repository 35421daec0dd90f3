// Runs one program and ends with it - or ends it, and removes its folder, when whoever started this is gone:
// standard input is a pipe from that process, and closes with it however it ends.
//
// usage: node supervise.mjs <folder or ""> <program> [argument …]
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

const [folder, program, ...args] = process.argv.slice(2);
const PATIENCE_MS = 8_000;

// Signals go to the whole process group: the program answers them, this one stays until it has.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {});

const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
let orphaned = false;

function removeFolder() {
	if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

child.once('exit', (code) => {
	if (orphaned) removeFolder();
	process.exit(code ?? 1);
});

process.stdin.resume();
process.stdin.once('close', () => {
	orphaned = true;
	process.kill(-process.pid, 'SIGTERM');
	setTimeout(() => {
		removeFolder();
		process.kill(-process.pid, 'SIGKILL');
	}, PATIENCE_MS);
});
