// The build fails, and says so, when package.json registers with n8n what is not there.
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import packageJson from '../../package.json';

const project = join(__dirname, '..', '..');

/** A package of a few lines in the shape of this one, so that the compiler has little to do. */
const files = {
	'credentials/GptProtoApi.credentials.ts': 'export class GptProtoApi {}',
	'nodes/SeedanceImageToVideo/SeedanceImageToVideo.node.ts': `export class SeedanceImageToVideo {
		description = { icon: { light: 'file:seedance.svg', dark: 'file:seedance.dark.svg' } };
	}`,
	'nodes/SeedanceImageToVideo/SeedanceImageToVideo.node.json': '{}',
	'nodes/SeedanceImageToVideo/seedance.svg': '<svg/>',
};

let copy: string;
beforeAll(async () => {
	copy = await mkdtemp(join(tmpdir(), 'seedance-build-'));
	for (const entry of ['gulpfile.js', 'tsconfig.json']) {
		await cp(join(project, entry), join(copy, entry));
	}
	for (const [name, content] of Object.entries(files)) {
		await mkdir(dirname(join(copy, name)), { recursive: true });
		await writeFile(join(copy, name), content);
	}
	await symlink(join(project, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(async () => {
	await rm(copy, { recursive: true, force: true });
});

it('names what is registered and not built', async () => {
	const { nodes, credentials } = packageJson.n8n;
	const forgotten = 'dist/credentials/Forgotten.credentials.js';
	const n8n = { nodes, credentials: [...credentials, forgotten] };
	await writeFile(join(copy, 'package.json'), JSON.stringify({ ...packageJson, n8n }));
	const { status, stdout, stderr } = spawnSync(
		process.execPath,
		[join(project, 'node_modules/gulp/bin/gulp.js'), 'build'],
		{ cwd: copy, encoding: 'utf8' },
	);
	expect(status).not.toBe(0);
	expect(stdout + stderr).toContain(forgotten);
	expect(stdout + stderr).toContain('seedance.dark.svg');
	expect(stdout + stderr).not.toContain(nodes[0]);
}, 60_000);
