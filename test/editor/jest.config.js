// `npm run test:editor`: n8n's editor in Chromium, with the packed package in real n8n, old and new. Each n8n is started
// once for all files; two files run at a time, one for each n8n and one for the pictures.
module.exports = {
	rootDir: '../..',
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/editor/**/*.test.ts'],
	transform: {
		'^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
	},
	globalSetup: '<rootDir>/test/editor/start-n8n.ts',
	globalTeardown: '<rootDir>/test/e2e/stop-n8n.ts',
	testTimeout: 300_000,
	maxWorkers: 2,
};
