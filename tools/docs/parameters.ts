// The tables of operations, parameters and options, read from the description the editor shows.
import type { IDisplayOptions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { properties } from '../../nodes/SeedanceImageToVideo/description';
import { ONE_EXPRESSION } from '../../nodes/SeedanceImageToVideo/description/options';
import { code, table } from './markdown';

const choices = ({ options = [] }: Partial<INodeProperties>) => options as INodePropertyOptions[];

const operations = choices(properties.find(({ name }) => name === 'operation') ?? {});
const optional = properties
	.flatMap((property) =>
		property.name === 'options' ? (property.options as INodeProperties[]) : [],
	)
	.filter(({ name }) => name !== ONE_EXPRESSION);
const parameters = properties.filter(
	({ name, type }) => !['operation', 'options'].includes(name) && type !== 'hidden',
);

/** Operations from the one most people want to the one few do. */
const IN_ORDER = ['submitAndWait', 'submit', 'getResult'].map((wanted) => {
	const found = operations.find(({ value }) => value === wanted);
	if (!found) throw new Error(`The node has no operation "${wanted}"`);
	return found;
});

export function operationsTable(): string {
	const rows = IN_ORDER.map(({ name, description = '' }) => [`**${name}**`, description]);
	return table(['Operation', 'What it does'], rows);
}

type Condition = readonly [parameter: string, value: unknown];

/** What has to be so, and what must not be, for a property to be shown. */
function conditionsOf({ displayOptions }: INodeProperties) {
	const pairs = (side: IDisplayOptions['show']): Condition[] =>
		Object.entries(side ?? {}).map(([key, values]) => [key.replace('/', ''), values?.[0]]);
	return { shownFor: pairs(displayOptions?.show), hiddenFor: pairs(displayOptions?.hide) };
}

/** Whether an operation has a parameter at all. */
function isIn({ value }: INodePropertyOptions, { displayOptions }: INodeProperties): boolean {
	const { operation, '/operation': ofOption = operation } = displayOptions?.show ?? {};
	return ofOption?.includes(value) ?? true;
}

/** What an operation's other parameters have to be, in words. */
function conditionIn(operation: INodePropertyOptions, property: INodeProperties): string {
	const inWords = (condition: Condition, isSo: boolean) => {
		const [name, value] = condition;
		const other = [...parameters, ...optional].find((one) => one.name === name);
		if (!other || name === 'model' || !isIn(operation, other)) return [];
		if (typeof value === 'boolean')
			return [`${other.displayName} is ${value === isSo ? 'on' : 'off'}`];
		const choice = choices(other).find((candidate) => candidate.value === value);
		return [`${other.displayName} is ${isSo ? '' : 'not '}${choice?.name}`];
	};
	const { shownFor, hiddenFor } = conditionsOf(property);
	return [
		...shownFor.flatMap((condition) => inWords(condition, true)),
		...hiddenFor.flatMap((condition) => inWords(condition, false)),
	].join(' and ');
}

/** The operations that show a parameter, and what else has to be so: in one sentence, where it is the same for all. */
function shownIn(group: readonly INodeProperties[]) {
	const found = IN_ORDER.flatMap((operation) => {
		const property = group.find((one) => isIn(operation, one));
		return property ? [{ name: operation.name, when: conditionIn(operation, property) }] : [];
	});
	const [when = '', ...others] = new Set(found.map((one) => one.when));
	const names = found.map(
		(one) => one.name + (others.length > 0 && one.when ? ` (when ${one.when})` : ''),
	);
	const isAll = names.join() === IN_ORDER.map(({ name }) => name).join();
	return {
		operations: isAll ? 'all' : names.join(', '),
		sentence: others.length === 0 && when ? `Shown when ${when}.` : '',
	};
}

function defaultCell(property: INodeProperties): string {
	const { default: value, required } = property;
	if (value === '') return required ? 'required' : '-';
	if (typeof value === 'boolean') return value ? 'on' : 'off';
	return choices(property).find((one) => one.value === value)?.name ?? code(String(value));
}

/** What may be entered, where the description does not say so itself. */
function allowed(
	group: readonly INodeProperties[],
	{ name, typeOptions }: INodeProperties,
): string {
	const { minValue, maxValue } = typeOptions ?? {};
	if (minValue !== undefined && maxValue !== undefined) return `${minValue} to ${maxValue}.`;
	if (minValue !== undefined) return `At least ${minValue}.`;
	const names = name === 'model' ? [] : group.flatMap(choices).map((choice) => choice.name);
	return names.length > 0 ? `${[...new Set(names)].join(', ')}.` : '';
}

function row(group: readonly INodeProperties[]): string[] {
	const [property] = group as [INodeProperties];
	const { displayName, description = '', hint = '', typeOptions } = property;
	const what = [description, hint].map((text) => text.replace(/[^.]$/, '$&.')).join(' ');
	const { operations: shownBy, sentence } = shownIn(group);
	const isOfTool = !conditionsOf(property).hiddenFor.some(([name]) => name === '@tool');
	const details = [
		what.trim(),
		what.includes(String(typeOptions?.maxValue)) ? '' : allowed(group, property),
		sentence,
		isOfTool ? '' : 'Not in the tool of an AI agent.',
	];
	return [
		`**${displayName}**`,
		shownBy,
		defaultCell(property),
		details.filter((text) => text !== '').join(' '),
	];
}

/** One row a parameter: several properties may share a name, for different operations or models. */
function rows(list: readonly INodeProperties[]): string[][] {
	const names = [...new Set(list.map(({ name }) => name))];
	return names.map((name) => row(list.filter((property) => property.name === name)));
}

const COLUMNS = ['Operations', 'Default', 'What it is'];

export function parametersTable(): string {
	return table(['Parameter', ...COLUMNS], rows(parameters));
}

export function optionsTable(): string {
	return table(['Option', ...COLUMNS], rows(optional));
}
