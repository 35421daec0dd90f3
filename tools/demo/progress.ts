// Shows how a prediction is coming along: a bar in a terminal, plain lines anywhere else.
import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
	/** GPTProto's latest word for the state of the prediction. */
	status(word: string): void;
	/** Ends the display; `done` fills the bar. */
	stop(done: boolean): void;
}

const TICK_MS = 200;

function seconds(startedAt: number): string {
	return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
}

/** @param typicalMs how long such a video usually takes; the bar nears its end from there on */
export function showProgress(
	typicalMs: number,
	out: NodeJS.WriteStream = process.stdout,
): Progress {
	const startedAt = performance.now();
	if (!out.isTTY) {
		let last = '';
		return {
			status(word) {
				if (word !== last) out.write(`${seconds(startedAt).padStart(8)}  ${word}\n`);
				last = word;
			},
			stop(done) {
				out.write(`${seconds(startedAt).padStart(8)}  ${done ? 'done' : 'stopped'}\n`);
			},
		};
	}
	let word = 'submitting';
	const bar = new SingleBar(
		{ format: '  {bar}  {word} · {elapsed}', hideCursor: true, stream: out },
		Presets.shades_classic,
	);
	const update = () => {
		const share = 1 - Math.exp(-(performance.now() - startedAt) / typicalMs);
		bar.update(Math.floor(share * 95), { word, elapsed: seconds(startedAt) });
	};
	bar.start(100, 0, { word, elapsed: seconds(startedAt) });
	const timer = setInterval(update, TICK_MS);
	return {
		status(next) {
			word = next;
			update();
		},
		stop(done) {
			clearInterval(timer);
			const end = { word: done ? 'done' : 'stopped', elapsed: seconds(startedAt) };
			if (done) bar.update(100, end);
			bar.stop();
		},
	};
}
