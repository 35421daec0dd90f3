// The words of the interface, by n8n's UX guidelines: cases, full stops, placeholders, and what an error may not say.
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { GptProtoApi } from '../../credentials/GptProtoApi.credentials';
import { properties } from '../../nodes/SeedanceImageToVideo/description';
import { SeedanceImageToVideo } from '../../nodes/SeedanceImageToVideo/SeedanceImageToVideo.node';
import * as words from '../../nodes/SeedanceImageToVideo/execute/messages';
import type { BaseUrlFault } from '../../nodes/SeedanceImageToVideo/gptproto/access';
import type { Content } from '../../nodes/SeedanceImageToVideo/gptproto/content';
import { type InputFault, InvalidParameter } from '../../nodes/SeedanceImageToVideo/gptproto/input';
import type { RefusalGround } from '../../nodes/SeedanceImageToVideo/gptproto/refusal';
import {
	type DownloadFault,
	PredictionFailure,
	type Reason,
} from '../../nodes/SeedanceImageToVideo/prediction/reason';
import type { Obstacle, Refusal } from '../../nodes/SeedanceImageToVideo/prediction/retry';
import type { RunEvent } from '../../nodes/SeedanceImageToVideo/prediction/run';

const isProperty = (one: object): one is INodeProperties => 'displayName' in one && 'type' in one;

/** Properties with those inside collections. */
const all = [...properties, ...new GptProtoApi().properties].flatMap((property) => [
	property,
	...(property.options ?? []).filter(isProperty),
]);
const choices = all.flatMap(({ options }) =>
	(options ?? []).filter((one): one is INodePropertyOptions => !isProperty(one)),
);

const texts = (values: ReadonlyArray<string | undefined>) =>
	values.filter((value): value is string => value !== undefined && value !== '');

const SMALL_WORDS = /^(a|an|and|as|at|by|for|in|of|on|or|the|to|with)$/;
const isTitleCase = (text: string) =>
	text
		.split(/[\s/()]+/)
		.every(
			(word, index) =>
				(index > 0 && SMALL_WORDS.test(word)) || !/^[a-z]/.test(word) || /^\d/.test(word),
		);

it('labels and choices are in title case', () => {
	const labels = [...all.map(({ displayName }) => displayName), ...choices.map(({ name }) => name)];
	const resolutions = /^\d+p$/;
	expect(labels.filter((label) => !resolutions.test(label) && !isTitleCase(label))).toEqual([]);
});

it('descriptions and hints begin with a capital; several sentences have full stops, one alone has none', () => {
	const { description } = new SeedanceImageToVideo();
	const sentences = texts([
		...all.flatMap(({ description, hint }) => [description, hint]),
		...choices.flatMap(({ description, action }) => [description, action]),
		description.description,
		description.waitingNodeTooltip,
		description.builderHint?.searchHint,
	]);
	expect(sentences.length).toBeGreaterThan(20);
	expect(sentences.filter((text) => !/^[A-Z]/.test(text))).toEqual([]);
	const isSeveral = (text: string) => /[.!?] [A-Z0-9-]/.test(text);
	expect(sentences.filter((text) => isSeveral(text) !== text.endsWith('.'))).toEqual([]);
});

it('placeholders begin with "e.g.", and "Options" offers "Add option"', () => {
	const placeholders = all
		.filter(({ type }) => type !== 'collection')
		.map(({ placeholder }) => placeholder);
	expect(texts(placeholders).filter((text) => !text.startsWith('e.g. '))).toEqual([]);
	expect(all.find(({ type }) => type === 'collection')).toMatchObject({
		displayName: 'Options',
		placeholder: 'Add option',
	});
});

it('every text field shows an example', () => {
	const fields = all.filter(({ type }) => type === 'string');
	expect(fields.filter(({ placeholder }) => !placeholder).map(({ name }) => name)).toEqual([]);
});

it('switches say "Whether to"', () => {
	const switches = all.filter(({ type }) => type === 'boolean');
	expect(switches.length).toBeGreaterThan(4);
	expect(switches.filter(({ description }) => !description?.startsWith('Whether to '))).toEqual([]);
});

