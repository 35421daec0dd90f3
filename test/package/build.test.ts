// The build fails, and says so, when package.json registers with n8n what is not there.
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const project = join(__dirname, '..', '..');

let copy: string;
beforeAll(async () => {
	copy = await mkdtemp(join(tmpdir(), 'seedance-build-'));
	for (const entry of ['nodes', 'credentials', 'gulpfile.js', 'tsconfig.json', 'package.json']) {
		await cp(join(project, entry), join(copy, entry), { recursive: true });
	}
	await symlink(join(project, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(async () => {
	await rm(copy, { recursive: true, force: true });
});

it('names what is registered and not built', async () => {
	const packageJson = JSON.parse(await readFile(join(copy, 'package.json'), 'utf8')) as {
		n8n: { nodes: string[]; credentials: string[] };
	};
	packageJson.n8n.credentials.push('dist/credentials/Forgotten.credentials.js');
	await writeFile(join(copy, 'package.json'), JSON.stringify(packageJson));
	await rm(join(copy, 'nodes/SeedanceImageToVideo/seedance.dark.svg'));
	const { status, stdout, stderr } = spawnSync(
		process.execPath,
		[join(project, 'node_modules/gulp/bin/gulp.js'), 'build'],
		{ cwd: copy, encoding: 'utf8' },
	);
	expect(status).not.toBe(0);
	expect(stdout + stderr).toContain('dist/credentials/Forgotten.credentials.js');
	expect(stdout + stderr).toContain('seedance.dark.svg');
}, 60_000);
