// How every command of this project begins and ends. It ends with 0 when it succeeded, 1 when it did not, and 2 when it
// was called in a way it does not understand.
import { Command, InvalidArgumentError } from 'commander';

import { compareVersions, isN8nVersion, type N8nVersion, OLDEST_VERSION } from './n8n/versions';

const NOT_SUCCEEDED = 1;
const WRONG_USAGE = 2;

/** A command line, `npm run NAME`: what it does not understand ends the process. */
export function commandLine(name: string, description: string): Command {
	return new Command(`npm run ${name} --`)
		.description(description)
		.allowExcessArguments(false)
		.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : WRONG_USAGE));
}

/** Reads the value of an option: a whole number within bounds. */
export function wholeNumber(what: string, lowest: number, highest: number) {
	return (text: string): number => {
		const value = Number(text);
		if (text.trim() !== '' && Number.isInteger(value) && value >= lowest && value <= highest) {
			return value;
		}
		throw new InvalidArgumentError(`Give ${what}, ${lowest} to ${highest}.`);
	};
}

/** Reads the value of an option: a version of n8n. */
export function n8nVersion(text: string): N8nVersion {
	if (isN8nVersion(text) && compareVersions(text, OLDEST_VERSION) >= 0) return text;
	throw new InvalidArgumentError(
		`Give a version of n8n such as 2.41.1, ${OLDEST_VERSION} or newer.`,
	);
}

/** Does a command's work and ends the process; what the work throws is printed for the person at the terminal. */
export async function run(work: () => Promise<void>): Promise<never> {
	try {
		await work();
		process.exit();
	} catch (error) {
		console.error(`\n${error instanceof Error ? error.message : String(error)}`);
		process.exit(NOT_SUCCEEDED);
	}
}
