// So much work at one time, in order of arrival; what outweighs everything runs alone.
import fc from 'fast-check';
import { Semaphore } from '../../nodes/SeedanceImageToVideo/prediction/semaphore';
import { FakeClock } from './fake-clock';

it('lets work through in order of arrival, as much as there is room for', async () => {
	const clock = new FakeClock();
	const semaphore = new Semaphore(2);
	const begun: number[] = [];
	const work = async (number: number) =>
		await semaphore.use(async () => {
			begun.push(number);
			await clock.sleep(100);
			return clock.now();
		});
	const startedAt = clock.now();
	const ended = await clock.until(Promise.all([1, 2, 3, 4, 5].map(work)));
	expect(begun).toEqual([1, 2, 3, 4, 5]);
	expect(ended.map((at) => at - startedAt)).toEqual([100, 100, 200, 200, 300]);
});

it('goes on after work that threw', async () => {
	const semaphore = new Semaphore(1);
	await expect(
		semaphore.use(async () => {
			throw new Error('broken');
		}),
	).rejects.toThrow('broken');
	expect(await semaphore.use(async () => 'next')).toBe('next');
});

it('holds no more than its capacity, unless one piece alone outweighs it', async () => {
	const weights = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 });
	await fc.assert(
		fc.asyncProperty(weights, fc.integer({ min: 1, max: 20 }), async (given, capacity) => {
			const clock = new FakeClock();
			const semaphore = new Semaphore(capacity);
			const inside: number[] = [];
			const work = async (weight: number, index: number) =>
				await semaphore.use(async () => {
					inside.push(weight);
					const sum = inside.reduce((all, one) => all + one, 0);
					expect(sum <= capacity || inside.length === 1).toBe(true);
					await clock.sleep(1 + (index % 3));
					inside.splice(inside.indexOf(weight), 1);
				}, weight);
			await clock.until(Promise.all(given.map(work)));
			expect(inside).toEqual([]);
		}),
	);
});
