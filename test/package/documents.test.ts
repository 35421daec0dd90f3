// Every relative link, anchor and picture of every document leads somewhere, and nothing personal stands in them.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

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

/** Addresses of Markdown links and pictures, and of HTML's. */
function linksOf(file: string): string[] {
	const text = withoutCode(textOf(file));
	const markdown = [...text.matchAll(/\]\(([^)\s]+)\)/g)];
	const html = [...text.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g)];
	return [...markdown, ...html].map(([, address]) => address ?? '');
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

	it('links to the web by https', () => {
		const plain = linksOf(file).filter((address) => address.startsWith('http:'));
		expect(plain).toEqual([]);
	});
});
