// Shows a person what is being done, for how long, and how long it usually takes: in a terminal a line that moves every
// second, anywhere else a line every 15 seconds.
import { Listr } from 'listr2';

export interface Step {
	readonly title: string;
	/** How long it usually takes, in seconds; left out where nobody can know. */
	readonly typicalSeconds?: number;
	/** Does the work; `say` shows how far it is. */
	run(say: (howFar: string) => void): Promise<void>;
}

const TERMINAL_EVERY_MS = 1_000;
const ELSEWHERE_EVERY_MS = 15_000;

/** Runs the steps, one after the other. */
export async function runSteps(steps: readonly Step[]): Promise<void> {
	const reasons: unknown[] = [];
	const tasks = steps.map((step) => ({
		title: step.typicalSeconds
			? `${step.title} (about ${inWords(step.typicalSeconds)})`
			: step.title,
		task: async (_context: unknown, task: { title: string; output: string }) => {
			const startedAt = performance.now();
			const elapsed = () => inWords((performance.now() - startedAt) / 1000);
			let howFar = '';
			const show = () => (task.output = [elapsed(), howFar].filter(Boolean).join(', '));
			const timer = setInterval(
				show,
				process.stdout.isTTY ? TERMINAL_EVERY_MS : ELSEWHERE_EVERY_MS,
			);
			try {
				await step.run((text) => {
					howFar = text;
					if (process.stdout.isTTY) show();
				});
				task.title = `${step.title}: ${elapsed()}`;
			} catch (reason) {
				reasons.push(reason);
				task.title = `${step.title}: not done`;
				throw new Error('see below');
			} finally {
				clearInterval(timer);
			}
		},
	}));
	// Whoever calls this says what happens on Ctrl-C, and prints what went wrong.
	const rendererOptions = { showErrorMessage: false, collapseErrors: false };
	await new Listr(tasks, { registerSignalListeners: false, rendererOptions })
		.run()
		.catch((error) => Promise.reject(reasons[0] ?? error));
}

function inWords(seconds: number): string {
	const whole = Math.round(seconds);
	if (whole < 90) return `${whole} s`;
	return `${Math.floor(whole / 60)} min${whole % 60 === 0 ? '' : ` ${whole % 60} s`}`;
}
