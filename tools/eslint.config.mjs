// Lint rules for everything that is not shipped (tests, sandbox, tools). The shipped folders are linted by the
// root configuration, which has to be n8n's own, unchanged.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config({
	files: ['**/*.ts'],
	extends: [js.configs.recommended, ...tseslint.configs.recommended],
	rules: {
		'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
	},
});
