// The workflows: every action is the code of one commit, a release is checked by what the gate checks without n8n, and
// published in the way n8n asks for.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import packageJson from '../../package.json';

const project = join(__dirname, '..', '..');
const folder = join(project, '.github', 'workflows');
const textOf = (name: string) => readFileSync(join(folder, name), 'utf8');

it.each(readdirSync(folder))('%s pins its actions by commit and names the version', (name) => {
	const used = [...textOf(name).matchAll(/uses: (.+)/g)].map(([, action]) => action ?? '');
	expect(used.length).toBeGreaterThan(0);
	expect(used.filter((action) => !/^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual(
		[],
	);
});

it('a release is checked by all that the gate does without a whole n8n', () => {
	const gate = readFileSync(join(project, '.ci', 'run'), 'utf8');
	const steps = [...gate.matchAll(/^step .*?(npm (?:run [\w:]+|test))/gm)].map(
		([, run]) => run ?? '',
	);
	const inGate = [...new Set([...steps, 'npm run lint', 'npm run demo'])];
	const withN8n = [
		'npm run test:e2e',
		'npm run test:editor',
		'npm run test:queue',
		'npm run bench',
	];
	expect(inGate.length).toBeGreaterThan(withN8n.length + 8);
	const release = textOf('release.yml');
	expect(
		inGate.filter((run) => !withN8n.includes(run) && !release.includes(`- run: ${run}`)),
	).toEqual([]);
});

it('newer versions of the actions are offered', () => {
	const dependabot = readFileSync(join(folder, '..', 'dependabot.yml'), 'utf8');
	expect(dependabot).toContain('package-ecosystem: github-actions');
});

describe('publishing', () => {
	const [, script = ''] =
		/- name: Publish\n[^]*?run: \|\n([^]+)$/.exec(textOf('release.yml')) ?? [];

	/** Runs the step with a stand-in for npm. @returns what it asked npm for */
	function publish(token: string): string[] {
		const place = mkdtempSync(join(tmpdir(), 'seedance-publish-'));
		try {
			const npm = `#!/bin/sh\necho "$@" >>${place}/asked\n[ "$2" != get ] || echo https://registry.example/\n`;
			writeFileSync(join(place, 'npm'), npm);
			chmodSync(join(place, 'npm'), 0o755);
			const PATH = [place, process.env.PATH].join(delimiter);
			execFileSync('bash', ['-e', '-c', script], {
				cwd: project,
				env: { PATH, NPM_TOKEN: token },
			});
			return readFileSync(join(place, 'asked'), 'utf8').trimEnd().split('\n');
		} finally {
			rmSync(place, { recursive: true, force: true });
		}
	}

	it('takes the token of the first version where there is one, else the trusted publisher', () => {
		const command = 'publish --provenance --access public --tag latest';
		expect(publish('')).toEqual([command]);
		expect(publish('a-token')).toEqual([
			'config get registry',
			'config set //registry.example/:_authToken a-token',
			command,
		]);
		expect(textOf('release.yml')).toMatch(/^ +id-token: write$/m);
	});

	it('on somebody’s own machine is refused', () => {
		expect(packageJson.scripts.prepublishOnly).toBe('n8n-node prerelease');
		// `ignore-scripts` in .npmrc silences that script; without a GitHub Action npm refuses what has to have provenance.
		expect(packageJson.publishConfig).toEqual({ provenance: true });
	});
});
