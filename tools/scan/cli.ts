// `npm run scan`: n8n's own package scanner, as n8n runs it on what is published: its rules, its configuration, inline
// configuration off. Once on the packed and unpacked tarball, once on the sources.
import { dirname, join } from 'node:path';

import execa from 'execa';

import { commandLine, run } from '../command';
import { withPackedProject } from '../n8n/package';
import { PROJECT } from '../project';

commandLine('scan', "Runs n8n's package scanner on the packed package and on the sources.").parse();

void run(async () => {
	const { analyzePackage, SOURCE_FILE_PATTERNS } =
		await import('@n8n/scan-community-package/scanner/scanner.mjs');
	await withPackedProject(async (tarball) => {
		const folder = dirname(tarball);
		await execa('tar', ['-xzf', tarball, '-C', folder]);
		const verdicts = [
			['the packed tarball', await analyzePackage(join(folder, 'package'))],
			['the sources', await analyzePackage(PROJECT, SOURCE_FILE_PATTERNS)],
		] as const;
		for (const [what, { passed, message, details }] of verdicts) {
			if (!passed || message === 'No files found to analyze') {
				throw new Error([`${what}: NOT passed`, message, details].filter(Boolean).join('\n'));
			}
			console.log(`${what}: passed`);
		}
	});
});
