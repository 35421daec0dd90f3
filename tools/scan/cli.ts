// `npm run scan`: n8n's own package scanner, as n8n runs it on what is published: its rules, its configuration, inline
// configuration off. Once on the packed and unpacked tarball, once on the sources.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { packProject } from '../n8n/package';

const PROJECT = resolve(__dirname, '..', '..');
async function unpackedTarball(folder: string): Promise<string> {
	const tarball = await packProject(folder);
	await promisify(execFile)('tar', ['-xzf', tarball, '-C', folder]);
	return join(folder, 'package');
}

async function main(): Promise<void> {
	const { analyzePackage, SOURCE_FILE_PATTERNS } =
		await import('@n8n/scan-community-package/scanner/scanner.mjs');
	const folder = await mkdtemp(join(tmpdir(), 'seedance-scan-'));
	try {
		const verdicts = [
			['the packed tarball', await analyzePackage(await unpackedTarball(folder))],
			['the sources', await analyzePackage(PROJECT, SOURCE_FILE_PATTERNS)],
		] as const;
		for (const [what, { passed, message, details }] of verdicts) {
			const hasLinted = message !== 'No files found to analyze';
			console.log(`${what}: ${passed && hasLinted ? 'passed' : 'NOT passed'}`);
			if (passed && hasLinted) continue;
			console.error([message, details].filter(Boolean).join('\n'));
			process.exitCode = 1;
		}
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

void main();
