// What npm would publish: compiled code, icons and codex files, README, LICENSE, package.json, and nothing else.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OPERATIONS } from '../../nodes/SeedanceImageToVideo/description/operation';
import packageJson from '../../package.json';

const project = join(__dirname, '..', '..');

interface Packed {
	readonly size: number;
	readonly unpackedSize: number;
	readonly files: ReadonlyArray<{ readonly path: string }>;
}

let packed: Packed;
let paths: string[];

// A copy with a build of its own: another build of the checkout may be under way.
beforeAll(() => {
	const copy = mkdtempSync(join(tmpdir(), 'seedance-pack-'));
	const run = (program: string, args: string[]) =>
		execFileSync(program, args, { cwd: copy, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
	try {
		const entries = execFileSync(
			'git',
			['ls-files', '--cached', '--others', '--exclude-standard'],
			{
				cwd: project,
				encoding: 'utf8',
			},
		);
		for (const file of entries
			.split('\n')
			.filter((path) => path && existsSync(join(project, path)))) {
			cpSync(join(project, file), join(copy, file), { recursive: true });
		}
		symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'));
		run(process.execPath, [join(project, 'node_modules/gulp/bin/gulp.js'), 'build', '--silent']);
		[packed] = JSON.parse(run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'])) as [
			Packed,
		];
		paths = packed.files.map(({ path }) => path).sort();
	} finally {
		rmSync(copy, { recursive: true, force: true });
	}
}, 120_000);

it('holds README, LICENSE, package.json and dist, and in dist only .js, .json and .svg', () => {
	const outside = paths.filter((path) => !path.startsWith('dist/'));
	expect(outside).toEqual(['LICENSE', 'README.md', 'package.json']);
	const foreign = paths.filter(
		(path) =>
			path.startsWith('dist/') && !/^dist\/(nodes|credentials)\/.*\.(js|json|svg)$/.test(path),
	);
	expect(foreign).toEqual([]);
});

it('holds no tests, no source maps, no type declarations and no sources', () => {
	expect(paths.filter((path) => /test|\.map$|\.d\.ts$|\.ts$|sandbox|tools/.test(path))).toEqual([]);
});

it('holds every file that package.json registers with n8n, with its codex file, its icons and its output', () => {
	const { nodes, credentials } = packageJson.n8n;
	const codex = nodes.map((file) => file.replace(/\.js$/, '.json'));
	const icons = ['seedance.svg', 'seedance.dark.svg'].map(
		(name) => `dist/nodes/SeedanceImageToVideo/${name}`,
	);
	const outputs = OPERATIONS.map(
		(operation) => `dist/nodes/SeedanceImageToVideo/__schema__/v1.0.0/${operation}.json`,
	);
	const expected = [...nodes, ...credentials, ...codex, ...icons, ...outputs];
	expect(paths).toEqual(expect.arrayContaining(expected));
});

it('is small', () => {
	const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;
	process.stdout.write(
		`npm pack: ${paths.length} files, ${kilobytes(packed.size)} packed, ${kilobytes(packed.unpackedSize)} unpacked\n`,
	);
	expect(packed.size).toBeLessThan(100 * 1024);
});

it('brings no dependencies, no scripts that run at installation, and n8n-workflow as its only peer', () => {
	expect(Object.keys(packageJson)).not.toEqual(
		expect.arrayContaining([
			expect.stringMatching(/^(dependencies|optionalDependencies|overrides)$/),
		]),
	);
	expect(packageJson.peerDependencies).toEqual({ 'n8n-workflow': '*' });
	const atInstallation = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'];
	expect(Object.keys(packageJson.scripts).filter((name) => atInstallation.includes(name))).toEqual(
		[],
	);
});