it('nobody has to know what a binary property is', () => {
	const words = texts(
		all.flatMap(({ displayName, description, hint }) => [displayName, description, hint]),
	);
	expect(words.filter((text) => /binary (property|data)/i.test(text))).toEqual([]);
});

it('actions say what they do as n8n’s own video nodes do', () => {
	const actions = texts(choices.map(({ action }) => action));
	expect(actions).toEqual(['Generate video from image', 'Start video from image', 'Get video']);
});

/** All kinds of a union, each with examples; the compiler sees to it that none is missing. */
type Examples<Union extends { readonly kind: string }> = {
	readonly [Kind in Union['kind']]: ReadonlyArray<Extract<Union, { readonly kind: Kind }>>;
};
const every = <Example>(examples: Readonly<Record<string, readonly Example[]>>) =>
	Object.values(examples).flat();

const QUOTED = 'The picture\nis\ttoo \u001b[31mdark\u0000\u202e';
/** What a content policy says, of each subject and on each ground. */
const POLICY_WORDS = [
	'InputImageSensitiveContentDetected.PrivacyInformation: It may contain real person',
	'InputImageSensitiveContentDetected.PolicyViolation',
	'InputTextRiskDetection',
	'OutputVideoSensitiveContentDetected',
	'OutputAudioSensitiveContentDetected',
	'The input may not meet the guidelines',
];
const REASONS_OF_REFUSALS: Readonly<Record<RefusalGround, true>> = {
	keyRefused: true,
	balance: true,
	forbidden: true,
	forbiddenByUnknown: true,
	notFound: true,
	contentPolicy: true,
	tooLarge: true,
	limitReached: true,
	redirect: true,
	badRequest: true,
};
const refusals = (Object.keys(REASONS_OF_REFUSALS) as RefusalGround[]).flatMap((ground) =>
	['', QUOTED, ...POLICY_WORDS, 'No such model', 'The picture cannot be opened'].map(
		(message): Refusal => ({ kind: 'refused', ground, httpCode: '400', message }),
	),
);
const [refusal] = refusals as [Refusal];

const OBSTACLES: Examples<Obstacle> = {
	refused: [refusal],
	rateLimited: [true, false].map((limitReached) => ({
		kind: 'rateLimited',
		httpCode: '429',
		retryAfterMs: null,
		message: QUOTED,
		limitReached,
	})),
	unreadable: [{ kind: 'unreadable', httpCode: '502', retryAfterMs: null, message: '' }],
	noResponse: ['TIMEOUT', 'ECONNRESET', 'ERR_HTTP2_STREAM_ERROR', 'UNKNOWN'].map((code) => ({
		kind: 'noResponse',
		code,
		sent: true,
	})),
};

const DOWNLOAD_FAULTS: Examples<DownloadFault> = {
	noResponse: ['PRIVATE_ADDRESS', 'NOT_A_WEB_ADDRESS', 'ECONNRESET', 'TOO_MANY_REDIRECTS'].map(
		(code) => ({
			kind: 'noResponse',
			code,
		}),
	),
	status: [{ kind: 'status', status: 404 }],
	notAVideo: [{ kind: 'notAVideo', contentType: 'text/html' }],
	empty: [{ kind: 'empty' }],
	incomplete: [
		{ kind: 'incomplete', bytes: 1, announced: 2 },
		{ kind: 'incomplete', bytes: 200, announced: 1000 },
	],
	tooLarge: [{ kind: 'tooLarge' }],
	tooSlow: [{ kind: 'tooSlow' }],
	brokeOff: [
		{ kind: 'brokeOff', message: '' },
		{ kind: 'brokeOff', message: QUOTED },
	],
	notStored: [
		{ kind: 'notStored', message: '' },
		{ kind: 'notStored', message: QUOTED },
	],
};

