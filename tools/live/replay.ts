// Plays a transcript to the node: the sandbox gives the recorded answers, from the addresses of this machine.
import { type RecordedRequest, startSandbox } from '../../sandbox';
import { type Contact, runStep } from './steps';
import {
	cleaned,
	FREE_STEPS,
	PAID_STEPS,
	predictionIdOf,
	type Recorded,
	type Transcript,
} from './transcript';

/** The bytes of a video are not recorded; these begin like one. */
const VIDEO = Buffer.from('000000186674797069736f6d', 'hex');

/**
 * Runs the recorded steps again, one by one.
 *
 * @returns the transcript with the addresses of the replay, and what the node makes of the same answers now
 */
export async function replay(
	recorded: Transcript,
	product: Contact['product'],
): Promise<{ readonly then: Transcript; readonly now: Transcript }> {
	let answers: Recorded[] = [];
	const script = ({ method, path }: RecordedRequest) => {
		const same = answers.filter((one) => one.method === method && pathOf(one.url) === pathOf(path));
		const [answer] = same;
		// Whoever asks more often than the recorded node did gets the last answer again.
		if (same.length > 1) answers = answers.filter((one) => one !== answer);
		if (answer?.status === undefined) return 'reset';
		const { status, headers = {}, body = VIDEO } = answer;
		const { 'content-type': type = '', location = '' } = headers as Record<string, string>;
		return { status, body, type, ...(location && { headers: { location } }) };
	};
	const sandbox = await startSandbox({ script });
	try {
		const base = new URL(recorded.baseUrl).origin;
		const origins = new Set(recorded.exchanges.map(({ url }) => new URL(url).origin));
		const here = JSON.stringify(recorded).replace(/https?:\/\/[^/?#\s"\\]+/g, (origin) => {
			if (!origins.has(origin)) return origin;
			return origin === base ? sandbox.baseUrl : sandbox.mediaUrl;
		});
		const then = JSON.parse(here) as Transcript;
		const now: Transcript = { ...then, exchanges: [], readings: {}, resumed: [] };
		const { apiKey } = sandbox;
		const pollingInterval = 0.1;
		const contact = { product, apiKey, transcript: now, pollingInterval, runs: new Set<never>() };
		for (const step of [...FREE_STEPS, ...PAID_STEPS]) {
			if (!then.readings[step]) continue;
			answers = then.exchanges.filter((one) => one.step === step);
			const wasResumed = then.resumed.includes(step);
			await runStep(contact, step, wasResumed ? predictionIdOf(then, step) : undefined);
		}
		return { then, now: cleaned(now, apiKey) };
	} finally {
		await sandbox.close();
	}
}

const pathOf = (address: string) => new URL(address, 'http://any').pathname;
