// The README keeps its word: its commands are run by CI, its sections are those n8n asks for, its versions the tested ones.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../package.json';
import { GATE_VERSIONS, NODE_RELEASE, WHOLE_VERSIONS } from '../../tools/n8n/versions';

const project = join(__dirname, '..', '..');
/** A file's text, or that of all files of a folder. */
function textOf(place: string): string {
	const path = join(project, place);
	if (!statSync(path).isDirectory()) return readFileSync(path, 'utf8');
	return readdirSync(path)
		.filter((name) => name.endsWith('.ts'))
		.map((name) => readFileSync(join(path, name), 'utf8'))
		.join('\n');
}
const readme = textOf('README.md');
const gate = textOf('.ci/run');

/** Commands of the fenced blocks and of the table of commands, one by one. */
function commandsOf(text: string): string[] {
	const blocks = [...text.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, block]) => block ?? '');
	const inTables = [...text.matchAll(/^\| `(npm [^`]+)`/gm)].map(([, command]) => command ?? '');
	const lines = [...blocks.flatMap((block) => block.split('\n')), ...inTables];
	return [
		...new Set(lines.flatMap((line) => line.split('&&')).map((command) => command.trim())),
	].filter((command) => command !== '');
}

/** Commands that the gate does not run under their own name, and the test that runs what they do. */
const RUN_ELSEWHERE: Readonly<Record<string, readonly [place: string, contains: string]>> = {
	'npm run sandbox': ['test/sandbox/process.test.ts', 'sandbox/cli.ts'],
	'npm run dev': ['test/e2e/newest', 'tools/dev/cli.ts'],
	'GPTPROTO_API_KEY=sk-... npm run live': ['test/live/command.test.ts', 'tools/live/cli.ts'],
	'npm run live': ['test/live/command.test.ts', 'tools/live/cli.ts'],
	'npm run docs': ['.ci/run', 'npm run docs:check'],
	'npm run format': ['.ci/run', 'npm run format:check'],
	'npm pack': ['tools/n8n/package.ts', "['pack', "],
	'mkdir -p ~/.n8n/nodes': ['tools/n8n/package.ts', "'.n8n', 'nodes'"],
	'cd ~/.n8n/nodes': ['tools/n8n/package.ts', "'.n8n', 'nodes'"],
	'npm install --omit=peer <path to the .tgz file>': ['tools/n8n/package.ts', "'--omit=peer'"],
};

describe.each(['README.md', 'CONTRIBUTING.md'])('the commands of %s', (file) => {
	it.each(commandsOf(textOf(file)))('%s', (command) => {
		const [, script] = /^npm (?:run )?([\w:]+)$/.exec(command) ?? [];
		if (script && !['ci', 'pack'].includes(script))
			expect(Object.keys(packageJson.scripts)).toContain(script);
		const elsewhere = RUN_ELSEWHERE[command];
		if (elsewhere) expect(textOf(elsewhere[0])).toContain(elsewhere[1]);
		else expect(gate).toContain(command);
	});
});

it('has the sections n8n asks for, in its order', () => {
	const wanted = [
		'Installation',
		'Operations',
		'Credentials',
		'Compatibility',
		'Usage',
		'Resources',
		'Version history',
	];
	const headings = [...readme.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
	expect(headings.filter((heading) => wanted.includes(heading ?? ''))).toEqual(wanted);
});

it('shows what it does, what was never tried, a picture and the two commands before anything else', () => {
	const firstScreen = readme.slice(0, readme.indexOf('\n## '));
	const parts = [
		'No test has called the live API',
		'<picture>',
		'npm ci && npm run demo',
		'npm ci && npm test',
	];
	for (const part of parts) expect(firstScreen).toContain(part);
	expect(readme.indexOf('\n## ')).toBe(readme.indexOf('\n## Installation'));
});

const lines = (text: string) => text.trimEnd().split('\n').length;

it('is read in some minutes; so is the page on reliability', () => {
	// The definitions of links at the end are not seen, nor are comments.
	const seen = readme
		.slice(0, readme.indexOf('<!-- generated: links -->'))
		.replace(/^<!--.*-->\n\n?/gm, '')
		.replace(/^<picture>[^]*?<\/picture>\n\n?/gm, '');
	expect(lines(seen)).toBeLessThanOrEqual(245);
	expect(lines(textOf('docs/reliability.md'))).toBeLessThanOrEqual(100);
});

it('answers the questions people ask, each in a few lines', () => {
	const questions = [
		'How do I make videos of 50 pictures overnight without paying twice?',
		'n8n restarted in the middle, where are my videos?',
		'What does "answer lost" mean, what do I do?',
		'When do I switch on Survive Restarts?',
		'How do I build a workflow without paying each time?',
		'How do I name the videos, and get my fields back?',
		'Why is my video late?',
		'Where do pictures come from, and where do videos go?',
	];
	for (const question of questions) {
		const [, rest = ''] = readme.split(`\n### ${question}\n`);
		const answer = rest.split(/\n##/)[0] ?? '';
		expect([question, answer.trim() !== '']).toEqual([question, true]);
		expect([question, lines(answer) <= 20]).toEqual([question, true]);
	}
});

