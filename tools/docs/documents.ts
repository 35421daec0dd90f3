// Which documents hold generated sections, and where each section comes from.
import { failuresTable } from './failures';
import { type RealItems, realItems, settled } from './items';
import { operationsTable, optionsTable, parametersTable } from './parameters';
import { frameSizesTable, modelsTable, statusesTable } from './reference';
import { roomsGraph } from './rooms';

export const DOCUMENTS = ['README.md', 'CONTRIBUTING.md'] as const;

/** Makes a section's text; gets what is written there now. */
type Maker = (written: string) => Promise<string> | string;

/** The makers of all sections, by name. */
export function createMakers(): Readonly<Record<string, Maker>> {
	let items: Promise<RealItems> | undefined;
	const real = async () => await (items ??= realItems());
	return {
		operations: operationsTable,
		parameters: parametersTable,
		options: optionsTable,
		models: modelsTable,
		'frame-sizes': frameSizesTable,
		statuses: statusesTable,
		errors: failuresTable,
		'output-item': async (written) => settled(written, (await real()).finished),
		'error-item': async (written) => settled(written, (await real()).failed),
		rooms: roomsGraph,
	};
}
