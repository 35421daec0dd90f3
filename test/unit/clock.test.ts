// Sleeping ends at once when the execution is cancelled, with n8n's present `sleep` and with the one of older versions,
// which knows no signal; and the clock does not jump with the machine's.
import * as workflow from 'n8n-workflow';
import { systemClock } from '../../nodes/SeedanceImageToVideo/prediction/clock';

jest.mock('n8n-workflow', () => ({ sleep: jest.fn() }));

const timer = async (ms: number) => {
	await new Promise((resolve) => {
		setTimeout(resolve, ms).unref();
	});
};
const older = async (ms: number) => await timer(ms);
const present = async (ms: number, signal?: AbortSignal) => {
	await new Promise<void>((resolve, reject) => {
		signal?.addEventListener('abort', () => reject(new Error('aborted')));
		setTimeout(resolve, ms).unref();
	});
};

describe.each([
	['older', older],
	['present', present],
])('with the %s sleep of n8n', (_name, sleep) => {
	beforeEach(() => {
		jest.mocked(workflow.sleep).mockImplementation(sleep);
	});

	it('wakes at once when the signal aborts, and leaves no listener behind', async () => {
		const controller = new AbortController();
		const removed = jest.spyOn(controller.signal, 'removeEventListener');
		const sleeping = systemClock.sleep(3_600_000, controller.signal);
		controller.abort();
		await sleeping;
		expect(removed).toHaveBeenCalled();
	});

	it('does not sleep at all when the signal has aborted before', async () => {
		jest.mocked(workflow.sleep).mockClear();
		await systemClock.sleep(3_600_000, AbortSignal.abort());
		expect(workflow.sleep).not.toHaveBeenCalled();
	});

	it('sleeps without a signal as well', async () => {
		await systemClock.sleep(5);
		await systemClock.sleep(0);
	});

	it('keeps a wait of years within what a timer can count', async () => {
		const controller = new AbortController();
		const sleeping = systemClock.sleep(1e15, controller.signal);
		expect(jest.mocked(workflow.sleep).mock.lastCall?.[0]).toBeLessThan(2 ** 31);
		controller.abort();
		await sleeping;
	});
});

it('does not jump when the machine’s clock is set', () => {
	const before = systemClock.now();
	const spy = jest.spyOn(Date, 'now').mockReturnValue(0);
	expect(systemClock.now() - before).toBeLessThan(60_000);
	expect(systemClock.now() - before).toBeGreaterThanOrEqual(0);
	spy.mockRestore();
});
