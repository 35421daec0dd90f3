// Random histories: whatever GPTProto and the network do and whoever tries again with whichever key, what was paid for is not
// paid for again, nobody polls too often or after the end, and a timeout holds.
import fc from 'fast-check';
import { Play } from './history-play';
import { history } from './random-history';

it('pays for nothing twice, asks neither too often nor after the end, and keeps to the timeout', async () => {
	await fc.assert(
		fc.asyncProperty(history, async (given) => {
			const play = new Play(given);
			await play.play();
			expect(play.violations).toEqual([]);
		}),
		{ numRuns: 1500 },
	);
});
