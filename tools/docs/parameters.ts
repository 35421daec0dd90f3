// The tables of operations, parameters and options, read from the description the editor shows.
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

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

/** Whether an operation shows a parameter. */
function isShown({ displayOptions }: INodeProperties, { value }: INodePropertyOptions): boolean {
	const { operation, '/operation': ofOption = operation } = displayOptions?.show ?? {};
	return ofOption?.includes(value) ?? true;
}

/** Conditions beside the operation, in words. */
function condition({ displayOptions }: INodeProperties): string {
	const inWords = Object.entries(displayOptions?.show ?? {}).flatMap(([key, values]) => {
		const name = key.replace('/', '');
		const value = values?.[0];
		if (['operation', 'model'].includes(name)) return [];
		const other = [...parameters, ...optional].find((property) => property.name === name);
		const choice = choices(other ?? {}).find((candidate) => candidate.value === value);
		const onOff = typeof value === 'boolean' && (value ? 'on' : 'off');
		return [`${other?.displayName} is ${onOff || (choice?.name ?? String(value))}`];
	});
	return inWords.length > 0 ? `when ${inWords.join(' and ')}` : '';
}

function operationsCell(group: readonly INodeProperties[]): string {
	const shown = IN_ORDER.flatMap((operation) => {
		const property = group.find((one) => isShown(one, operation));
		if (!property) return [];
		const when = group.length > 1 ? condition(property) : '';
		return [`${operation.name}${when && ` (${when})`}`];
	});
	return shown.join() === IN_ORDER.map(({ name }) => name).join() ? 'all' : shown.join(', ');
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
	const when = group.length === 1 ? condition(property) : '';
	const details = [
		what.trim(),
		what.includes(String(typeOptions?.maxValue)) ? '' : allowed(group, property),
		when && `Shown ${when}.`,
	];
	return [
		`**${displayName}**`,
		operationsCell(group),
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
