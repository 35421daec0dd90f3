// Rules about the shipped sources that neither the compiler nor the linter knows.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

const project = join(__dirname, '..', '..');

const sources = ['nodes', 'credentials']
	.flatMap((folder) =>
		readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
			join(project, folder, name),
		),
	)
	.filter((file) => file.endsWith('.ts'))
	.map((file) => ({ file: relative(project, file), text: readFileSync(file, 'utf8') }));

const where = (found: (text: string) => boolean) =>
	sources.filter(({ text }) => found(text)).map(({ file }) => file);

it('every file opens with what it knows', () => {
	expect(where((text) => !text.startsWith('// '))).toEqual([]);
});

it('no file is named after nothing in particular', () => {
	const names = sources.map(({ file }) => basename(file, '.ts'));
	expect(names.filter((name) => /^(utils?|helpers?|common|misc|shared)$/i.test(name))).toEqual([]);
});

it('only prediction/transport.ts speaks HTTP', () => {
	const http = /\b(httpRequest\w*|requestWithAuthentication\w*|fetch|axios|undici)\s*[.(]/;
	expect(where((text) => http.test(text))).toEqual([
		'nodes/SeedanceImageToVideo/prediction/transport.ts',
	]);
});

it('no file says of itself which rules do not hold for it', () => {
	expect(where((text) => /eslint-disable|@ts-(ignore|nocheck|expect-error)/.test(text))).toEqual(
		[],
	);
});

it('files are named in kebab-case, but for those that n8n names after a class', () => {
	const names = sources.map(({ file }) => basename(file, '.ts'));
	const odd = names.filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name));
	expect(odd.sort()).toEqual(['GptProtoApi.credentials', 'SeedanceImageToVideo.node']);
});
