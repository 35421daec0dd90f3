// Knows how to show a person that something long is under way: a bar in a terminal, plain lines elsewhere.
import { SingleBar } from 'cli-progress';

export interface Progress {
	/** A new step begins; `total` when its end can be counted towards. */
	step(what: string, total?: number): void;
	/** `done` of the current step's total are through. */
	at(done: number): void;
	/** The last step is done. */
	end(): void;
	/** The current step did not come to its end. */
	abandon(): void;
}

const LINE_EVERY_MS = 15_000;

/** Shows progress on `stream`, standard error unless told. */
export function showProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
	return stream.isTTY ? terminalProgress(stream) : lineProgress(stream);
}

function terminalProgress(stream: NodeJS.WriteStream): Progress {
	let bar: SingleBar | undefined;
	const end = () => {
		bar?.stop();
		bar = undefined;
	};
	return {
		step(what, total) {
			end();
			bar = new SingleBar({
				stream,
				format: total
					? `${what} {bar} {value} of about {total} requests, {duration_formatted}`
					: `${what} … {duration_formatted}`,
				barsize: 24,
				hideCursor: true,
				noTTYOutput: false,
			});
			bar.start(total ?? 1, 0);
		},
		at: (done) => bar?.update(Math.min(done, bar.getTotal())),
		end,
		abandon: end,
	};
}

function lineProgress(stream: NodeJS.WriteStream): Progress {
	let step = { what: '', total: 0, startedAt: 0, toldAt: 0 };
	const seconds = () => `${Math.round((Date.now() - step.startedAt) / 1000)} s`;
	const end = () => {
		if (step.what !== '') stream.write(`${step.what}: done in ${seconds()}\n`);
		step = { ...step, what: '' };
	};
	return {
		step(what, total = 0) {
			end();
			step = { what, total, startedAt: Date.now(), toldAt: Date.now() };
			stream.write(`${what} …\n`);
		},
		at(done) {
			if (Date.now() - step.toldAt < LINE_EVERY_MS) return;
			step.toldAt = Date.now();
			stream.write(`${step.what}: ${done} of about ${step.total} requests, ${seconds()}\n`);
		},
		end,
		abandon: () => (step = { ...step, what: '' }),
	};
}
