// The tables of operations, parameters and options, read from the description the editor shows.
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { properties } from '../../nodes/SeedanceImageToVideo/description';
import { code, table } from './markdown';

const choices = (property: INodeProperties) => (property.options ?? []) as INodePropertyOptions[];

function propertyNamed(name: string): INodeProperties {
	const found = properties.find((property) => property.name === name);
	if (!found) throw new Error(`The node has no parameter "${name}"`);
	return found;
}

const operation = propertyNamed('operation');
const options = propertyNamed('options');
const optional = options.options as INodeProperties[];

/** Operations from the one most people want to the one few do. */
const IN_ORDER = ['submitAndWait', 'submit', 'getResult'];
const operationNames = new Map(choices(operation).map(({ name, value }) => [value, name]));

export function operationsTable(): string {
	const facts = new Map(choices(operation).map((choice) => [choice.value, choice]));
	const rows = IN_ORDER.map((value) => {
		const { name, description = '' } = facts.get(value) ?? {};
		return [`**${name}**`, description];
	});
	return table(['Operation', 'What it does'], rows);
}

/** Operations that show a parameter. */
function shownBy({ displayOptions }: INodeProperties): readonly string[] {
	const listed = displayOptions?.show?.operation ?? displayOptions?.show?.['/operation'];
	return IN_ORDER.filter((value) => listed === undefined || listed.includes(value));
}

/** Conditions beside the operation, in words. */
function condition({ displayOptions }: INodeProperties): string {
	const all: readonly INodeProperties[] = [...properties, ...optional];
	const name = (key: string) => key.replace('/', '');
	const inWords = Object.entries(displayOptions?.show ?? {})
		.filter(([key]) => !['operation', 'model'].includes(name(key)))
		.map(([key, values]) => {
			const other = all.find((property) => property.name === name(key));
			const value = values?.[0];
			if (typeof value === 'boolean') return `${other?.displayName} is ${value ? 'on' : 'off'}`;
			const choice = other && choices(other).find((candidate) => candidate.value === value);
			return `${other?.displayName} is ${choice?.name ?? String(value)}`;
		});
	return inWords.length > 0 ? `when ${inWords.join(' and ')}` : '';
}

/** One row a parameter: several properties may share a name, for different operations or models. */
function byName(list: readonly INodeProperties[]): INodeProperties[][] {
	const names = [...new Set(list.map(({ name }) => name))];
	return names.map((name) => list.filter((property) => property.name === name));
}

function operationsCell(group: readonly INodeProperties[]): string {
	const shown = IN_ORDER.filter((value) => group.some((one) => shownBy(one).includes(value)));
	if (shown.length === IN_ORDER.length) return 'all';
	return shown
		.map((value) => {
			const one = group.find((property) => shownBy(property).includes(value));
			const when = group.length > 1 && one ? condition(one) : '';
			return `${operationNames.get(value)}${when ? ` (${when})` : ''}`;
		})
		.join(', ');
}

function defaultCell({ default: value, options: list, required }: INodeProperties): string {
	if (value === '') return required ? 'required' : '-';
	if (typeof value === 'boolean') return value ? 'on' : 'off';
	const choice = (list as INodePropertyOptions[] | undefined)?.find((one) => one.value === value);
	return choice ? choice.name : code(String(value));
}

function allowed(group: readonly INodeProperties[]): string {
	const [property] = group;
	if (!property || property.name === 'model') return '';
	const { minValue, maxValue } = property.typeOptions ?? {};
	if (minValue !== undefined && maxValue !== undefined) return `${minValue} to ${maxValue}.`;
	if (minValue !== undefined) return `At least ${minValue}.`;
	const names = [...new Set(group.flatMap(choices).map(({ name }) => name))];
	return names.length > 0 ? `${names.join(', ')}.` : '';
}

function row(group: readonly INodeProperties[]): string[] {
	const property = group[0] as INodeProperties;
	const sentence = (text: string) => (text === '' || text.endsWith('.') ? text : `${text}.`);
	const what = [property.description, property.hint].map((text) => sentence(text ?? '')).join(' ');
	const when = group.length === 1 ? condition(property) : '';
	const details = [
		what.trim(),
		what.includes(String(property.typeOptions?.maxValue)) ? '' : allowed(group),
		when && `Shown ${when}.`,
	];
	return [
		`**${property.displayName}**`,
		operationsCell(group),
		defaultCell(property),
		details.filter((text) => text !== '').join(' '),
	];
}

const HEADER = ['Parameter', 'Operations', 'Default', 'What it is'];

export function parametersTable(): string {
	const shown = properties.filter(
		(one) => one !== operation && one !== options && one.type !== 'hidden',
	);
	return table(HEADER, byName(shown).map(row));
}

export function optionsTable(): string {
	return table(['Option', ...HEADER.slice(1)], byName(optional).map(row));
}
