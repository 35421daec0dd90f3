// The build: an empty dist, compiled TypeScript, icons and codex files, and a check that everything package.json
// registers with n8n is really there.
const { existsSync } = require('node:fs');
const { rm } = require('node:fs/promises');
const { spawn } = require('node:child_process');
const { dest, parallel, series, src, watch } = require('gulp');
const packageJson = require('./package.json');

const sources = ['credentials/**/*.ts', 'nodes/**/*.ts'];
const assets = ['nodes/**/*.{svg,png,json}', 'credentials/**/*.{svg,png}'];

const clean = () => rm('dist', { recursive: true, force: true });

const compile = () =>
	spawn(process.execPath, [require.resolve('typescript/bin/tsc')], { stdio: 'inherit' });

const copyAssets = () => src(assets, { base: '.', encoding: false }).pipe(dest('dist'));

/** Fails, naming them, where files that package.json registers are not in dist. */
async function checkRegistered() {
	const { nodes, credentials } = packageJson.n8n;
	const codexFiles = nodes.map((file) => file.replace(/\.js$/, '.json'));
	const missing = [...nodes, ...credentials, ...codexFiles].filter((file) => !existsSync(file));
	const icons = nodes.flatMap((file) => {
		if (!existsSync(file)) return [];
		const [NodeType] = Object.values(require(`./${file}`));
		const { icon } = new NodeType().description;
		return [icon.light, icon.dark].map((name) => file.replace(/[^/]+$/, name.replace('file:', '')));
	});
	missing.push(...icons.filter((file) => !existsSync(file)));
	if (missing.length > 0) {
		throw new Error(`package.json registers what is not in dist: ${missing.join(', ')}`);
	}
}

const build = series(clean, parallel(compile, copyAssets), checkRegistered);

exports.build = build;
exports.default = build;
exports.watch = series(build, () =>
	watch([...sources, ...assets], series(parallel(compile, copyAssets), checkRegistered)),
);
