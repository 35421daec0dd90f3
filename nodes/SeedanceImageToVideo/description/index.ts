// All properties of the node, in the order in which the editor shows them.
import type { INodeProperties } from 'n8n-workflow';
import { operation } from './operation';
import { options } from './options';
import { predictionField, resultFields, stageField } from './result';
import { submissionFields } from './submission';

export const properties: INodeProperties[] = [
	operation,
	predictionField,
	...submissionFields,
	...resultFields,
	stageField,
	options,
];

const all = [...properties, ...((options.options ?? []) as INodeProperties[])];
const propertyOf = (parameter: string) => all.find(({ name }) => name === parameter);

/** The label the editor shows for a parameter or an option; its name where there is none. */
export function displayedName(parameter: string): string {
	return propertyOf(parameter)?.displayName ?? parameter;
}

/** The value of a parameter or an option that nobody changed. */
export function defaultOf(parameter: string): unknown {
	return propertyOf(parameter)?.default;
}