const REASONS: Examples<Reason> = {
	refused: refusals.flatMap((one) =>
		(['submission', 'result'] as const).map(
			(what) => ({ kind: 'refused', what, refusal: one }) as const,
		),
	),
	notSentAfterRefusal: refusals.map((one) => ({ kind: 'notSentAfterRefusal', refusal: one })),
	unreachable: [
		{ kind: 'unreachable', code: 'ECONNREFUSED' },
		{ kind: 'unreachable', code: 'HTTP_407', proxyStatus: 407 },
	],
	heldBack: [...OBSTACLES.rateLimited, null].map((limit) => ({
		kind: 'heldBack',
		waitedMs: 900_000,
		limit,
	})),
	responseLost: [...every<Obstacle>(OBSTACLES), 'ECONNRESET', `HTTP 500, "${QUOTED}"`].map(
		(obstacle) => ({ kind: 'responseLost', obstacle }),
	),
	ended: [null, QUOTED, 'It is too dark.', ...POLICY_WORDS].map((failureReason) => ({
		kind: 'ended',
		failureReason,
	})),
	timedOut: [...every<Obstacle>(OBSTACLES), null].map((obstacle) => ({
		kind: 'timedOut',
		waitedMs: 1000,
		obstacle,
	})),
	stateUnknown: [...every<Obstacle>(OBSTACLES), null].flatMap((obstacle) =>
		[0, 86_400_000].map((pauseMs) => ({ kind: 'stateUnknown', obstacle, pauseMs }) as const),
	),
	noVideoAddress: [{ kind: 'noVideoAddress' }],
	notDownloaded: every<DownloadFault>(DOWNLOAD_FAULTS).map((fault) => ({
		kind: 'notDownloaded',
		fault,
	})),
};

const CONTENTS_OF_ALL_KINDS: Readonly<Record<Content, true>> = {
	avif: true,
	heic: true,
	jpegXl: true,
	svg: true,
	icon: true,
	photoshop: true,
	pdf: true,
	video: true,
	zip: true,
	webPage: true,
	xml: true,
	json: true,
	text: true,
	empty: true,
	unknown: true,
	undefined: true,
	null: true,
	NaN: true,
	'[object Object]': true,
};
const CONTENTS = Object.keys(CONTENTS_OF_ALL_KINDS) as Content[];

const FAULTS: Examples<InputFault | words.FormFault> = {
	empty: [{ kind: 'empty' }],
	notText: [{ kind: 'notText' }],
	notBoolean: [{ kind: 'notBoolean' }],
	notOneOf: [
		{ kind: 'notOneOf', allowed: ['720p'] },
		{ kind: 'notOneOf', allowed: ['720p', '480p'], model: 'Seedance 2.0 Fast' },
	],
	notAModelId: [{ kind: 'notAModelId' }],
	notAPredictionId: [{ kind: 'notAPredictionId' }],
	notAnAddress: [{ kind: 'notAnAddress' }],
	severalAddresses: [{ kind: 'severalAddresses' }],
	textBehindAddress: [{ kind: 'textBehindAddress' }],
	privateAddress: [{ kind: 'privateAddress' }],
	notBase64: [{ kind: 'notBase64' }],
	notAPicture: CONTENTS.map((content) => ({ kind: 'notAPicture', content })),
	expression: [{ kind: 'expression', message: QUOTED }],
	notANumber: [
		{ min: 4, max: 15, isInteger: true },
		{ min: 0, exclusiveMin: true },
		{ min: 0, isInteger: true },
		{ min: 0.1 },
	].map((range) => ({ kind: 'notANumber', range })),
	reservedName: [{ kind: 'reservedName' }],
	noFieldNamed: [
		{ kind: 'noFieldNamed', fields: [] },
		{ kind: 'noFieldNamed', fields: ['data'] },
	],
	fieldMissing: [{ kind: 'fieldMissing', fields: ['data', 'image'] }],
	notAFieldName: [{ kind: 'notAFieldName', fields: ['data'] }],
	fileNotAPicture: CONTENTS.map((content) => ({
		kind: 'fileNotAPicture',
		content,
		fields: ['data'],
	})),
	notAFileName: [{ kind: 'notAFileName' }],
	oneExpression: [{ kind: 'oneExpression' }],
	unreadableFile: [{ kind: 'unreadableFile', message: QUOTED }],
};

