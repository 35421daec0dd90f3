// Knows whether a submission's body is as openapi.json says, and how to say what is wrong with it.
// Must not know HTTP.
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { modelIds, resolutionsOf } from './contract';
import openapi from './openapi.json';

const documentKey = 'openapi.json';

/** An ajv that knows every schema of openapi.json under `openapi.json#/…`. */
export function documentedSchemas(): Ajv2020 {
	const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false });
	addFormats(ajv);
	ajv.addVocabulary(['components', 'example']);
	// The document around the schemas is no schema itself: only what `$ref` reaches is compiled.
	ajv.addSchema({ $id: documentKey, components: openapi.components }, documentKey, true, false);
	return ajv;
}

function validators(): Map<string, ValidateFunction> {
	const ajv = documentedSchemas();
	return new Map(
		modelIds.map((model) => [
			model,
			ajv.compile({
				$ref: `${documentKey}#/components/schemas/ImageToVideoRequest`,
				properties: { resolution: { enum: resolutionsOf(model) } },
			}),
		]),
	);
}

let compiled: Map<string, ValidateFunction> | undefined;

function fieldOf(error: ErrorObject): string {
	const { missingProperty, additionalProperty } = error.params as Record<string, string>;
	return missingProperty ?? additionalProperty ?? (error.instancePath.slice(1) || 'body');
}

function explain(error: ErrorObject): string {
	const { allowedValues } = error.params as { allowedValues?: readonly string[] };
	const values = allowedValues ? `: ${allowedValues.join(', ')}` : '';
	return `'${fieldOf(error)}': ${error.message ?? error.keyword}${values}`;
}

/**
 * Checks a submission's body for a documented model.
 * @returns one line for each thing that is wrong, naming the field; none when the body is valid
 */
export function violations(model: string, body: unknown): string[] {
	compiled ??= validators();
	const validate = compiled.get(model);
	if (!validate) throw new Error(`Not a documented model: ${model}`);
	if (validate(body)) return [];
	// `if` only repeats what the failing `then` has said.
	const errors = (validate.errors ?? []).filter((error) => error.keyword !== 'if');
	// One line a field; the last is the narrowest (the model's resolutions come after everyone's).
	return [...new Map(errors.map((error) => [fieldOf(error), explain(error)])).values()];
}
