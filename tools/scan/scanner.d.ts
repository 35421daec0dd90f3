// The parts of n8n's package scanner that need no registry; the package brings no types of its own.
declare module '@n8n/scan-community-package/scanner/scanner.mjs' {
	/** What is looked at in a checkout of the sources. */
	export const SOURCE_FILE_PATTERNS: string[];
	/** @param filePatterns what to look at; everything in a package unless given */
	export function analyzePackage(
		packageDir: string,
		filePatterns?: readonly string[],
	): Promise<{ passed: boolean; message?: string; details?: string }>;
}
