// The words of the interface, by n8n's UX guidelines: cases, full stops, placeholders, and what an error may not say.
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { GptProtoApi } from '../../credentials/GptProtoApi.credentials';
import { properties } from '../../nodes/SeedanceImageToVideo/description';
import { SeedanceImageToVideo } from '../../nodes/SeedanceImageToVideo/SeedanceImageToVideo.node';
import type { RefusalReason } from '../../nodes/SeedanceImageToVideo/api/answer';
import {
	type FailureFacts,
	lostAnswerFacts,
	rateLimitedFacts,
	refusalFacts,
	unreachableFacts,
} from '../../nodes/SeedanceImageToVideo/run/failure';

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
	const sentences = texts([
		...all.flatMap(({ description, hint }) => [description, hint]),
		...choices
			.filter(({ description, value }) => description !== value)
			.flatMap(({ description, action }) => [description, action]),
		new SeedanceImageToVideo().description.description,
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

it('actions name the object the operation is about', () => {
	const actions = texts(choices.map(({ action }) => action));
	expect(actions).toHaveLength(3);
	for (const action of actions) expect(action).toMatch(/image to video prediction/);
});

const REASONS: Record<RefusalReason, true> = {
	unauthorized: true,
	forbidden: true,
	notFound: true,
	contentPolicy: true,
	redirect: true,
	badRequest: true,
};

it('messages end without a full stop, descriptions with one, and neither speaks of errors or failures', () => {
	const facts: FailureFacts[] = [
		...(Object.keys(REASONS) as RefusalReason[]).map((reason) =>
			refusalFacts({ kind: 'refused', reason, httpCode: '400', message: '' }, 'the submission'),
		),
		lostAnswerFacts('HTTP 500'),
		rateLimitedFacts(60_000),
		unreachableFacts('ECONNREFUSED'),
	];
	for (const { message, description } of facts) {
		expect(message).not.toMatch(/\.$/);
		expect(description).toMatch(/\.$/);
		expect(`${message} ${description}`).not.toMatch(
			/\b(error|problem|failure|mistake|invalid)s?\b/i,
		);
	}
});
