// Shows a person what is being done, for how long, and how long it usually takes: in a terminal a line that moves every
// second, anywhere else a line every 15 seconds.
import { Listr } from 'listr2';

const TERMINAL_EVERY_MS = 1_000;
const ELSEWHERE_EVERY_MS = 15_000;

/** Shows how far some work is. */
export type Say = (howFar: string) => void;

/**
 * Does some work and shows it.
 *
 * @param typicalSeconds how long it usually takes
 * @param work what it returns is returned, and what it throws is thrown
 */
export async function withProgress<Result>(
	title: string,
	typicalSeconds: number,
	work: (say: Say) => Promise<Result>,
): Promise<Result> {
	const { isTTY } = process.stdout;
	let working: Promise<Result> | undefined;
	const step = {
		title: `${title} (about ${inWords(typicalSeconds)})`,
		task: async (_context: unknown, line: { title: string; output: string }) => {
			const startedAt = performance.now();
			const elapsed = () => inWords((performance.now() - startedAt) / 1000);
			let howFar = '';
			const show = () => (line.output = [elapsed(), howFar].filter(Boolean).join(', '));
			const timer = setInterval(show, isTTY ? TERMINAL_EVERY_MS : ELSEWHERE_EVERY_MS);
			working = work((text) => {
				howFar = text;
				if (isTTY) show();
			}).finally(() => clearInterval(timer));
			await working.then(
				() => (line.title = `${title}: ${elapsed()}`),
				() => {
					line.title = `${title}: not done`;
					throw new Error('see below');
				},
			);
		},
	};
	// Whoever calls this says what happens on Ctrl-C, and prints what went wrong.
	const rendererOptions = { showErrorMessage: false, collapseErrors: false };
	const list = new Listr([step], { registerSignalListeners: false, rendererOptions });
	await list.run().catch((reason) => working ?? Promise.reject(reason));
	return await (working as Promise<Result>);
}

function inWords(seconds: number): string {
	const whole = Math.round(seconds);
	if (whole < 90) return `${whole} s`;
	return `${Math.floor(whole / 60)} min${whole % 60 === 0 ? '' : ` ${whole % 60} s`}`;
}
