// Knows how to build the project, quietly unless it fails.
import { execFile } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const PROJECT = resolve(__dirname, '..', '..');

/** @throws Error with what the compiler said */
export async function build(): Promise<void> {
	try {
		await promisify(execFile)(
			process.execPath,
			[join(dirname(require.resolve('gulp')), 'bin', 'gulp.js'), 'build', '--silent'],
			{ cwd: PROJECT },
		);
	} catch (error) {
		const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string };
		const output = `${stdout ?? ''}${stderr ?? ''}`.trim();
		throw new Error(`The build did not succeed:\n${output || message}`);
	}
}
