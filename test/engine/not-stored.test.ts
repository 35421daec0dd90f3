// A video that comes, and that n8n's store for files does not take: a fault of the store and not of the download.
import { itemsOf, SUCCESS } from '../../tools/engine/seedance';
import { errorOf, TINY_VIDEO, useEngine } from './harness';

const engine = useEngine();

type Store = typeof engine.binaryData.store;

/** Lets the store do something else with what it is given, the times that are chosen; the first is 1. */
function replaceStore(
	isChosen: (time: number) => boolean,
	instead: (...given: Parameters<Store>) => ReturnType<Store>,
) {
	const store = engine.binaryData.store.bind(engine.binaryData);
	let time = 0;
	return jest
		.spyOn(engine.binaryData, 'store')
		.mockImplementation(async (...given) => await (isChosen(++time) ? instead : store)(...given));
}

const diskFull = () =>
	Object.assign(new Error('ENOSPC: no space left on device, write'), {
		code: 'ENOSPC',
		syscall: 'write',
	});

/** As a file system that fills up: the stream is ended from the store's side. */
const fillsUp = async (...[, source]: Parameters<Store>): Promise<never> => {
	const fault = diskFull();
	if (typeof source === 'object' && 'destroy' in source) source.destroy(fault);
	throw fault;
};

/** As a database that reads all of it and finds it too large. */
const tooLarge = async (...[, source]: Parameters<Store>): Promise<never> => {
	let bytes = 0;
	for await (const chunk of source as AsyncIterable<Uint8Array>) bytes += chunk.length;
	throw new Error(`The file has ${bytes} bytes, and the limit of the database is 10.`);
};

it.each([
	['a disk is full', fillsUp, '"ENOSPC: no space left on device, write"'],
	['a limit is exceeded', tooLarge, `The file has ${TINY_VIDEO.length} bytes`],
])('tries a video once more where %s, and names that', async (_, instead, said) => {
	const spy = replaceStore(() => true, instead);
	const { message, description } = errorOf(await engine.run());
	spy.mockRestore();
	const [prediction] = engine.sandbox.predictions;
	expect(prediction?.downloads).toBe(2);
	expect(message).toBe(
		`The video of prediction ${prediction?.id} is finished but n8n could not store it [Item 0]`,
	);
	expect(description).toMatch(said);
	expect(description).toContain(`${engine.sandbox.mediaUrl}/videos/`);
	expect(description).toContain('without paying again');
});

it('delivers the video where the store takes it the second time', async () => {
	const spy = replaceStore((time) => time === 1, fillsUp);
	const run = await engine.run();
	spy.mockRestore();
	expect(await engine.read(itemsOf(run, SUCCESS)[0]?.binary?.data)).toEqual(TINY_VIDEO);
});

it('does not count a download that breaks off as a fault of the store', async () => {
	engine.sandbox.plan({ on: 'download', kind: 'resetAfter', times: 2 });
	const spy = replaceStore((time) => time === 3, fillsUp);
	const run = await engine.run();
	spy.mockRestore();
	expect(engine.sandbox.predictions[0]?.downloads).toBe(4);
	expect(itemsOf(run, SUCCESS)).toHaveLength(1);
});