const BASE_URL_FAULTS: Readonly<Record<BaseUrlFault, true>> = {
	noScheme: true,
	userInfo: true,
	query: true,
	notAUrl: true,
};

const EVENTS: Examples<RunEvent> = {
	accepted: [{ kind: 'accepted', item: 3, predictionId: 'abc' }],
	acceptedWhileCancelled: [{ kind: 'acceptedWhileCancelled', predictionId: 'abc' }],
	responseLost: [
		{ kind: 'responseLost', item: 3, reason: 'TIMEOUT' },
		{ kind: 'responseLost', item: 3, reason: `HTTP 500, "${QUOTED}"` },
	],
	rateLimited: OBSTACLES.rateLimited.map((limit) => ({ kind: 'rateLimited', limit })),
};

const facts = {
	predictionId: 'abc',
	status: 'failed',
	videoUrl: 'https://example.com/video.mp4',
};
const values: readonly unknown[] = ['', 'a\nb', 7, null, undefined, {}, [], 'x'.repeat(5000)];
const parameters = all.map(({ name }) => name);

const failures = every<Reason>(REASONS).flatMap((reason) =>
	[facts, {}].map((known) => words.describeFailure(new PredictionFailure(reason, known))),
);
const refusedParameters = every<InputFault | words.FormFault>(FAULTS).flatMap((fault) =>
	parameters.flatMap((parameter) =>
		values.map((value) =>
			words.describeInvalidParameter(new InvalidParameter(parameter, fault, value)),
		),
	),
);
const messages: readonly words.Message[] = [
	...failures,
	...refusedParameters,
	...(Object.keys(BASE_URL_FAULTS) as BaseUrlFault[]).map(words.describeBaseUrlFault),
	words.describeUnreadableCredential(QUOTED),
	words.describeUnexpected(new Error(QUOTED)),
	words.describeUnexpected({}),
	words.describeUnexpected(undefined),
	words.describeUnexpected({ message: QUOTED, description: QUOTED }),
	...[1, 2, 51].map((count) => words.describeOverspending(count, count * 5, 4)),
	words.describeNotAnother(4),
	words.describeNotParkable('oldN8n'),
	words.describeNotParkable('credentialOfItem'),
	words.describeCredentialOfParked('abc', words.describeBaseUrlFault('noScheme')),
	words.describeWaitCutOff(QUOTED, 'running'),
	...REASONS.refused.map((reason) =>
		words.describeParkedFailure(new PredictionFailure(reason, facts)),
	),
];

const items = (count: number, text: string) =>
	Array.from({ length: count }, (_, item) => [item, text] as const);
const accepted = (count: number) =>
	Array.from({ length: count }, (_, item) => ({ item, predictionId: 'id' }));
const ids = (count: number) => Array.from({ length: count }, (_, item) => `id-${item}`);

/** What is said in sentences that have their full stops; without those that stand beside a message. */
const passages: readonly string[] = [
	...[1, 2, 51].flatMap((count) => [
		words.describeRest(items(count, 'It did not work'), accepted(count), false),
		words.describeRest(items(count, 'It did not work'), accepted(count), true),
		words.describeRest(items(count, 'It did not work'), [], false),
		words.describeRest([], accepted(count), false),
		words.describeRestOfParked(items(count, 'It did not work'), items(count, 'id https://x.com')),
		words.describeLeftAlone(accepted(count)),
		words.HINTS.pickedUp(count),
	]),
	words.HINTS.addressExpires,
];
/** What stands alone: in n8n's log, or as the message of an exception. */
const lines: readonly string[] = [
	...every<RunEvent>(EVENTS).map(words.describeEvent),
	...[1, 2, 51].flatMap((count) => [words.describeCancelled(ids(count))]),
	words.describeNotHandedOver(new Error(QUOTED)),
	words.CANCELLED,
];
const note = words.PARKED.note(['abc', 'def']);

/** Words that are somebody else's: in quotation marks, or a code in brackets. */
const withoutQuotes = (text: string) =>
	text.replace(/"[^"]*"/g, '""').replace(/\([A-Z0-9_]+\)/g, '()');

