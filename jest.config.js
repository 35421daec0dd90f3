// `npm test`: pure functions, the sandbox, and the real engine (n8n-core) against the sandbox.
// The suites that need a whole n8n have configurations of their own under test/e2e and test/queue.
module.exports = {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/{unit,sandbox,engine,live,package}/**/*.test.ts'],
	transform: {
		'^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
	},
	collectCoverageFrom: ['nodes/**/*.ts', 'credentials/**/*.ts'],
	// Nothing is written: what stood in a folder the linter would meet.
	coverageReporters: ['text-summary'],
	coverageThreshold: { global: { lines: 95 } },
	// Jest leaves one processor to itself, which does next to nothing.
	maxWorkers: '100%',
	testTimeout: 60_000,
	// Of the tests in one file that may run side by side: most of them wait.
	maxConcurrency: 12,
};
