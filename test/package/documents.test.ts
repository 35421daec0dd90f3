// Every link, anchor and picture of every document leads somewhere, and the documents are in plain English.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import packageJson from '../../package.json';

const project = join(__dirname, '..', '..');

const documents = execFileSync(
	'git',
	['ls-files', '--cached', '--others', '--exclude-standard', '*.md'],
	{ cwd: project, encoding: 'utf8' },
)
	.split('\n')
	.filter((file) => file !== '' && existsSync(join(project, file)));

const textOf = (file: string) => readFileSync(join(project, file), 'utf8');
const withoutCode = (text: string) => text.replace(/^```[^]*?^```/gm, '').replace(/`[^`\n]*`/g, '');

const { repository } = packageJson as { repository?: { readonly url: string } };
const home = repository?.url.replace(/^git\+/, '').replace(/\.git$/, '');

/** An address within this repository as a path; any other as it is. */
function fromHome(address: string): string {
	const start = ['blob', 'raw'].map((view) => `${home}/${view}/HEAD/`);
	const found = start.find((one) => address.startsWith(one));
	return found === undefined ? address : address.slice(found.length);
}

/** Addresses of Markdown links, of their definitions and of pictures, and those of HTML. */
function linksOf(file: string): string[] {
	const text = withoutCode(textOf(file));
	const markdown = [...text.matchAll(/\]\(([^)\s]+)\)/g)];
	const defined = [...text.matchAll(/^\[[^\]]+\]: (\S+)$/gm)];
	const html = [...text.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g)];
	return [...markdown, ...defined, ...html].map(([, address]) => fromHome(address ?? ''));
}

/** Anchors as GitHub makes them from headings. */
function anchorsOf(file: string): string[] {
	const headings = [
		...textOf(file)
			.replace(/^```[^]*?^```/gm, '')
			.matchAll(/^#+ (.+)$/gm),
	];
	return headings.map(([, heading = '']) =>
		heading
			.trim()
			.toLowerCase()
			.replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
			.replaceAll(' ', '-'),
	);
}

describe.each(documents)('%s', (file) => {
	it('has no link that leads nowhere', () => {
		const broken = linksOf(file)
			.filter((address) => !/^(https?:|mailto:)/.test(address))
			.filter((address) => {
				const [path = '', anchor] = address.split('#');
				const target =
					path === '' ? file : relative(project, resolve(project, dirname(file), path));
				if (target.startsWith('..') || !existsSync(join(project, target))) return true;
				return anchor !== undefined && !anchorsOf(target).includes(anchor);
			});
		expect(broken).toEqual([]);
	});

	it('defines every link that it uses by name, and no other', () => {
		const text = withoutCode(textOf(file));
		const used = [...text.matchAll(/\]\[([^\]]+)\]/g)].map(([, name]) => name);
		const defined = [...text.matchAll(/^\[([^\]]+)\]: \S+$/gm)].map(([, name]) => name);
		// A changelog's headings are names as well.
		if (file !== 'CHANGELOG.md') expect([...new Set(used)].sort()).toEqual(defined.sort());
	});

	it('links to the web by https', () => {
		const plain = linksOf(file).filter((address) => address.startsWith('http:'));
		expect(plain).toEqual([]);
	});
});

/** Words that a reader trips over, and those that made the first documents hard to read. */
const AVOIDED =
	/came to no good|unforeseen|good end|goes? on at GPTProto|passed on|so as (not )?to|\bputs? out\b|\banew\b|by no retry|height class|paid for twice|strike|outlive|lag behind|blot|comes? home|\bhence\b|thereof|therein/i;

const examples = readdirSync(join(project, 'examples'))
	.filter((name) => name.endsWith('.json'))
	.map((name) => `examples/${name}`);

it.each([...documents, ...examples])('%s is in plain English', (file) => {
	// What the editor calls "Put Output File in Field" is a name.
	const text = textOf(file).replaceAll('Put Output File', '');
	const found = text.split('\n').filter((line) => AVOIDED.test(line));
	expect(found).toEqual([]);
});
