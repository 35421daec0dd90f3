// What the demo can be asked for. The choices are the node's own, from the built package.
import { Command, InvalidArgumentError, Option } from 'commander';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
	ASPECT_RATIOS,
	DEFAULTS,
	MODELS,
	RANGES,
	RESOLUTIONS,
} from '../../nodes/SeedanceImageToVideo/api/reference';

export interface DemoOptions {
	/** A file's path or an http(s) URL. */
	readonly image: string;
	readonly prompt: string;
	readonly model: string;
	readonly resolution: string;
	readonly ratio: string;
	/** Seconds. */
	readonly duration: number;
	readonly out?: string;
}

export const isUrl = (image: string): boolean => /^https?:\/\//i.test(image);

function readImage(value: string): string {
	if (isUrl(value) || existsSync(value)) return value;
	throw new InvalidArgumentError('It must be an http(s) URL or an existing file.');
}

function readDuration(value: string): number {
	const { min, max } = RANGES.duration;
	const seconds = Number(value);
	if (Number.isInteger(seconds) && seconds >= min && seconds <= max) return seconds;
	throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
}

/**
 * Reads the command line.
 *
 * @throws CommanderError for `--help` and for what cannot be used, after it was printed
 */
export function readOptions(argv: readonly string[]): DemoOptions {
	return new Command('npm run demo --')
		.description(
			'Turns a picture into a video with the built node in n8n’s real engine: against the embedded sandbox, or against the live API when GPTPROTO_API_KEY is set (that costs money).',
		)
		.addOption(
			new Option('--image <file or url>', 'the first frame')
				.default(join(__dirname, 'sample.png'), 'a sample picture')
				.argParser(readImage),
		)
		.option(
			'--prompt <text>',
			'what happens in the video',
			'The fox looks up, a gentle breeze over the lake',
		)
		.addOption(new Option('--model <id>').choices(Object.keys(MODELS)).default(DEFAULTS.model))
		.addOption(new Option('--resolution <name>').choices(RESOLUTIONS).default(DEFAULTS.resolution))
		.addOption(new Option('--ratio <w:h>').choices(ASPECT_RATIOS).default(DEFAULTS.aspectRatio))
		.addOption(
			new Option('--duration <seconds>', `${RANGES.duration.min} to ${RANGES.duration.max}`)
				.default(DEFAULTS.duration)
				.argParser(readDuration),
		)
		.option('--out <file>', 'where to write the video (default: out/<prediction id>.mp4)')
		.exitOverride()
		.parse(argv, { from: 'user' })
		.opts<DemoOptions>();
}
