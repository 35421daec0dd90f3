// The README is read on npm and in n8n as well, where relative links lead nowhere. As soon as package.json names the
// repository, its links and pictures are written as full addresses; until then they stay relative. The same holds for the
// links from n8n's editor: they lead to the README, and until then to the page that package.json has as its homepage.
import packageJson from '../../package.json';

const { repository } = packageJson as { repository?: { readonly url: string } };
const home = repository?.url.replace(/^git\+/, '').replace(/\.git$/, '');

/** The address of a file; `raw` for one that is shown, not opened. An address from before is made anew. */
function addressOf(written: string, view: 'blob' | 'raw'): string {
	const path = written.replace(/^https:.*\/(blob|raw)\/HEAD\//, '');
	return home === undefined ? path : `${home}/${view}/HEAD/${path}`;
}

/** Which part of the README a link from the editor leads to, by the name of the field that holds it. */
const PARTS: Readonly<Record<string, string>> = {
	documentationUrl: 'credentials',
	credentialDocumentation: 'credentials',
	primaryDocumentation: 'readme',
};

/** A source file with the links that n8n's editor shows. */
export function editorLinks(written: string): string {
	const field = new RegExp(`(?<=\\b(${Object.keys(PARTS).join('|')})\\b[^,;]*?)https:[^'"]+`, 'g');
	return written.replace(field, (_, name: string) =>
		home === undefined ? packageJson.homepage : `${home}#${PARTS[name]}`,
	);
}

/** Link definitions, each for a file of the project. */
export function linkDefinitions(written: string): string {
	return written.replace(/(?<=^\[.+\]: )\S+$/gm, (path) => addressOf(path, 'blob'));
}

/** HTML with pictures of the project. */
export function pictures(written: string): string {
	return written.replace(/(?<=\b(?:src|srcset)=")[^"]+/g, (path) => addressOf(path, 'raw'));
}
