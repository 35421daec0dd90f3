// `npm run scan`: n8n's own package scanner, as n8n runs it on what is published: its rules, its configuration, inline
// configuration off. Once on the packed and unpacked tarball, once on the sources.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import execa from 'execa';

import { commandLine, run } from '../command';
import { packProject } from '../n8n/package';
import { PROJECT } from '../project';

async function unpackedTarball(folder: string): Promise<string> {
	await execa('tar', ['-xzf', await packProject(folder), '-C', folder]);
	return join(folder, 'package');
}

commandLine('scan', "Runs n8n's package scanner on the packed package and on the sources.").parse();

void run(async () => {
	const { analyzePackage, SOURCE_FILE_PATTERNS } =
		await import('@n8n/scan-community-package/scanner/scanner.mjs');
	const folder = await mkdtemp(join(tmpdir(), 'seedance-scan-'));
	try {
		const verdicts = [
			['the packed tarball', await analyzePackage(await unpackedTarball(folder))],
			['the sources', await analyzePackage(PROJECT, SOURCE_FILE_PATTERNS)],
		] as const;
		for (const [what, { passed, message, details }] of verdicts) {
			if (!passed || message === 'No files found to analyze') {
				throw new Error([`${what}: NOT passed`, message, details].filter(Boolean).join('\n'));
			}
			console.log(`${what}: passed`);
		}
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
});