/** Everything a person can read, editor and run time together. */
const everything: readonly string[] = [
	...messages.flatMap(({ message, description }) => [message, description]),
	...passages,
	...lines,
	note,
	...texts(Object.values(words.PARKED).map((one) => (typeof one === 'string' ? one : undefined))),
	...texts([
		...all.flatMap(({ displayName, description, hint, placeholder }) => [
			displayName,
			description,
			hint,
			placeholder,
		]),
		...choices.flatMap(({ name, description, action }) => [name, description, action]),
		new SeedanceImageToVideo().description.description,
	]),
];

describe('what a person reads', () => {
	it('speaks of no errors, problems, failures and mistakes', () => {
		const forbidden =
			/\b(errors?|problems?|failures?|failed|mistakes?|invalid|wrongly|oops|sorry|please)\b/i;
		// The statuses are GPTProto's own words; "invalid" and the like in quotation marks are somebody's, too.
		const own = everything.map((text) => withoutQuotes(text).replaceAll('(failed)', ''));
		expect(own.filter((text) => forbidden.test(text))).toEqual([]);
	});

	it('has no gaps where a fact is missing', () => {
		const gaps =
			/undefined|NaN|\[object| {2}| [.,:;!?](\s|$)|\.\.(?!\.)(?<!\.\.\.)|,\s*,|\(\)|""(?!")/;
		const shown = failures
			.filter(({ facts: known }) => known?.predictionId !== undefined)
			.flatMap(({ message, description }) => [message, description]);
		const others = [...passages, ...lines, note];
		expect([...shown, ...others].filter((text) => gaps.test(text))).toEqual([]);
	});

	it('keeps to straight quotation marks and plain characters', () => {
		expect(everything.filter((text) => /[^\x20-\x7e\n]/.test(text))).toEqual([]);
	});
});

describe('messages', () => {
	it('are one line with a capital or a name at their beginning, and no full stop', () => {
		for (const { message } of messages) {
			expect(message).toMatch(/^(['"]?[A-Z]|\S)[^\n]*[^.!?\s]$/);
		}
		expect(messages.filter(({ message }) => !/^['"A-Z]/.test(message))).toEqual([]);
	});

	it('are short', () => {
		expect(messages.filter(({ message }) => message.length > 320)).toEqual([]);
		const plain = failures.filter(({ message }) => !message.includes('\\u'));
		expect(plain.filter(({ message }) => message.length > 100)).toEqual([]);
	});

	it('quote a value short, and never a whole picture', () => {
		const picture = `data:image/png;base64,${'A'.repeat(1_000_000)}`;
		for (const fault of every<InputFault | words.FormFault>(FAULTS)) {
			const refused = new InvalidParameter('imageUrl', fault, picture);
			expect(words.describeInvalidParameter(refused).message.length).toBeLessThan(200);
		}
	});

	it('say where they come from, so that n8n shows them as what they are', () => {
		expect(failures.filter(({ origin }) => origin !== 'service')).toEqual([]);
		expect(refusedParameters.filter(({ origin }) => origin !== 'input')).toEqual([]);
	});

	it('name a parameter as the editor does', () => {
		const fault = { kind: 'empty' } as const;
		const { message } = words.describeInvalidParameter(
			new InvalidParameter('binaryPropertyName', fault, ''),
		);
		expect(message).toBe("'Input Data Field Name' is empty");
	});

	it.each([
		['a list', []],
		['null', null],
		['an object', {}],
		['a number', 7],
	])('say %s where a text is wanted', (what, value) => {
		const { message } = words.describeInvalidParameter(
			new InvalidParameter('prompt', { kind: 'notText' }, value),
		);
		expect(message).toBe(`'Prompt' must be text, but is ${what}`);
	});
});

describe('what to do', () => {
	it('is said in sentences, each with a capital and a full stop', () => {
		for (const { description } of messages) {
			if (description !== '') expect(description).toMatch(/^["'A-Z][^\n]*\.$/);
		}
	});

	it('is said in every message about a prediction or a submission', () => {
		expect(failures.filter(({ description }) => description.length < 40)).toEqual([]);
	});

	it.each(['responseLost', 'timedOut', 'notDownloaded', 'noVideoAddress'] as const)(
		'after %s tells how not to pay twice',
		(kind) => {
			for (const reason of REASONS[kind]) {
				const { message, description } = words.describeFailure(
					new PredictionFailure(reason, facts),
				);
				expect(`${message}. ${description}`).toMatch(/paying|paid|billed|charged/);
				if (kind !== 'responseLost') {
					expect(message).toContain('abc');
					expect(description).toContain('Get Result');
				}
			}
		},
	);

	it.each(['unreachable', 'heldBack'] as const)('after %s says that nothing was sent', (kind) => {
		for (const reason of REASONS[kind]) {
			const { message, description } = words.describeFailure(new PredictionFailure(reason));
			expect(`${message}. ${description}`).toMatch(/(nothing|not) (was )?submitted/i);
			expect(description).toContain('It is safe to submit this item again');
		}
	});
});

describe('lists', () => {
	it('of one, two and 51 items are grammatical', () => {
		const rest = (count: number) =>
			words.describeRest(items(count, 'It did not work'), accepted(count), false);
		expect(rest(1)).toBe(
			'1 more item did not finish: [Item 0] It did not work. Retry On Fail and "Retry execution" pick up this accepted prediction without paying again: [Item 0] id.',
		);
		expect(rest(2)).toBe(
			'2 more items did not finish: [Item 0] It did not work, [Item 1] It did not work. Retry On Fail and "Retry execution" pick up these accepted predictions without paying again: [Item 0] id, [Item 1] id.',
		);
		expect(rest(51)).toMatch(/^51 more items did not finish: /);
		expect(rest(51)).toContain("[Item 49] id and 1 more. n8n's log names all of them.");
		expect(rest(51)).not.toContain('[Item 50]');
		expect(words.describeRest([], [], false)).toBe('');
	});

	it('in a log name all, however many', () => {
		expect(words.describeCancelled(ids(1))).toBe(
			'Cancelled with 1 accepted prediction. What is not finished keeps rendering and will be charged. Use Get Result with: id-0',
		);
		expect(words.describeCancelled(ids(51))).toMatch(
			/^Cancelled with 51 accepted predictions\. .*, id-50$/,
		);
	});

	it('hints count', () => {
		expect(words.HINTS.pickedUp(1)).toMatch(/^1 prediction .* was picked up/);
		expect(words.HINTS.pickedUp(2)).toMatch(/^2 predictions .* were picked up/);
	});

	it('passages are sentences with full stops; what stands alone has none at its end', () => {
		expect(passages.filter((text) => !/^["A-Z0-9].*\.$/.test(text))).toEqual([]);
		expect(lines.filter((text) => !/^([A-Z]|n8n ).*[^.]$/.test(text))).toEqual([]);
	});

	it('what stands after a description goes on from a full stop', () => {
		for (const { description } of failures) {
			const joined = `${description} ${words.describeRest(items(1, 'x'), [], false)}`;
			expect(joined).toMatch(/\. 1 more item/);
		}
	});

	it.each([
		[0, '0 milliseconds'],
		[1, '1 millisecond'],
		[1000, '1 second'],
		[90_000, '90 seconds'],
		[120_000, '2 minutes'],
		[900_000, '15 minutes'],
		[930_000, '15.5 minutes'],
		[7_200_000, '2 hours'],
		[86_400_000, '24 hours'],
	])('%i milliseconds are %s', (ms, text) => {
		expect(words.inWords(ms)).toBe(text);
	});
});

it('text from outside is one line that does no harm in a log', () => {
	const line = words.oneLine(QUOTED);
	expect(line).toBe('The picture is too \\u001b[31mdark\\u0000\\u202e');
	expect(everything.filter((text) => text !== note && /[\p{Cc}\p{Cf}\n]/u.test(text))).toEqual([]);
	expect(words.oneLine('x'.repeat(1000))).toHaveLength(300);
});
