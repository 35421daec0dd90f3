// `npm run test:e2e`: the packed package in real n8n, old and new. One n8n of each version is started for all files, by
// cli.ts or, where jest is called by itself, by its global setup. Four files run at a time, each with a sandbox of its own:
// the longest do little but wait.
module.exports = {
	rootDir: '../..',
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
	transform: {
		'^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
	},
	globalSetup: '<rootDir>/test/e2e/start-n8n.ts',
	globalTeardown: '<rootDir>/test/e2e/stop-n8n.ts',
	testSequencer: '<rootDir>/test/e2e/longest-first.js',
	testTimeout: 120_000,
	maxWorkers: 4,
};
