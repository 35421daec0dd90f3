// The workflows: every action is the code of one commit, and a release is checked by what the gate checks without n8n.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

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
