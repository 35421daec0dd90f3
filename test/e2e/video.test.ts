// The downloaded video in n8n's filesystem binary data, read back and looked at.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { probeVideo } from '../../sandbox';
import { itemsOf } from '../../tools/n8n/workflow';
import { inEveryN8n } from './in-every-n8n';
import { line, SEEDANCE, seedance, start } from './workflows';

inEveryN8n(
	(place) => {
		let folder: string;
		beforeAll(async () => {
			folder = await mkdtemp(join(tmpdir(), 'seedance-video-'));
		});
		afterAll(() => rm(folder, { recursive: true, force: true }));

		test('is a file on disk, and a playable MP4 of the documented size', async () => {
			const execution = await place.run(
				line(start(), seedance(place.credential, { aspectRatio: '9:16', duration: 4 })),
			);
			const [item] = itemsOf(execution, SEEDANCE);
			const field = item?.binary?.data;

			expect(field).toMatchObject({
				fileName: `${item?.json.predictionId}.mp4`,
				mimeType: 'video/mp4',
			});
			// An id says the file is kept outside the execution, by which of n8n's modes.
			expect(field?.id).toMatch(/^filesystem/);

			const file = join(folder, 'video.mp4');
			await writeFile(file, await place.rest.download(field?.id ?? ''));
			const { width, height, codec, durationSeconds } = await probeVideo(file);
			expect({ width, height, codec }).toEqual({ width: 496, height: 864, codec: 'h264' });
			expect(durationSeconds).toBeCloseTo(4, 0);
			expect(item?.json).toMatchObject({ width, height });
		});

		test('goes into the field asked for', async () => {
			const execution = await place.run(
				line(start(), seedance(place.credential, { binaryOutputField: 'film' })),
			);
			expect(Object.keys(itemsOf(execution, SEEDANCE)[0]?.binary ?? {})).toEqual(['film']);
		});

		test('is fetched without the key', async () => {
			await place.run(line(start(), seedance(place.credential)));
			const downloads = place.sandbox.requests.filter(({ origin }) => origin === 'media');
			expect(downloads).toHaveLength(1);
			expect(JSON.stringify(downloads[0]?.headers)).not.toContain(place.sandbox.apiKey);
		});

		test('stays away when it is not asked for', async () => {
			const execution = await place.run(
				line(start(), seedance(place.credential, { downloadVideo: false })),
			);
			expect(itemsOf(execution, SEEDANCE)[0]?.binary).toBeUndefined();
			expect(place.sandbox.requests.filter(({ origin }) => origin === 'media')).toEqual([]);
		});
	},
	{ sandbox: { video: { kind: 'render' } } },
);
