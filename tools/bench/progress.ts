// How far the benchmark is: a line a step.

/** @param steps how many there will be */
export function showProgress(steps: number) {
	let done = 0;
	return { step: (what: string) => console.error(`[${++done}/${steps}] ${what}`), end: () => {} };
}
