// The README is read on npm and in n8n as well, where relative links lead nowhere. As soon as package.json names the
// repository, its links and pictures are written as full addresses; until then they stay relative.
import packageJson from '../../package.json';

/** Files the README links to, by the name it uses for them. */
const LINKS: Readonly<Record<string, string>> = {
	reference: 'docs/reference.md',
	reliability: 'docs/reliability.md',
	'queue mode': 'docs/queue-mode.md',
	benchmarks: 'docs/benchmarks.md',
	verification: 'docs/verification.md',
	examples: 'examples/README.md',
	'pictures to videos': 'examples/pictures-to-videos.json',
	'durable batch': 'examples/durable-batch.json',
	contributing: 'CONTRIBUTING.md',
	security: 'SECURITY.md',
	changelog: 'CHANGELOG.md',
	licence: 'LICENSE',
};

const { repository } = packageJson as { repository?: { readonly url: string } };
const home = repository?.url.replace(/^git\+/, '').replace(/\.git$/, '');

/** The address of a file; `raw` for one that is shown, not opened. */
function addressOf(path: string, view: 'blob' | 'raw'): string {
	return home === undefined ? path : `${home}/${view}/HEAD/${path}`;
}

export function linkDefinitions(): string {
	return Object.entries(LINKS)
		.map(([name, path]) => `[${name}]: ${addressOf(path, 'blob')}`)
		.join('\n');
}

export function previewPicture(): string {
	const picture = (theme: string) => addressOf(`docs/images/video-preview-${theme}.png`, 'raw');
	return [
		'<picture>',
		`  <source media="(prefers-color-scheme: dark)" srcset="${picture('dark')}">`,
		`  <img alt="The node in n8n's editor after a run: its parameters, and beside them the finished video" src="${picture('light')}">`,
		'</picture>',
	].join('\n');
}