it('names the n8n and the Node.js that are tested', () => {
	const rows = (name: string) =>
		[...readme.matchAll(new RegExp(`^\\| ${name} +\\| ([^|]+)\\|`, 'gm'))].map(
			([, versions]) => versions?.trim() ?? '',
		);
	const [whole = '', core = ''] = rows('n8n').map((versions) => versions.split(', '));
	expect(whole).toEqual(WHOLE_VERSIONS);
	expect([...whole, ...core]).toEqual(expect.arrayContaining([...GATE_VERSIONS]));
	const [node = ''] = rows('Node.js');
	expect(node.split(', ')).toContain(NODE_RELEASE.split('.')[0]);
	expect(textOf('.github/workflows/ci.yml')).toContain(`node: [${node}]`);
});

it('CHANGELOG.md has an entry for the version in package.json', () => {
	expect(textOf('CHANGELOG.md')).toContain(`## [${packageJson.version}]`);
});

it('the workflows run no script that does not exist', () => {
	for (const name of ['ci', 'newest-n8n', 'release']) {
		const scripts = [...textOf(`.github/workflows/${name}.yml`).matchAll(/npm run ([\w:]+)/g)];
		for (const [, script] of scripts) {
			expect(Object.keys(packageJson.scripts)).toContain(script);
		}
	}
	for (const suite of ['test:e2e', 'test:editor', 'test:queue']) {
		expect(textOf('.github/workflows/ci.yml')).toContain(`suite: ${suite}`);
		expect(Object.keys(packageJson.scripts)).toContain(suite);
	}
});

it('every test that docs/verification.md names exists', () => {
	const named = [...textOf('docs/verification.md').matchAll(/`(test\/[\w/.-]+\.ts)`/g)];
	expect(named.length).toBeGreaterThan(5);
	expect(
		named.map(([, file]) => file ?? '').filter((file) => !existsSync(join(project, file))),
	).toEqual([]);
});

it('every row of docs/reliability.md names its tests, and each of them exists', () => {
	const rows = [...textOf('docs/reliability.md').matchAll(/^\| (?!What happens|-)(.+?) *\|$/gm)];
	expect(rows.length).toBeGreaterThan(20);
	const provedBy = rows.map(([, row = '']) => row.split('|').at(-1) ?? '');
	const named = provedBy.map((cell) => [...cell.matchAll(/`([\w/-]+)`/g)].map(([, name]) => name));
	expect(named.filter((names) => names.length === 0)).toEqual([]);
	const missing = named.flat().filter((name) => !existsSync(join(project, `test/${name}.test.ts`)));
	expect([...new Set(missing)]).toEqual([]);
});

it('every row of docs/n8n-interface.md names a file of the node and its tests, and all of them exist', () => {
	const rows = [...textOf('docs/n8n-interface.md').matchAll(/^\| (?!What n8n|-)(.+?) *\|$/gm)];
	expect(rows.length).toBeGreaterThan(10);
	const inCode = (cell = '') => [...cell.matchAll(/`([\w/.-]+)`/g)].map(([, name]) => name ?? '');
	for (const [, row = ''] of rows) {
		const [, files, tests] = row.split(/ \| /);
		const named = [
			...inCode(files).map((name) => `nodes/SeedanceImageToVideo/${name}`),
			...inCode(tests).map((name) => `test/${name}.test.ts`),
		];
		expect(named.length).toBeGreaterThanOrEqual(2);
		expect(named.filter((name) => !existsSync(join(project, name)))).toEqual([]);
	}
});

it('CONTRIBUTING.md names for every file that is shipped the tests that hold it, and all of them exist', () => {
	const [, section = ''] = textOf('CONTRIBUTING.md').split('### Which tests hold which file');
	const rows = [...section.matchAll(/^\| (`.+?) *\| (`.+?) *\|$/gm)];
	const inCode = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '');
	const node = 'nodes/SeedanceImageToVideo/';
	const shipped = readdirSync(join(project, node), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts'))
		.concat('credentials/GptProtoApi.credentials.ts');
	expect(rows.flatMap(([, files]) => inCode(files)).sort()).toEqual(shipped.sort());
	const tests = rows.flatMap(([, , named]) => inCode(named));
	expect(tests.filter((name) => !existsSync(join(project, `test/${name}.test.ts`)))).toEqual([]);
});
