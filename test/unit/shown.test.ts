// Which parameters and options n8n shows, and so hands to the node: asked of n8n's own function.
import { type INodeParameters, NodeHelpers } from 'n8n-workflow';
import { SeedanceImageToVideo } from '../../nodes/SeedanceImageToVideo/SeedanceImageToVideo.node';

const WAITING = ['pollingInterval', 'surviveRestarts', 'timeoutMinutes'];
const options = {
	fileName: 'clip',
	lastFrameBinaryPropertyName: 'end',
	lastFrameUrl: 'https://example.com/end.png',
	pollingInterval: 1,
	surviveRestarts: true,
	timeoutMinutes: 30,
};

/** The names of what n8n hands over of these parameters and of all options above. */
function shown(parameters: INodeParameters, { asTool = false } = {}) {
	const { description } = new SeedanceImageToVideo();
	const type = { ...description, name: `${description.name}${asTool ? 'Tool' : ''}` };
	const given = { options, ...parameters };
	const node = { typeVersion: 1 } as Parameters<typeof NodeHelpers.getNodeParameters>[4];
	const kept = NodeHelpers.getNodeParameters(type.properties, given, true, false, node, type);
	return { parameters: Object.keys(kept ?? {}), options: Object.keys(Object(kept?.options)) };
}

describe('the options of waiting', () => {
	const waiting = (parameters: INodeParameters) =>
		shown(parameters).options.filter((name) => WAITING.includes(name));

	it.each<[string, INodeParameters]>([
		['Submit and Wait', {}],
		['Submit and Wait with a leftover of Get Result', { waitForCompletion: false }],
		['Get Result, which may wait', { operation: 'getResult' }],
	])('are shown in %s', (_, parameters) => {
		expect(waiting(parameters)).toEqual(WAITING);
	});

	it('are not in Submit, which never waits', () => {
		expect(waiting({ operation: 'submit' })).toEqual([]);
	});
});

describe('the last frame', () => {
	const lastFrame = (more: object) =>
		shown({ options: { ...options, ...more } }).options.filter((name) => name.startsWith('last'));

	it('is asked for by address and by field, until a type is chosen', () => {
		expect(lastFrame({})).toEqual(['lastFrameBinaryPropertyName', 'lastFrameUrl']);
		expect(lastFrame({ lastFrameInputType: 'url' })).toEqual([
			'lastFrameUrl',
			'lastFrameInputType',
		]);
		expect(lastFrame({ lastFrameInputType: 'binary' })).toEqual([
			'lastFrameBinaryPropertyName',
			'lastFrameInputType',
		]);
	});
});

describe('the name of the file', () => {
	it.each<[string, INodeParameters, boolean]>([
		['Submit and Wait', {}, true],
		['Submit and Wait without a download', { downloadVideo: false }, false],
		['Submit', { operation: 'submit' }, false],
		['Get Result', { operation: 'getResult' }, true],
	])('is asked for where there is one: %s', (_, parameters, isShown) => {
		expect(shown(parameters).options.includes('fileName')).toBe(isShown);
	});
});

describe('as a tool of an AI agent', () => {
	it('nothing is asked for that takes or puts out a file, and no execution is parked', () => {
		const { parameters, options: kept } = shown({}, { asTool: true });
		expect(parameters).toEqual(expect.arrayContaining(['imageUrl', 'prompt']));
		const ofFiles = ['imageInputType', 'binaryPropertyName', 'downloadVideo', 'binaryOutputField'];
		expect(parameters.filter((name) => ofFiles.includes(name))).toEqual([]);
		expect(kept).toEqual(['lastFrameUrl', 'pollingInterval', 'timeoutMinutes']);
	});
});
