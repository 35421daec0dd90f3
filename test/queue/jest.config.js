// `npm run test:queue`: n8n as main and two workers on Redis and PostgreSQL of their own, the package installed in each.
module.exports = {
	rootDir: '../..',
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/queue/**/*.test.ts'],
	transform: {
		'^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }],
	},
	testTimeout: 240_000,
	maxWorkers: 1,
};
