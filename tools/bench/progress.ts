// How far the benchmark is: a bar in a terminal, a line a step elsewhere.
import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
	step(what: string): void;
	end(): void;
}

/** @param steps how many there will be */
export function showProgress(steps: number): Progress {
	let done = 0;
	if (!process.stderr.isTTY) {
		return {
			step: (what) => console.error(`[${++done}/${steps}] ${what}`),
			end: () => undefined,
		};
	}
	const bar = new SingleBar(
		{ format: '{bar} {value}/{total} {duration_formatted}  {what}', stream: process.stderr },
		Presets.shades_classic,
	);
	bar.start(steps, 0, { what: '' });
	return {
		step: (what) => bar.update(Math.min(done++, steps), { what }),
		end: () => {
			bar.update(steps, { what: 'done' });
			bar.stop();
		},
	};
}
