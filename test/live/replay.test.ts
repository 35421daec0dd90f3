// Every transcript in this folder is played to the node, which reads the answers as it did when they were recorded.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { replay } from '../../tools/live/replay';
import { report } from '../../tools/live/report';
import { readTranscript } from '../../tools/live/transcript';
import { product, useRuntime } from '../engine/harness';

useRuntime();

const files = readdirSync(__dirname).filter((name) => name.endsWith('.json'));

/** What was read, without the node's words for it, which may change. */
const withoutWords = (readings: object): unknown =>
	JSON.parse(
		JSON.stringify(readings, (key, value: unknown) =>
			key === 'error' || key === 'description' ? typeof value : value,
		),
	);

it.each(files)('%s', async (name) => {
	const recorded = readTranscript(join(__dirname, name));
	const { then, now } = await replay(recorded, product);
	expect(withoutWords(now.readings)).toEqual(withoutWords(then.readings));
	expect(report(now).summary).toBe(report(recorded).summary);
});

it('there is one that was recorded against the sandbox', () => {
	expect(files).toContain('sandbox.json');
});
